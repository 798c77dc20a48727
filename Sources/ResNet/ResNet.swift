// All that a user of the package needs, under one name.
@_exported import ResNetAnalysis
@_exported import ResNetCore
@_exported import ResNetData
@_exported import ResNetEngine
@_exported import ResNetGraph
@_exported import ResNetImages
@_exported import ResNetModel
@_exported import ResNetModels
@_exported import ResNetPlots
@_exported import ResNetTraining
