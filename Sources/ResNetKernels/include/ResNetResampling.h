// Resizing of 8-bit pictures of three interleaved channels, in the fixed-point arithmetic of Pillow, so that every byte is
// the one that Pillow computes: sums of a pixel's neighbours by weights of 22 binary places.
#ifndef RESNET_RESAMPLING_H
#define RESNET_RESAMPLING_H

#include <stdint.h>

// One of the two passes. Result i is the sum over k < counts[i] of weights[i · taps + k] times input number firsts[i] + k,
// where inputs are the pixels of a row (horizontally) or the rows (vertically).
typedef struct {
  const uint8_t *input;
  int64_t input_bytes;  // that may be read from `input` on
  int64_t input_pitch;  // bytes from a row to the next
  uint8_t *output;        // rows without gaps
  int64_t rows, columns;  // of the output, in pixels
  int64_t taps;
  const int32_t *firsts, *counts;  // [columns] horizontally, [rows] vertically
  const int32_t *weights;
} ResNetResampling;
int resnet_resample_horizontally(const void *arguments);
int resnet_resample_vertically(const void *arguments);

#endif
