// The inner loops of normalization.c over one run of positions: for 8 and 16 lanes in vectors of that width, for any
// other number (channels-last, vectors) over plain floats.
#ifndef RESNET_NORMALIZATION_LOOPS_H
#define RESNET_NORMALIZATION_LOOPS_H

#include <string.h>

#include "internal.h"

#define LANES 8
#include "normalization_lanes.h"
#undef LANES
#define LANES 16
#include "normalization_lanes.h"
#undef LANES

// `pitch` is the distance between positions of x, and of dx: more than `lanes` in a part of a larger tensor.
RESNET_DISPATCHED static void moments(
    const float *x, int64_t pitch, int64_t positions, int64_t lanes, float *mean, float *squares) {
  if (lanes == 8 && pitch == 8) return moments_8(x, positions, mean, squares);
  if (lanes == 16 && pitch == 16) return moments_16(x, positions, mean, squares);
  memset(mean, 0, sizeof(float) * (size_t)lanes);
  memset(squares, 0, sizeof(float) * (size_t)lanes);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) mean[l] += x[p * pitch + l];
  for (int64_t l = 0; l < lanes; l++) mean[l] /= (float)positions;
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      float d = x[p * pitch + l] - mean[l];
      squares[l] += d * d;
    }
}

RESNET_DISPATCHED static void apply(
    const float *x, int64_t pitch, const float *addend, float *output, int64_t positions, int64_t lanes, const float *a,
    const float *b, int relu) {
  if (lanes == 8 && pitch == 8) return apply_8(x, addend, output, positions, a, b, relu);
  if (lanes == 16 && pitch == 16) return apply_16(x, addend, output, positions, a, b, relu);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      int64_t i = p * lanes + l;
      float z = x[p * pitch + l] * a[l] + b[l];
      if (addend) z += addend[i];
      output[i] = relu && z <= 0 ? 0 : z;
    }
}

RESNET_INLINE float before_relu(float x, const float *output, float g, const float *g2, float fa, float fb, int relu) {
  float d = g2 ? g + *g2 : g;
  if (output) return *output > 0 ? d : 0;
  float z = x * fa + fb;
  return !relu || z > 0 ? d : 0;
}

// `a` and `b` make z of x, as in `apply`.
RESNET_DISPATCHED static void gradient_sums(
    const float *x, int64_t pitch, const float *output, const float *g, const float *g2, float *dz, int64_t positions,
    int64_t lanes, const float *mean, const float *a, const float *b, int relu, float *sum, float *product) {
  if (lanes == 8 && pitch == 8)
    return gradient_sums_8(x, output, g, g2, dz, positions, mean, a, b, relu, sum, product);
  if (lanes == 16 && pitch == 16)
    return gradient_sums_16(x, output, g, g2, dz, positions, mean, a, b, relu, sum, product);
  memset(sum, 0, sizeof(float) * (size_t)lanes);
  memset(product, 0, sizeof(float) * (size_t)lanes);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      int64_t i = p * lanes + l;
      float v = x[p * pitch + l];
      float d = before_relu(v, output ? output + i : 0, g[i], g2 ? g2 + i : 0, a[l], b[l], relu);
      if (dz) dz[i] = d;
      sum[l] += d;
      product[l] += d * (v - mean[l]);
    }
}

// `a` makes the gradient of x of that of z; with `shift` it makes z of x.
RESNET_DISPATCHED static void gradient_apply(
    const float *x, int64_t pitch, const float *g, const float *g2, float *dx, int64_t positions, int64_t lanes,
    const float *a, const float *b, const float *c, const float *mean, const float *shift, int relu, int accumulates) {
  if (lanes == 8 && pitch == 8)
    return gradient_apply_8(x, g, g2, dx, positions, a, b, c, mean, shift, relu, accumulates);
  if (lanes == 16 && pitch == 16)
    return gradient_apply_16(x, g, g2, dx, positions, a, b, c, mean, shift, relu, accumulates);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      int64_t i = p * lanes + l;
      float v = x[p * pitch + l];
      float d = before_relu(v, 0, g[i], g2 ? g2 + i : 0, a[l], shift[l], relu) * a[l] + (b[l] * (v - mean[l]) + c[l]);
      dx[p * pitch + l] = accumulates ? dx[p * pitch + l] + d : d;
    }
}

#endif
