import ResNetCore
import ResNetGraph

extension Equations {
  /// z[n,o,y,x] = b[o] + Σ W[o,i,v,u] · a[n, i, y·stride + v − padding, x·stride + u − padding], where i runs over the
  /// input channels of o's group.
  ///
  /// - Parameters:
  ///   - from: `[batch, inputs, height, width]`.
  ///   - to: `[outputs, height, width]` of one sample.
  static func convolution(
    _ input: [Double], weight: [Double], bias: [Double]?, from: Shape, to: Shape, _ layer: Convolution
  ) -> [Double] {
    let (batch, inputs, height, width) = (from[0], from[1], from[2], from[3])
    let (outputs, rows, columns) = (to[0], to[1], to[2])
    let kernel = layer.kernel
    let (groupInputs, groupOutputs) = (inputs / layer.groups, outputs / layer.groups)
    var result = Array(repeating: 0.0, count: batch * to.count)
    result.withUnsafeMutableBufferPointer { z in
      input.withUnsafeBufferPointer { a in
        weight.withUnsafeBufferPointer { w in
          for n in 0..<batch {
            for o in 0..<outputs {
              for y in 0..<rows {
                let top = y * layer.stride - layer.padding
                // Kernel rows and columns that lie over the image; the rest would multiply zeros.
                let vs = max(0, -top)..<max(0, -top, min(kernel, height - top))
                for x in 0..<columns {
                  let left = x * layer.stride - layer.padding
                  let us = max(0, -left)..<max(0, -left, min(kernel, width - left))
                  var sum = bias?[o] ?? 0
                  for i in 0..<groupInputs {
                    for v in vs {
                      let channel = n * inputs + o / groupOutputs * groupInputs + i
                      let row = (channel * height + top + v) * width + left
                      let taps = ((o * groupInputs + i) * kernel + v) * kernel
                      for u in us { sum += w[taps + u] * a[row + u] }
                    }
                  }
                  z[((n * outputs + o) * rows + y) * columns + x] = sum
                }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The greatest value of each window; pixels outside the image never win.
  static func maxPooling(
    _ input: [Double], from: Shape, to: Shape, _ layer: Pooling, corners: inout UInt64
  ) -> [Double] {
    let (batch, channels, height, width) = (from[0], from[1], from[2], from[3])
    let (rows, columns) = (to[1], to[2])
    var result: [Double] = []
    result.reserveCapacity(batch * to.count)
    corners = 0
    for plane in 0..<(batch * channels) {
      for y in 0..<rows {
        for x in 0..<columns {
          var greatest = -Double.infinity
          var winner = 0
          for v in 0..<layer.kernel {
            for u in 0..<layer.kernel {
              let (row, column) = (y * layer.stride + v - layer.padding, x * layer.stride + u - layer.padding)
              guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
              let value = input[(plane * height + row) * width + column]
              if value > greatest || value.isNaN { (greatest, winner) = (value, row * width + column) }
            }
          }
          result.append(greatest)
          mix(winner, into: &corners)
        }
      }
    }
    return result
  }

  /// The mean of the pixels of each window; pixels outside the image do not count.
  static func averagePooling(_ input: [Double], from: Shape, to: Shape, _ layer: Pooling) -> [Double] {
    let (batch, channels, height, width) = (from[0], from[1], from[2], from[3])
    var result: [Double] = []
    result.reserveCapacity(batch * to.count)
    for plane in 0..<(batch * channels) {
      for y in 0..<to[1] {
        for x in 0..<to[2] {
          let (top, left) = (y * layer.stride - layer.padding, x * layer.stride - layer.padding)
          var (sum, count) = (0.0, 0)
          for row in max(top, 0)..<min(top + layer.kernel, height) {
            for column in max(left, 0)..<min(left + layer.kernel, width) {
              sum += input[(plane * height + row) * width + column]
              count += 1
            }
          }
          result.append(sum / Double(count))
        }
      }
    }
    return result
  }

  /// Every `stride`-th pixel of every channel, between channels of zeros; vectors are images of one pixel.
  static func zeroPadding(_ input: [Double], from: Shape, to: Shape, _ layer: ZeroPadding) -> [Double] {
    let (height, width) = from.rank == 4 ? (from[2], from[3]) : (1, 1)
    let (rows, columns) = to.rank == 3 ? (to[1], to[2]) : (1, 1)
    let (batch, channels) = (from[0], from[1])
    var result = Array(repeating: 0.0, count: batch * to.count)
    for n in 0..<batch {
      for c in 0..<channels {
        for y in 0..<rows {
          for x in 0..<columns {
            result[((n * to[0] + layer.before + c) * rows + y) * columns + x] =
              input[((n * channels + c) * height + y * layer.stride) * width + x * layer.stride]
          }
        }
      }
    }
    return result
  }
}
