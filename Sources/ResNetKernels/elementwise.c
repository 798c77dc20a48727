#include "internal.h"

RESNET_INLINE void add_loop(
    const ResNetAddition *d, int64_t first, int64_t last, int has_addend, int relu, int element) {
  const float fa = d->factors ? d->factors[0] : 1, fb = d->factors ? d->factors[1] : 1;
  const void *a = d->a, *b = d->b;
  void *output = d->output;
  RESNET_INDEPENDENT
  for (int64_t i = first; i < last; i++) {
    float z = fa * resnet_load(a, i, element);
    if (has_addend) z += fb * resnet_load(b, i, element);
    // A value that is not a number stays one, as in PyTorch.
    resnet_store(output, i, relu && z <= 0 ? 0 : z, element);
  }
}

RESNET_DISPATCHED static void add_share(const void *data, int64_t first, int64_t last) {
  const ResNetAddition *d = data;
  first *= RESNET_RUN, last = resnet_minimum(last * RESNET_RUN, d->count);
  if (d->b && d->relu) RESNET_BY_ELEMENT(d->element, add_loop(d, first, last, 1, 1, element));
  else if (d->b) RESNET_BY_ELEMENT(d->element, add_loop(d, first, last, 1, 0, element));
  else if (d->relu) RESNET_BY_ELEMENT(d->element, add_loop(d, first, last, 0, 1, element));
  else RESNET_BY_ELEMENT(d->element, add_loop(d, first, last, 0, 0, element));
}

int resnet_add(const void *arguments) {
  const ResNetAddition *d = arguments;
  resnet_parallel_for(resnet_runs(d->count), d->count, add_share, d);
  return 0;
}

RESNET_INLINE void relu_gradient_loop(
    const ResNetReLUGradient *d, int64_t first, int64_t last, int has_output, int has_second, int element) {
  const void *output = d->output, *gradient = d->gradient, *gradient2 = d->gradient2;
  void *gradient_z = d->gradient_z;
  RESNET_INDEPENDENT
  for (int64_t i = first; i < last; i++) {
    float g = resnet_load(gradient, i, element);
    if (has_second) g += resnet_load(gradient2, i, element);
    if (has_output) g = resnet_load(output, i, element) > 0 ? g : 0;
    resnet_store(gradient_z, i, g, element);
  }
}

RESNET_DISPATCHED static void relu_gradient_share(const void *data, int64_t first, int64_t last) {
  const ResNetReLUGradient *d = data;
  first *= RESNET_RUN, last = resnet_minimum(last * RESNET_RUN, d->count);
  if (d->output && d->gradient2) RESNET_BY_ELEMENT(d->element, relu_gradient_loop(d, first, last, 1, 1, element));
  else if (d->output) RESNET_BY_ELEMENT(d->element, relu_gradient_loop(d, first, last, 1, 0, element));
  else if (d->gradient2) RESNET_BY_ELEMENT(d->element, relu_gradient_loop(d, first, last, 0, 1, element));
  else RESNET_BY_ELEMENT(d->element, relu_gradient_loop(d, first, last, 0, 0, element));
}

int resnet_relu_backward(const void *arguments) {
  const ResNetReLUGradient *d = arguments;
  resnet_parallel_for(resnet_runs(d->count), d->count, relu_gradient_share, d);
  return 0;
}

RESNET_DISPATCHED static void sum_parts_share(const void *data, int64_t first, int64_t last) {
  const ResNetPartSum *a = data;
  float *output = a->output;
  first *= RESNET_RUN, last = resnet_minimum(last * RESNET_RUN, a->count);
  if (output != a->input) memcpy(output + first, a->input + first, sizeof(float) * (size_t)(last - first));
  for (int64_t part = 1; part < a->parts; part++) {
    const float *input = a->input + part * a->count;
    RESNET_INDEPENDENT
    for (int64_t i = first; i < last; i++) output[i] += input[i];
  }
}

int resnet_sum_parts(const void *arguments) {
  const ResNetPartSum *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count * a->parts, sum_parts_share, a);
  return 0;
}

RESNET_DISPATCHED static void descend_run(const ResNetDescent *a, int64_t first, int64_t last) {
  float *restrict w = a->weights, *restrict v = a->velocities;
  const float *restrict gradients = a->gradients;
  const float rate = a->rate, momentum = a->momentum, decay = a->decay;
  if (a->nesterov) {
    for (int64_t i = first; i < last; i++) {
      float g = gradients[i] + decay * w[i];
      v[i] = momentum * v[i] + g;
      w[i] -= rate * (g + momentum * v[i]);
    }
  } else {
    for (int64_t i = first; i < last; i++) {
      v[i] = momentum * v[i] + (gradients[i] + decay * w[i]);
      w[i] -= rate * v[i];
    }
  }
}

static void descend_share(const void *data, int64_t first, int64_t last) {
  const ResNetDescent *a = data;
  descend_run(a, first * RESNET_RUN, resnet_minimum(last * RESNET_RUN, a->count));
}

int resnet_descend(const void *arguments) {
  const ResNetDescent *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, descend_share, a);
  return 0;
}
