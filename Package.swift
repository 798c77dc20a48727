// swift-tools-version: 6.0
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swift-resnet",
  platforms: [.macOS(.v15)],
  products: [],
  dependencies: [],
  targets: [
    .target(name: "ResNetCore", swiftSettings: strict),
    .target(name: "ResNetGraph", dependencies: ["ResNetCore"], swiftSettings: strict),
    .target(name: "ResNetReference", dependencies: ["ResNetCore", "ResNetGraph"], swiftSettings: strict),
    .target(
      name: "ResNetTesting", dependencies: ["ResNetCore", "ResNetGraph", "ResNetReference"], swiftSettings: strict),

    .testTarget(name: "ResNetCoreTests", dependencies: ["ResNetCore"], swiftSettings: strict),
    .testTarget(name: "ResNetGraphTests", dependencies: ["ResNetGraph"], swiftSettings: strict),
    .testTarget(
      name: "ResNetReferenceTests", dependencies: ["ResNetReference", "ResNetTesting"], swiftSettings: strict),
  ]
)
