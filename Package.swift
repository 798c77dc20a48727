// swift-tools-version: 6.0
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A C string literal, for a define.
func quoted(_ text: String) -> String {
  "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
}

let package = Package(
  name: "swift-resnet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ResNet", targets: ["ResNet"]),
    .executable(name: "resnet", targets: ["ResNetCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    // For `make docs` alone: no target uses it, and so packages that depend on this one do not fetch it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
  ],
  targets: [
    .target(name: "ResNetCore", swiftSettings: strict),
    .target(name: "ResNetGraph", dependencies: ["ResNetCore"], swiftSettings: strict),
    .target(name: "ResNetModels", dependencies: ["ResNetGraph", "ResNetCore"], swiftSettings: strict),
    .target(name: "ResNetReference", dependencies: ["ResNetCore", "ResNetGraph"], swiftSettings: strict),
    .target(
      name: "ResNetTesting", dependencies: ["ResNetCore", "ResNetGraph", "ResNetModels", "ResNetReference"],
      swiftSettings: strict),
    .target(
      name: "COneDNN",
      cSettings: [.define("RESNET_PACKAGE_DIRECTORY", to: quoted(Context.packageDirectory))],
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "ResNetKernels"),
    .target(
      name: "ResNetEngine", dependencies: ["COneDNN", "ResNetCore", "ResNetGraph", "ResNetKernels"],
      swiftSettings: strict),
    .target(name: "ResNetFiles", dependencies: ["ResNetCore"], swiftSettings: strict),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"]), .brew(["libspng"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"]), .brew(["libtiff"])]),
    .target(
      name: "ResNetImages",
      dependencies: ["CSPNG", "CTIFF", "CTurboJPEG", "CWebP", "ResNetCore", "ResNetFiles", "ResNetKernels"],
      swiftSettings: strict),
    .target(name: "ResNetData", dependencies: ["ResNetCore", "ResNetFiles", "ResNetImages"], swiftSettings: strict),
    .target(name: "ResNetPlots", dependencies: ["ResNetCore", "ResNetImages"], swiftSettings: strict),
    .target(
      name: "ResNetModel",
      dependencies: [
        "ResNetCore", "ResNetData", "ResNetEngine", "ResNetFiles", "ResNetGraph", "ResNetImages", "ResNetModels",
      ],
      swiftSettings: strict),
    .target(
      name: "ResNetTraining",
      dependencies: [
        "ResNetCore", "ResNetData", "ResNetEngine", "ResNetFiles", "ResNetGraph", "ResNetImages", "ResNetKernels",
        "ResNetModel", "ResNetModels", "ResNetPlots",
      ],
      swiftSettings: strict),
    .target(
      name: "ResNetAnalysis",
      dependencies: [
        "ResNetCore", "ResNetData", "ResNetEngine", "ResNetFiles", "ResNetGraph", "ResNetImages", "ResNetModel",
        "ResNetModels", "ResNetPlots", "ResNetTraining",
      ],
      swiftSettings: strict),
    .target(
      name: "ResNet",
      dependencies: [
        "ResNetAnalysis", "ResNetCore", "ResNetData", "ResNetEngine", "ResNetGraph", "ResNetImages", "ResNetModel",
        "ResNetModels", "ResNetPlots", "ResNetTraining",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "ResNetCommand",
      dependencies: ["ResNet", "ResNetFiles", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: strict),

    .target(name: "CMemoryUse", path: "Tests/CMemoryUse"),
    .testTarget(name: "ResNetCoreTests", dependencies: ["ResNetCore"], swiftSettings: strict),
    .testTarget(name: "COneDNNTests", dependencies: ["COneDNN"], swiftSettings: strict),
    .testTarget(
      name: "ResNetKernelsTests", dependencies: ["ResNetCore", "ResNetKernels"], swiftSettings: strict),
    .testTarget(name: "ResNetGraphTests", dependencies: ["ResNetGraph"], swiftSettings: strict),
    .testTarget(
      name: "ResNetReferenceTests", dependencies: ["ResNetReference", "ResNetTesting"], swiftSettings: strict),
    .testTarget(
      name: "ResNetModelsTests", dependencies: ["ResNetModels", "ResNetGraph", "ResNetCore"], swiftSettings: strict),
    .testTarget(
      name: "ResNetEngineTests",
      dependencies: [
        "CMemoryUse", "ResNetCore", "ResNetEngine", "ResNetFiles", "ResNetGraph", "ResNetModels", "ResNetReference",
        "ResNetTesting",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ResNetFilesTests", dependencies: ["ResNetCore", "ResNetFiles", "ResNetTesting"], swiftSettings: strict),
    .testTarget(
      name: "ResNetImagesTests", dependencies: ["CMemoryUse", "ResNetCore", "ResNetImages", "ResNetTesting"],
      swiftSettings: strict),
    .testTarget(
      name: "ResNetDataTests", dependencies: ["ResNetCore", "ResNetData", "ResNetImages", "ResNetTesting"],
      swiftSettings: strict),
    .testTarget(
      name: "ResNetPlotsTests", dependencies: ["ResNetCore", "ResNetImages", "ResNetPlots"], swiftSettings: strict),
    .testTarget(
      name: "ResNetModelTests",
      dependencies: [
        "ResNetCore", "ResNetEngine", "ResNetFiles", "ResNetGraph", "ResNetImages", "ResNetModel", "ResNetModels",
        "ResNetTesting",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ResNetTrainingTests",
      dependencies: [
        "ResNetCore", "ResNetData", "ResNetEngine", "ResNetGraph", "ResNetImages", "ResNetModel", "ResNetModels",
        "ResNetTesting", "ResNetTraining",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ResNetAnalysisTests",
      dependencies: [
        "ResNetAnalysis", "ResNetCore", "ResNetData", "ResNetEngine", "ResNetGraph", "ResNetImages", "ResNetModel",
        "ResNetModels", "ResNetPlots", "ResNetReference", "ResNetTesting", "ResNetTraining",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ResNetCommandTests",
      dependencies: [
        "ResNet", "ResNetCommand", "ResNetTraining",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Help"], swiftSettings: strict),
  ]
)
