#include <math.h>

#include "internal.h"

RESNET_DISPATCHED static void affine_share(const void *data, int64_t first, int64_t last) {
  const ResNetAffine *a = data;
  const float scale = a->scale, offset = a->offset, *input = a->input;
  float *output = a->output;
  RESNET_INDEPENDENT
  for (int64_t i = first * RESNET_RUN; i < resnet_minimum(last * RESNET_RUN, a->count); i++)
    output[i] = scale * input[i] + offset;
}

int resnet_affine(const void *arguments) {
  const ResNetAffine *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, affine_share, a);
  return 0;
}

static void sigmoid_share(const void *data, int64_t first, int64_t last) {
  const ResNetSigmoid *a = data;
  for (int64_t i = first * RESNET_RUN; i < resnet_minimum(last * RESNET_RUN, a->count); i++)
    a->output[i] = 1 / (1 + expf(-a->input[i]));
}

int resnet_sigmoid_forward(const void *arguments) {
  const ResNetSigmoid *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, sigmoid_share, a);
  return 0;
}

RESNET_DISPATCHED static void sigmoid_gradient_share(const void *data, int64_t first, int64_t last) {
  const ResNetSigmoid *a = data;
  const float *y = a->input, *gradient = a->gradient;
  float *output = a->output;
  RESNET_INDEPENDENT
  for (int64_t i = first * RESNET_RUN; i < resnet_minimum(last * RESNET_RUN, a->count); i++)
    output[i] = gradient[i] * y[i] * (1 - y[i]);
}

int resnet_sigmoid_backward(const void *arguments) {
  const ResNetSigmoid *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, sigmoid_gradient_share, a);
  return 0;
}

RESNET_DISPATCHED static void multiply_share(const void *data, int64_t first, int64_t last) {
  const ResNetMultiplication *m = data;
  const float *a = m->a, *b = m->b;
  float *output = m->output;
  RESNET_INDEPENDENT
  for (int64_t i = first * RESNET_RUN; i < resnet_minimum(last * RESNET_RUN, m->count); i++) output[i] = a[i] * b[i];
}

int resnet_multiply(const void *arguments) {
  const ResNetMultiplication *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, multiply_share, a);
  return 0;
}

// One task is a block of one sample: `positions` rows of `lanes` channels, whose factors lie together.
RESNET_DISPATCHED static void multiply_channels_share(const void *data, int64_t first, int64_t last) {
  const ResNetChannelProduct *m = data;
  const int64_t positions = m->layout.positions, lanes = m->layout.lanes;
  for (int64_t task = first; task < last; task++) {
    const float *factors = m->b + task * lanes, *a = m->a + task * positions * lanes;
    float *output = m->output + task * positions * lanes;
    for (int64_t s = 0; s < positions; s++)
      RESNET_INDEPENDENT
      for (int64_t l = 0; l < lanes; l++) output[s * lanes + l] = a[s * lanes + l] * factors[l];
  }
}

int resnet_multiply_channels(const void *arguments) {
  const ResNetChannelProduct *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), multiply_channels_share, a);
  return 0;
}

RESNET_DISPATCHED static void sum_products_share(const void *data, int64_t first, int64_t last) {
  const ResNetChannelProduct *m = data;
  const int64_t positions = m->layout.positions, lanes = m->layout.lanes;
  for (int64_t task = first; task < last; task++) {
    const float *a = m->a + task * positions * lanes, *b = m->b + task * positions * lanes;
    float *sums = m->output + task * lanes;
    for (int64_t l = 0; l < lanes; l++) sums[l] = 0;
    for (int64_t s = 0; s < positions; s++)
      RESNET_INDEPENDENT
      for (int64_t l = 0; l < lanes; l++) sums[l] += a[s * lanes + l] * b[s * lanes + l];
  }
}

int resnet_sum_products(const void *arguments) {
  const ResNetChannelProduct *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), sum_products_share, a);
  return 0;
}

// "lowbias32" (Wellons, 2018), with the key between its rounds.
RESNET_INLINE uint32_t hashed(uint32_t key, uint32_t place) {
  uint32_t x = place * 0x9e3779b9u;
  x = ((x ^ (x >> 16)) * 0x7feb352du) ^ key;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

RESNET_DISPATCHED static void dropout_share(const void *data, int64_t first, int64_t last) {
  const ResNetDropout *a = data;
  const int64_t positions = a->layout.positions, lanes = a->layout.lanes, blocks = a->layout.blocks;
  const uint32_t key = *a->key, threshold = a->threshold;
  const float factor = a->factor;
  for (int64_t task = first; task < last; task++) {
    const float *input = a->input + task * positions * lanes;
    float *output = a->output + task * positions * lanes;
    if (a->drops_samples) {
      const float f = hashed(key, (uint32_t)(task / blocks)) >= threshold ? factor : 0;
      RESNET_INDEPENDENT
      for (int64_t i = 0; i < positions * lanes; i++) output[i] = f == 0 ? 0 : input[i] * f;
      continue;
    }
    // Tasks are blocks of samples, so `task * lanes` counts channels through the whole batch.
    for (int64_t s = 0; s < positions; s++) {
      const uint32_t place = (uint32_t)(task * lanes * positions + s), step = (uint32_t)positions;
      RESNET_INDEPENDENT
      for (int64_t l = 0; l < lanes; l++)
        output[s * lanes + l] = hashed(key, place + (uint32_t)l * step) >= threshold ? input[s * lanes + l] * factor : 0;
    }
  }
}

int resnet_dropout(const void *arguments) {
  const ResNetDropout *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), dropout_share, a);
  return 0;
}
