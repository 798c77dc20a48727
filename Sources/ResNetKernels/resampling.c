#include <string.h>

#include "internal.h"

// Of each weight and each sum; Pillow's number.
enum { PLACES = 22, HALF = 1 << (PLACES - 1) };

// Four pixels of four channels, or sixteen bytes of a row, and their sums.
typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef int32_t Sums __attribute__((vector_size(64)));

// By address, because how such vectors are handed over depends on the processor.
RESNET_INLINE void round_sums(const Sums *sums, uint8_t *output) {
  Sums values = *sums >> PLACES;
  values &= ~(values >> 31);  // negative ones become 0
  values |= values > 255;     // and large ones all ones
  const Bytes bytes = __builtin_convertvector(values, Bytes);
  memcpy(output, &bytes, sizeof bytes);
}

RESNET_INLINE uint8_t rounded_one(int32_t sum) {
  sum >>= PLACES;
  return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

// A pixel of one row, byte by byte: where the row's end is the end of the memory.
RESNET_INLINE void pixel(const uint8_t *input, int64_t count, const int32_t *weights, uint8_t *output) {
  for (int c = 0; c < 3; c++) {
    int32_t sum = HALF;
    for (int64_t k = 0; k < count; k++) sum += input[3 * k + c] * weights[k];
    output[c] = rounded_one(sum);
  }
}

// Pixels are read as four bytes, of which the last belongs to the next one, and are written so from left to right.
RESNET_DISPATCHED int resnet_resample_horizontally(const void *arguments) {
  const ResNetResampling *a = arguments;
  const uint8_t *end = a->input + a->input_bytes;
  int64_t row = 0;
  for (; row + 4 <= a->rows; row += 4) {
    const uint8_t *input[4];
    uint8_t *output[4];
    for (int r = 0; r < 4; r++) {
      input[r] = a->input + (row + r) * a->input_pitch;
      output[r] = a->output + (row + r) * a->columns * 3;
    }
    // The rows before the last of the four have others behind them.
    for (int64_t x = 0; x < a->columns; x++) {
      const int64_t first = 3 * (int64_t)a->firsts[x], count = a->counts[x];
      const int32_t *weights = a->weights + x * a->taps;
      if (end - (input[3] + first) <= 3 * count || x + 1 == a->columns) {
        for (int r = 0; r < 4; r++) pixel(input[r] + first, count, weights, output[r] + 3 * x);
        continue;
      }
      Sums sums = (Sums){} + HALF;
      for (int64_t k = 0; k < count; k++) {
        uint32_t four[4];
        for (int r = 0; r < 4; r++) memcpy(&four[r], input[r] + first + 3 * k, 4);
        Bytes bytes;
        memcpy(&bytes, four, sizeof bytes);
        sums += __builtin_convertvector(bytes, Sums) * weights[k];
      }
      uint8_t result[16];
      round_sums(&sums, result);
      for (int r = 0; r < 4; r++) memcpy(output[r] + 3 * x, result + 4 * r, 4);
    }
  }
  for (; row < a->rows; row++) {
    for (int64_t x = 0; x < a->columns; x++) {
      pixel(
          a->input + row * a->input_pitch + 3 * (int64_t)a->firsts[x], a->counts[x], a->weights + x * a->taps,
          a->output + (row * a->columns + x) * 3);
    }
  }
  return 0;
}

RESNET_DISPATCHED int resnet_resample_vertically(const void *arguments) {
  const ResNetResampling *a = arguments;
  const int64_t bytes = 3 * a->columns, pitch = a->input_pitch;
  for (int64_t y = 0; y < a->rows; y++) {
    const uint8_t *input = a->input + a->firsts[y] * pitch;
    const int32_t *weights = a->weights + y * a->taps;
    const int64_t count = a->counts[y];
    uint8_t *output = a->output + y * bytes;
    int64_t i = 0;
    for (; i + 32 <= bytes; i += 32) {
      Sums left = (Sums){} + HALF, right = left;
      for (int64_t k = 0; k < count; k++) {
        Bytes l, r;
        memcpy(&l, input + k * pitch + i, sizeof l);
        memcpy(&r, input + k * pitch + i + 16, sizeof r);
        left += __builtin_convertvector(l, Sums) * weights[k];
        right += __builtin_convertvector(r, Sums) * weights[k];
      }
      round_sums(&left, output + i);
      round_sums(&right, output + i + 16);
    }
    for (; i < bytes; i++) {
      int32_t sum = HALF;
      for (int64_t k = 0; k < count; k++) sum += input[k * pitch + i] * weights[k];
      output[i] = rounded_one(sum);
    }
  }
  return 0;
}
