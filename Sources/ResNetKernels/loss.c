#include <math.h>
#include <string.h>

#include "internal.h"

int resnet_cross_entropy(const void *arguments) {
  const ResNetCrossEntropy *a = arguments;
  for (int64_t n = 0; n < a->batch; n++) {
    const float *logits = a->logits + n * a->classes;
    double greatest = logits[0], sum = 0;
    for (int64_t k = 1; k < a->classes; k++)
      if (logits[k] > greatest) greatest = logits[k];
    for (int64_t k = 0; k < a->classes; k++) sum += exp((double)logits[k] - greatest);
    a->losses[n] = (float)(log(sum) + greatest - (double)logits[a->labels[n]]);
    if (a->gradient)
      for (int64_t k = 0; k < a->classes; k++) {
        double probability = exp((double)logits[k] - greatest) / sum;
        a->gradient[n * a->classes + k] = (float)((probability - (k == a->labels[n])) / (double)a->batch);
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
