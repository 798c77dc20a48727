#include <math.h>

#include "internal.h"

RESNET_INLINE void affine_loop(const ResNetAffine *a, int64_t first, int64_t last, int element) {
  const float scale = a->scale, offset = a->offset;
  const void *input = a->input;
  void *output = a->output;
  RESNET_INDEPENDENT
  for (int64_t i = first; i < last; i++) resnet_store(output, i, scale * resnet_load(input, i, element) + offset, element);
}

RESNET_DISPATCHED static void affine_share(const void *data, int64_t first, int64_t last) {
  const ResNetAffine *a = data;
  first *= RESNET_RUN, last = resnet_minimum(last * RESNET_RUN, a->count);
  RESNET_BY_ELEMENT(a->element, affine_loop(a, first, last, element));
}

int resnet_affine(const void *arguments) {
  const ResNetAffine *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, affine_share, a);
  return 0;
}

static void sigmoid_share(const void *data, int64_t first, int64_t last) {
  const ResNetSigmoid *a = data;
  for (int64_t i = first * RESNET_RUN; i < resnet_minimum(last * RESNET_RUN, a->count); i++)
    resnet_store(a->output, i, 1 / (1 + expf(-resnet_load(a->input, i, a->element))), a->element);
}

int resnet_sigmoid_forward(const void *arguments) {
  const ResNetSigmoid *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, sigmoid_share, a);
  return 0;
}

RESNET_INLINE void sigmoid_gradient_loop(const ResNetSigmoid *a, int64_t first, int64_t last, int element) {
  const void *outputs = a->input, *gradient = a->gradient;
  void *result = a->output;
  RESNET_INDEPENDENT
  for (int64_t i = first; i < last; i++) {
    const float y = resnet_load(outputs, i, element);
    resnet_store(result, i, resnet_load(gradient, i, element) * y * (1 - y), element);
  }
}

RESNET_DISPATCHED static void sigmoid_gradient_share(const void *data, int64_t first, int64_t last) {
  const ResNetSigmoid *a = data;
  first *= RESNET_RUN, last = resnet_minimum(last * RESNET_RUN, a->count);
  RESNET_BY_ELEMENT(a->element, sigmoid_gradient_loop(a, first, last, element));
}

int resnet_sigmoid_backward(const void *arguments) {
  const ResNetSigmoid *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, sigmoid_gradient_share, a);
  return 0;
}

RESNET_INLINE void multiply_loop(const ResNetMultiplication *m, int64_t first, int64_t last, int element) {
  const void *a = m->a, *b = m->b;
  void *output = m->output;
  RESNET_INDEPENDENT
  for (int64_t i = first; i < last; i++)
    resnet_store(output, i, resnet_load(a, i, element) * resnet_load(b, i, element), element);
}

RESNET_DISPATCHED static void multiply_share(const void *data, int64_t first, int64_t last) {
  const ResNetMultiplication *m = data;
  first *= RESNET_RUN, last = resnet_minimum(last * RESNET_RUN, m->count);
  RESNET_BY_ELEMENT(m->element, multiply_loop(m, first, last, element));
}

int resnet_multiply(const void *arguments) {
  const ResNetMultiplication *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, multiply_share, a);
  return 0;
}

// One task is a block of one sample: `positions` rows of `lanes` channels, whose factors lie together.
RESNET_INLINE void multiply_channels_loop(const ResNetChannelProduct *m, int64_t task, int element) {
  const int64_t positions = m->layout.positions, lanes = m->layout.lanes, start = task * positions * lanes;
  const void *a = m->a, *factors = m->b;
  void *output = m->output;
  for (int64_t s = 0; s < positions; s++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++)
      resnet_store(
          output, start + s * lanes + l,
          resnet_load(a, start + s * lanes + l, element) * resnet_load(factors, task * lanes + l, element), element);
}

RESNET_DISPATCHED static void multiply_channels_share(const void *data, int64_t first, int64_t last) {
  const ResNetChannelProduct *m = data;
  for (int64_t task = first; task < last; task++) RESNET_BY_ELEMENT(m->element, multiply_channels_loop(m, task, element));
}

int resnet_multiply_channels(const void *arguments) {
  const ResNetChannelProduct *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), multiply_channels_share, a);
  return 0;
}

RESNET_INLINE void sum_products_loop(const ResNetChannelProduct *m, int64_t task, int element) {
  const int64_t positions = m->layout.positions, lanes = m->layout.lanes, start = task * positions * lanes;
  const void *a = m->a, *b = m->b;
  for (int64_t first = 0; first < lanes; first += RESNET_SUMS) {
    const int64_t width = resnet_minimum(RESNET_SUMS, lanes - first);
    float sums[RESNET_SUMS] = {0};
    for (int64_t s = 0; s < positions; s++)
      RESNET_INDEPENDENT
      for (int64_t l = 0; l < width; l++) {
        const int64_t i = start + s * lanes + first + l;
        sums[l] += resnet_load(a, i, element) * resnet_load(b, i, element);
      }
    for (int64_t l = 0; l < width; l++) resnet_store(m->output, task * lanes + first + l, sums[l], element);
  }
}

RESNET_DISPATCHED static void sum_products_share(const void *data, int64_t first, int64_t last) {
  const ResNetChannelProduct *m = data;
  for (int64_t task = first; task < last; task++) RESNET_BY_ELEMENT(m->element, sum_products_loop(m, task, element));
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

RESNET_INLINE void dropout_loop(const ResNetDropout *a, int64_t task, int element) {
  const int64_t positions = a->layout.positions, lanes = a->layout.lanes, start = task * positions * lanes;
  const uint32_t key = *a->key, threshold = a->threshold;
  const float factor = a->factor;
  const void *input = a->input;
  void *output = a->output;
  if (a->drops_samples) {
    const float f = hashed(key, (uint32_t)(task / a->layout.blocks)) >= threshold ? factor : 0;
    RESNET_INDEPENDENT
    for (int64_t i = start; i < start + positions * lanes; i++)
      resnet_store(output, i, f == 0 ? 0 : resnet_load(input, i, element) * f, element);
    return;
  }
  // Tasks are blocks of samples, so `task * lanes` counts channels through the whole batch.
  for (int64_t s = 0; s < positions; s++) {
    const uint32_t place = (uint32_t)(task * lanes * positions + s), step = (uint32_t)positions;
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++) {
      const int64_t i = start + s * lanes + l;
      const int keeps = hashed(key, place + (uint32_t)l * step) >= threshold;
      resnet_store(output, i, keeps ? resnet_load(input, i, element) * factor : 0, element);
    }
  }
}

RESNET_DISPATCHED static void dropout_share(const void *data, int64_t first, int64_t last) {
  const ResNetDropout *a = data;
  for (int64_t task = first; task < last; task++) RESNET_BY_ELEMENT(a->element, dropout_loop(a, task, element));
}

int resnet_dropout(const void *arguments) {
  const ResNetDropout *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), dropout_share, a);
  return 0;
}
