import ResNetPlots

extension Report {
  /// A figure that is broader, in pixels, would have too small letters in the column of text, which is 792 wide.
  static let mostShrunk = 900.0

  /// The style sheet of the page. Paper is light; screens are what their owners like.
  static let style: String = {
    let colors: [(String, PageColors.Pair)] = [
      ("ground", PageColors.ground), ("ink", PageColors.ink), ("soft", PageColors.softInk), ("line", PageColors.grid),
      ("link", PageColors.link), ("fault", PageColors.fault), ("panel", ("#F5F6F8", "#1F2429")),
      ("shade", ("#00000026", "#00000099")),
    ]
    let light = colors.map { "--\($0):\($1.light)" }.joined(separator: ";")
    let dark = colors.map { "--\($0):\($1.dark)" }.joined(separator: ";")
    return """
      :root{color-scheme:light;\(light)}
      @media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;\(dark)}}
      \(SVGFigure.style)
      \(text)
      \(parts)
      \(figures)
      \(narrow)
      \(paper)
      """
  }()

  private static let text = """
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 system-ui,"Helvetica Neue",Helvetica,Arial,\
    "Liberation Sans",sans-serif;-webkit-text-size-adjust:100%;text-size-adjust:100%;overflow-wrap:break-word}
    header,main,footer{max-width:52rem;margin:0 auto;padding:0 1.25rem}
    header{padding-top:4rem}
    footer{padding-top:3rem;padding-bottom:3rem;color:var(--soft);font-size:.875rem}
    p,ul,ol{max-width:42rem;margin:1rem 0}
    h1,h2,h3{line-height:1.2;text-wrap:balance;letter-spacing:-.01em;overflow-wrap:anywhere}
    h1{font-size:clamp(1.9rem,5vw,2.75rem);margin:0 0 .75rem;letter-spacing:-.025em}
    h2{font-size:1.6rem;margin:3.5rem 0 1.25rem;padding-top:1.25rem;border-top:1px solid var(--line)}
    h3{font-size:1.2rem;margin:2.75rem 0 .75rem}
    a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:1px}
    .lead{font-size:1.25rem;line-height:1.5;color:var(--soft);margin-top:0}
    .small{font-size:.875rem;line-height:1.55;color:var(--soft)}
    """

  private static let parts = """
    dl,dd{margin:0}
    dt{color:var(--soft)}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1.25rem;margin:2rem 0}
    .tiles div{border-top:3px solid var(--ink);padding-top:.5rem}
    .tiles dt{font-size:.875rem}
    .tiles dd{font-size:1.75rem;line-height:1.25;font-weight:600;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
    nav{margin-top:2rem;font-size:.9375rem}
    nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.35rem 1.5rem;max-width:none}
    .notes{background:var(--panel);border-left:4px solid var(--fault);padding:1rem 1.25rem;margin:2rem 0;font-size:.9375rem}
    .notes h2{font-size:1rem;letter-spacing:0;margin:0;padding:0;border:0}
    .notes ul{margin:.5rem 0 0;padding-left:1.1rem}
    .facts div{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:1rem;padding:.35rem 0;border-bottom:1px solid \
    var(--line)}
    .findings{padding-left:1.4rem}
    .findings li{margin:1.5rem 0}
    .findings .facts{margin-top:.4rem}
    .sideways{overflow-x:auto;margin:1.5rem 0;background:linear-gradient(to left,var(--ground) 50%,transparent) 100% 0/3rem \
    100% no-repeat local,linear-gradient(to left,var(--shade),transparent) 100% 0/.9rem 100% no-repeat scroll}
    table{border-collapse:collapse;font-size:.9375rem;line-height:1.4;font-variant-numeric:tabular-nums}
    caption{text-align:left;font-weight:600;padding-bottom:.5rem}
    th,td{padding:.4rem 1.25rem .4rem 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
    thead th{color:var(--soft);font-weight:400;vertical-align:bottom;border-bottom-color:var(--soft)}
    th:first-child,.words th,.words td{text-align:left}
    tbody th{font-weight:600}
    .words td{white-space:normal;min-width:8rem;vertical-align:top}
    .classes thead th[colspan]{text-align:left;padding-left:.75rem}
    .classes{width:100%}
    .classes .bar{min-width:6rem;width:40%}
    .bar i{display:block;height:.7rem;min-width:1px;background:var(--fault);border-radius:0 2px 2px 0}
    .mistakes{list-style:none;padding:0;max-width:none;display:grid;gap:1.5rem 1rem;\
    grid-template-columns:repeat(auto-fill,minmax(7rem,1fr));font-size:.8125rem;line-height:1.35}
    .mistakes li,.mistakes span{display:block}
    .mistakes .frame{aspect-ratio:1;display:grid;place-items:center;background:var(--panel);margin-bottom:.45rem;\
    overflow:hidden;color:var(--soft);text-align:center}
    .mistakes img{max-width:100%;max-height:100%}
    .mistakes .pixels{width:100%;height:100%;object-fit:contain;image-rendering:pixelated}
    .mistakes .said{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    """

  private static let figures = """
    figure{margin:1.5rem 0}
    figure svg{display:block;max-width:100%;height:auto}
    figure .narrow{display:none}
    figure .alone{overflow-x:auto}
    @media screen and (min-width:641px){figure{margin-left:-1rem}}
    @media screen and (min-width:56rem){.broad{position:relative;left:50%;width:max-content;max-width:calc(100vw - 4rem);\
    transform:translateX(-50%)}}
    """

  private static let narrow = """
    @media screen and (max-width:640px){
    body{font-size:1rem}
    header{padding-top:2rem}
    h2{margin-top:3rem}
    .facts div{grid-template-columns:7.5rem minmax(0,1fr);gap:.75rem;font-size:.9375rem}
    figure .wide{display:none}
    figure .narrow{display:block;width:100%;max-width:30rem}
    figure .alone{padding-right:1.5rem;-webkit-mask-image:linear-gradient(to left,transparent,#000 1.5rem);\
    mask-image:linear-gradient(to left,transparent,#000 1.5rem)}
    figure .alone svg{max-width:none}
    .sideways th:first-child{position:sticky;left:0;background:var(--ground)}
    .sideways th,.sideways td{padding-right:1rem}
    .classes .bar{min-width:4rem}
    .mistakes{grid-template-columns:repeat(auto-fill,minmax(6rem,1fr))}
    }
    """

  private static let paper = """
    @page{margin:15mm}
    @media print{
    body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    header,main,footer{max-width:none;padding:0}
    header{padding-top:0}
    nav{display:none}
    a{color:inherit}
    h2{margin-top:2rem}
    h2,h3,caption,.finding{break-after:avoid}
    p{orphans:3;widows:3}
    figure svg{max-width:88%;margin:0 auto}
    .finding,figure,tr,.mistakes li,.tiles,.findings li{break-inside:avoid}
    .sideways,figure .alone{overflow:visible;background:none}
    table{font-size:8.5pt}
    th,td{padding-right:.8rem;white-space:normal}
    .mistakes{grid-template-columns:repeat(8,1fr);font-size:7pt}
    }
    """
}
