#include "internal.h"

RESNET_INLINE void add_loop(
    const float *a, const float *b, float fa, float fb, float *output, int64_t first, int64_t last, int relu) {
  // Outputs are either apart from the inputs or the very same elements.
#pragma clang loop vectorize(assume_safety)
  for (int64_t i = first; i < last; i++) {
    float z = fa * a[i];
    if (b) z += fb * b[i];
    // A value that is not a number stays one, as in PyTorch.
    output[i] = relu && z <= 0 ? 0 : z;
  }
}

RESNET_DISPATCHED static void add_run(const ResNetAddition *a, int64_t first, int64_t last) {
  float fa = a->factors ? a->factors[0] : 1, fb = a->factors && a->b ? a->factors[1] : 1;
  if (a->b && a->relu) add_loop(a->a, a->b, fa, fb, a->output, first, last, 1);
  else if (a->b) add_loop(a->a, a->b, fa, fb, a->output, first, last, 0);
  else add_loop(a->a, 0, fa, fb, a->output, first, last, a->relu);
}

static void add_share(const void *data, int64_t first, int64_t last) {
  const ResNetAddition *a = data;
  add_run(a, first * RESNET_RUN, resnet_minimum(last * RESNET_RUN, a->count));
}

int resnet_add(const void *arguments) {
  const ResNetAddition *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, add_share, a);
  return 0;
}

RESNET_INLINE void relu_gradient_loop(
    const float *output, const float *g, const float *g2, float *dz, int64_t first, int64_t last) {
#pragma clang loop vectorize(assume_safety)
  for (int64_t i = first; i < last; i++) {
    float d = g[i];
    if (g2) d += g2[i];
    if (output) d = output[i] > 0 ? d : 0;
    dz[i] = d;
  }
}

RESNET_DISPATCHED static void relu_gradient_run(const ResNetReLUGradient *a, int64_t first, int64_t last) {
  if (a->output && a->gradient2) relu_gradient_loop(a->output, a->gradient, a->gradient2, a->gradient_z, first, last);
  else if (a->output) relu_gradient_loop(a->output, a->gradient, 0, a->gradient_z, first, last);
  else relu_gradient_loop(0, a->gradient, a->gradient2, a->gradient_z, first, last);
}

static void relu_gradient_share(const void *data, int64_t first, int64_t last) {
  const ResNetReLUGradient *a = data;
  relu_gradient_run(a, first * RESNET_RUN, resnet_minimum(last * RESNET_RUN, a->count));
}

int resnet_relu_backward(const void *arguments) {
  const ResNetReLUGradient *a = arguments;
  resnet_parallel_for(resnet_runs(a->count), a->count, relu_gradient_share, a);
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
