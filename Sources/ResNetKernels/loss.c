#include <math.h>
#include <string.h>

#include "internal.h"

static double target(const ResNetCrossEntropy *a, int64_t sample, int64_t class) {
  return a->targets ? a->targets[sample * a->classes + class] : class == a->labels[sample];
}

int resnet_cross_entropy(const void *arguments) {
  const ResNetCrossEntropy *a = arguments;
  double total = (double)a->batch;
  if (a->targets) {
    total = 0;
    for (int64_t i = 0; i < a->batch * a->classes; i++) total += a->targets[i];
  }
  for (int64_t n = 0; n < a->batch; n++) {
    const float *logits = a->logits + n * a->classes;
    double greatest = logits[0], sum = 0;
    for (int64_t k = 1; k < a->classes; k++)
      if (logits[k] > greatest) greatest = logits[k];
    for (int64_t k = 0; k < a->classes; k++) sum += exp((double)logits[k] - greatest);
    double logarithm = log(sum) + greatest, weight = 0, loss = 0;
    for (int64_t k = 0; k < a->classes; k++) {
      double t = target(a, n, k);
      // A class without a share leaves no trace, whatever its logit: one-hot targets give the very bits of labels.
      if (t == 0) continue;
      weight += t;
      loss += t * (logarithm - (double)logits[k]);
    }
    a->losses[n] = (float)loss;
    if (a->gradient)
      for (int64_t k = 0; k < a->classes; k++) {
        double probability = exp((double)logits[k] - greatest) / sum;
        a->gradient[n * a->classes + k] = (float)((weight * probability - target(a, n, k)) / total);
      }
  }
  return 0;
}

int resnet_one_hot(const void *arguments) {
  const ResNetOneHot *a = arguments;
  memset(a->gradient, 0, sizeof(float) * (size_t)(a->batch * a->classes));
  for (int64_t n = 0; n < a->batch; n++) a->gradient[n * a->classes + a->labels[n]] = 1;
  return 0;
}
