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

// Outputs are either apart from the inputs or the very same elements.
#define RESNET_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

RESNET_DISPATCHED static void moments(const float *x, int64_t positions, int64_t lanes, float *mean, float *squares) {
  if (lanes == 8) return moments_8(x, positions, mean, squares);
  if (lanes == 16) return moments_16(x, positions, mean, squares);
  memset(mean, 0, sizeof(float) * (size_t)lanes);
  memset(squares, 0, sizeof(float) * (size_t)lanes);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) mean[l] += x[p * lanes + l];
  for (int64_t l = 0; l < lanes; l++) mean[l] /= (float)positions;
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      float d = x[p * lanes + l] - mean[l];
      squares[l] += d * d;
    }
}

RESNET_DISPATCHED static void apply(
    const float *x, const float *addend, float *output, int64_t positions, int64_t lanes, const float *a,
    const float *b, int relu) {
  if (lanes == 8) return apply_8(x, addend, output, positions, a, b, relu);
  if (lanes == 16) return apply_16(x, addend, output, positions, a, b, relu);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      int64_t i = p * lanes + l;
      float z = x[i] * a[l] + b[l];
      if (addend) z += addend[i];
      output[i] = relu && z <= 0 ? 0 : z;
    }
}

RESNET_DISPATCHED static void gradient_sums(
    const float *x, const float *output, const float *g, const float *g2, float *dz, int64_t positions, int64_t lanes,
    const float *mean, float *sum, float *product) {
  if (lanes == 8) return gradient_sums_8(x, output, g, g2, dz, positions, mean, sum, product);
  if (lanes == 16) return gradient_sums_16(x, output, g, g2, dz, positions, mean, sum, product);
  memset(sum, 0, sizeof(float) * (size_t)lanes);
  memset(product, 0, sizeof(float) * (size_t)lanes);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      int64_t i = p * lanes + l;
      float d = g[i];
      if (g2) d += g2[i];
      if (output) d = output[i] > 0 ? d : 0;
      if (dz) dz[i] = d;
      sum[l] += d;
      product[l] += d * (x[i] - mean[l]);
    }
}

RESNET_DISPATCHED static void gradient_apply(
    const float *x, const float *dz, float *dx, int64_t positions, int64_t lanes, const float *a, const float *b,
    const float *c, const float *mean) {
  if (lanes == 8) return gradient_apply_8(x, dz, dx, positions, a, b, c, mean);
  if (lanes == 16) return gradient_apply_16(x, dz, dx, positions, a, b, c, mean);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      int64_t i = p * lanes + l;
      dx[i] = dz[i] * a[l] + (b[l] * (x[i] - mean[l]) + c[l]);
    }
}

#endif
