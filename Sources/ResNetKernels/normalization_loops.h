// The inner loops of normalization.c over one run of positions: for 8 and 16 lanes in vectors of that width, for any
// other number over plain floats.
#ifndef RESNET_NORMALIZATION_LOOPS_H
#define RESNET_NORMALIZATION_LOOPS_H

#include <string.h>

#include "internal.h"

// Positions that are visited in one column before the next column, and how far ahead memory is asked for.
enum { TOGETHER = 4, AHEAD_BYTES = 2048 };

// The same in positions of so many bytes: at least those of the next block.
static inline int64_t resnet_distance(int64_t bytes) {
  return bytes * TOGETHER > AHEAD_BYTES ? TOGETHER : AHEAD_BYTES / bytes;
}

#define LANES 8
#include "normalization_lanes.h"
#undef LANES
#define LANES 16
#include "normalization_lanes.h"
#undef LANES

RESNET_INLINE void moments_any(
    const void *x, int64_t x_pitch, int64_t positions, int64_t lanes, float *mean, float *squares,
    int64_t result_pitch, int element) {
  (void)result_pitch;
  memset(mean, 0, sizeof(float) * (size_t)lanes);
  memset(squares, 0, sizeof(float) * (size_t)lanes);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) mean[l] += resnet_load(x, p * x_pitch + l, element);
  for (int64_t l = 0; l < lanes; l++) mean[l] /= (float)positions;
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      float d = resnet_load(x, p * x_pitch + l, element) - mean[l];
      squares[l] += d * d;
    }
}

// `x_pitch` is the distance between positions of x, and of dx; `pitch` that of all else. There are `columns` of `lanes`
// channels, one where lanes are of any other number; what belongs to a column begins `result_pitch` behind the one before.
RESNET_DISPATCHED static void moments(
    const void *x, int64_t x_pitch, int64_t positions, int64_t lanes, int64_t columns, float *mean, float *squares,
    int64_t result_pitch, ResNetElement stored) {
#define WITH(function, sizes) \
  RESNET_BY_ELEMENT(stored, function(x, x_pitch, positions, sizes, mean, squares, result_pitch, element))
  if (lanes == 8) WITH(moments_8, columns);
  else if (lanes == 16) WITH(moments_16, columns);
  else WITH(moments_any, lanes);
#undef WITH
}

RESNET_INLINE void apply_any(
    const void *x, int64_t x_pitch, const void *addend, void *output, int64_t pitch, int64_t positions, int64_t lanes,
    const float *a, const float *b, int relu, int element) {
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      float z = resnet_load(x, p * x_pitch + l, element) * a[l] + b[l];
      if (addend) z += resnet_load(addend, p * pitch + l, element);
      resnet_store(output, p * pitch + l, relu && z <= 0 ? 0 : z, element);
    }
}

RESNET_DISPATCHED static void apply(
    const void *x, int64_t x_pitch, const void *addend, void *output, int64_t pitch, int64_t positions, int64_t lanes,
    int64_t columns, const float *a, const float *b, int relu, ResNetElement stored) {
#define WITH(function, sizes) \
  RESNET_BY_ELEMENT(stored, function(x, x_pitch, addend, output, pitch, positions, sizes, a, b, relu, element))
  if (lanes == 8) WITH(apply_8, columns);
  else if (lanes == 16) WITH(apply_16, columns);
  else WITH(apply_any, lanes);
#undef WITH
}

RESNET_INLINE float before_relu(
    float x, const void *output, const void *g, const void *g2, int64_t i, float fa, float fb, int relu, int element) {
  float d = resnet_load(g, i, element);
  if (g2) d += resnet_load(g2, i, element);
  if (output) return resnet_load(output, i, element) > 0 ? d : 0;
  float z = x * fa + fb;
  return !relu || z > 0 ? d : 0;
}

RESNET_INLINE void gradient_sums_any(
    const void *x, int64_t x_pitch, const void *output, const void *g, const void *g2, void *dz, int64_t pitch,
    int64_t positions, int64_t lanes, const float *mean, const float *a, const float *b, int relu, float *sum,
    float *product, int64_t result_pitch, int element) {
  (void)result_pitch;
  memset(sum, 0, sizeof(float) * (size_t)lanes);
  memset(product, 0, sizeof(float) * (size_t)lanes);
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      float v = resnet_load(x, p * x_pitch + l, element);
      float d = before_relu(v, output, g, g2, p * pitch + l, a[l], b[l], relu, element);
      if (dz) resnet_store(dz, p * pitch + l, d, element);
      sum[l] += d;
      product[l] += d * (v - mean[l]);
    }
}

// `a` and `b` make z of x, as in `apply`.
RESNET_DISPATCHED static void gradient_sums(
    const void *x, int64_t x_pitch, const void *output, const void *g, const void *g2, void *dz, int64_t pitch,
    int64_t positions, int64_t lanes, int64_t columns, const float *mean, const float *a, const float *b, int relu,
    float *sum, float *product, int64_t result_pitch, ResNetElement stored) {
#define WITH(function, sizes) \
  RESNET_BY_ELEMENT( \
      stored, function( \
                  x, x_pitch, output, g, g2, dz, pitch, positions, sizes, mean, a, b, relu, sum, product, \
                  result_pitch, element))
  if (lanes == 8) WITH(gradient_sums_8, columns);
  else if (lanes == 16) WITH(gradient_sums_16, columns);
  else WITH(gradient_sums_any, lanes);
#undef WITH
}

RESNET_INLINE void gradient_apply_any(
    const void *x, int64_t x_pitch, const void *g, const void *g2, void *dx, int64_t pitch, int64_t positions,
    int64_t lanes, const float *a, const float *b, const float *c, const float *mean, const float *shift, int relu,
    int accumulates, int element) {
  for (int64_t p = 0; p < positions; p++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      float v = resnet_load(x, p * x_pitch + l, element);
      float dz = before_relu(v, 0, g, g2, p * pitch + l, a[l], shift[l], relu, element);
      float d = dz * a[l] + (b[l] * (v - mean[l]) + c[l]);
      if (accumulates) d += resnet_load(dx, p * x_pitch + l, element);
      resnet_store(dx, p * x_pitch + l, d, element);
    }
}

// `a` makes the gradient of x of that of z; with `shift` it makes z of x.
RESNET_DISPATCHED static void gradient_apply(
    const void *x, int64_t x_pitch, const void *g, const void *g2, void *dx, int64_t pitch, int64_t positions,
    int64_t lanes, int64_t columns, const float *a, const float *b, const float *c, const float *mean,
    const float *shift, int relu, int accumulates, ResNetElement stored) {
#define WITH(function, sizes) \
  RESNET_BY_ELEMENT( \
      stored, \
      function( \
          x, x_pitch, g, g2, dx, pitch, positions, sizes, a, b, c, mean, shift, relu, accumulates, element))
  if (lanes == 8) WITH(gradient_apply_8, columns);
  else if (lanes == 16) WITH(gradient_apply_16, columns);
  else WITH(gradient_apply_any, lanes);
#undef WITH
}

#endif
