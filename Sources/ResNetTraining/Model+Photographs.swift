import ResNetCore
import ResNetData
import ResNetImages
import ResNetModel

extension Model {
  /// The error for a model of photographs that is to go on with images in memory, which are not resized.
  func resizes(insteadOf shape: Shape, of dataSet: DataSet) -> ResNetError {
    func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
    var options = "--mean and --deviation"
    if case .perChannel(let mean) = preprocessing.mean, preprocessing.channelOrder == .rgb {
      options = "--mean \(list(mean)) --deviation \(list(preprocessing.deviation))"
    }
    return ResNetError(
      .data, "the model resizes pictures to \(input), and the data has images of \(shape) that are taken as they are",
      at: dataSet.name, remedy: "Give preprocessing without resizing (\(options)), or a folder of pictures")
  }
}
