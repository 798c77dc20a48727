import ResNetCore
import ResNetPlots

extension Gradients {
  /// What it is called on the command line.
  public static let name = "gradients"

  /// What is measured and how, with its source.
  public static let definition = """
    The Euclidean norms of the gradients of the mean cross-entropy over one batch of training images, not augmented, with \
    the statistics of the batch and without dropout: ‖∂L/∂W‖ of the weights of each convolution and fully connected \
    layer, and ‖∂L/∂a‖ over all images of its activation, which is its output behind the normalisation, addition and ReLU \
    that follow it. Layers stand by their share of the network's depth, 0 the first and 1 the last, so that networks of \
    different depths begin and end together; projections of shortcuts are in the table alone. The growth a layer is the \
    least-squares slope of log ‖∂L/∂a‖; a change of more than a hundredfold over the whole network is called vanishing or \
    exploding. That deep networks without normalisation multiply their gradients by a factor a layer, and that shortcuts \
    and normalisation keep them in a band: Glorot and Bengio, "Understanding the difficulty of training deep feedforward \
    neural networks", 2010; He et al., "Deep residual learning for image recognition", 2015, and "Identity mappings in \
    deep residual networks", 2016.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    Without normalisation the norm of ∂L/∂a grows or shrinks in a plain network by a factor a layer, which depends \
    on how its weights begin; with shortcuts it stays in a band. With batch normalisation plain networks keep \
    healthy gradients too, and get worse with depth all the same: He et al. (2015), section 4.1, \
    https://arxiv.org/abs/1512.03385.
    """

  /// What the view shows, of which networks.
  public var title: String { "Gradients by layer: \(listed(networks.map(\.name)))" }

  /// What is seen, in sentences made of the numbers.
  public var finding: String {
    let sentences = networks.map { network in
      "\(network.name): the gradients of the activations \(network.activationCourse.words); those of the weights "
        + "\(network.weightCourse.words)."
    }
    let kinds: [GradientCourse.Kind] = [.vanishing, .exploding, .steady]
    let groups = kinds.compactMap { kind -> String? in
      let names = networks.filter { $0.activationCourse.kind == kind }.map(\.name)
      return names.isEmpty ? nil : "\(kind.rawValue): \(listed(names))"
    }
    guard networks.count > 1 else { return sentences.joined() }
    return (sentences + ["Of the activations, " + groups.joined(separator: "; ") + "."]).joined(separator: " ")
  }

  /// The norms of gradients over the depth of each network, activations above and weights below.
  public var figures: [ViewFigure] {
    let axis = PlotAxis("depth: 0 is the first layer, 1 the last")
    func panel(_ label: String, _ value: (Layer) -> Double) -> LinePlot.Panel {
      LinePlot.Panel(
        y: PlotAxis(label, scale: .logarithmic),
        series: networks.map { network in
          let path = network.path
          let last = Double(max((path.map(\.depth).max() ?? 1) - 1, 1))
          return LinePlot.Series(network.name, points: path.map { (Double($0.depth - 1) / last, value($0)) })
        })
    }
    let plot = LinePlot(
      title: title, subtitle: "mean cross-entropy of \(counted(images, "image")) of \(dataSet), batch statistics",
      x: axis,
      panels: [
        panel("‖∂L/∂a‖, gradient of activations", \.activation), panel("‖∂L/∂W‖, gradient of weights", \.weight),
      ])
    return [ViewFigure(svg: plot.svg())]
  }

  /// A row for each network and layer.
  public var table: ViewTable {
    ViewTable(
      trusted: ["network", "layer", "depth", "on_longest_path", "weight_gradient_norm", "activation_gradient_norm"],
      networks.flatMap { network in
        network.layers.map {
          [
            .text(network.name), .text($0.name), .integer($0.depth), .text($0.isOnLongestPath ? "yes" : "no"),
            .number($0.weight), .number($0.activation),
          ]
        }
      })
  }
}
