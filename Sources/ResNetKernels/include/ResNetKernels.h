// The few loops that oneDNN lacks. Every kernel is one function that takes one structure of pointers and sizes, so that
// a compiled program is an array of (function, structure) pairs. All return 0.
#ifndef RESNET_KERNELS_H
#define RESNET_KERNELS_H

#include <stdint.h>

#include "ResNetSteps.h"

// How a batch of activations lies in memory. Channel c of position s of sample n is element
//   n · sample_pitch + (c / lanes · positions) · lanes + s · position_pitch + c mod lanes
// so that blocks = 1 is channels-last (and vectors), lanes = 1 is channels-first, and lanes = 8 or 16 are oneDNN's
// blocked formats. The pitches are larger than they need to be where the channels are a part of a larger tensor. Kernels
// that take such parts say so; the others count on tensors without gaps.
typedef struct {
  int64_t batch, blocks, positions, lanes, sample_pitch, position_pitch;
} ResNetLayout;

// How activations and their gradients are stored. Arithmetic is float32 everywhere, and so is all else. Integers stand for
// multiples of a number that depends on the layer; the kernels that take them say so.
typedef enum { RESNET_FLOAT32 = 0, RESNET_BFLOAT16 = 1, RESNET_INT8 = 2, RESNET_UINT8 = 3 } ResNetElement;

// A function of another library with everything that it is called with: oneDNN's primitives are steps like any other.
// Returns what the function returns.
typedef struct {
  int32_t (*function)(void *primitive, void *stream, int32_t count, const void *arguments);
  void *primitive, *stream;
  const void *arguments;
  int32_t count;
} ResNetPrimitiveCall;
int resnet_call_primitive(const void *arguments);

// Several of them at the same time, each on a thread of its own; the primitives are made for one thread.
typedef struct {
  ResNetPrimitiveCall call;
  int32_t status;  // what it returned
} ResNetPrimitivePart;
typedef struct {
  ResNetPrimitivePart *parts;
  int64_t count;
} ResNetPrimitiveParts;
int resnet_call_primitives(const void *arguments);

// Copies bytes, or sets them to zero.
typedef struct {
  int64_t bytes;
  const void *input;  // or NULL for zeros
  void *output;
} ResNetCopy;
int resnet_copy(const void *arguments);

// The pool of threads that all kernels share: that of libgomp, found by the caller, or none for a single thread.
typedef void (*ResNetParallelFunction)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
void resnet_use_threads(
    ResNetParallelFunction parallel, int (*thread_number)(void), int (*team_size)(void), int threads);

// Statistics of a batch for each channel, and normalisation with them (Ioffe and Szegedy, 2015):
//   output = activation(scale · (x − mean) / √(variance + ε) + shift + addend).
typedef struct {
  ResNetLayout layout;  // x may be a part of a larger tensor
  ResNetElement element;
  const void *x;
  const void *addend;  // or NULL
  void *output;        // may be x or addend
  const float *scale, *shift;
  float *mean, *inverse_deviation;         // of the batch, kept for the gradient; [channels]
  float *running_mean, *running_variance;  // read where uses_running, changed where momentum > 0; [channels]
  float *scratch;                          // resnet_normalization_scratch(layout) floats
  float epsilon, momentum;
  int32_t uses_running;  // normalise by the running statistics
  int32_t uses_given;    // normalise by `mean` and `inverse_deviation` as an earlier call left them
  int32_t relu;
} ResNetNormalization;
int64_t resnet_normalization_scratch(ResNetLayout layout);
int resnet_normalization_forward(const void *arguments);

// The gradient of the above. With z the value before the activation:
//   gradient_z = (gradient + gradient2) · [z > 0] where there is a ReLU; where z has an addend, its sign is that of the
//   output, else it follows from x;
//   gradient_x, gradient_scale, gradient_shift follow, each skipped where NULL.
typedef struct {
  ResNetLayout layout;  // x and gradient_x may be parts of larger tensors, of equal size
  ResNetElement element;
  const void *x;
  const void *output;     // NULL where there is no ReLU, or no addend
  const void *gradient;
  const void *gradient2;  // or NULL
  void *gradient_z;       // NULL where nobody asks for it; may be `gradient`
  void *gradient_x;       // may be `gradient` or `gradient_z`
  float *gradient_scale, *gradient_shift;
  const float *scale, *shift, *mean, *inverse_deviation;
  float *scratch;  // resnet_normalization_scratch(layout) floats
  int32_t constant_statistics;  // the statistics did not come from this batch
  int32_t accumulates;          // gradient_x is added to what is there
  int32_t relu;
} ResNetNormalizationGradient;
int resnet_normalization_backward(const void *arguments);

// output = activation(factors[0] · a + factors[1] · b); b may be NULL, factors NULL means 1.
typedef struct {
  int64_t count;
  ResNetElement element;
  const void *a, *b;
  const float *factors;
  void *output;  // may be a or b
  int32_t relu;
} ResNetAddition;
int resnet_add(const void *arguments);

// gradient_z = (gradient + gradient2) · [output > 0]; output or gradient2 may be NULL.
typedef struct {
  int64_t count;
  ResNetElement element;
  const void *output, *gradient, *gradient2;
  void *gradient_z;  // may be gradient
} ResNetReLUGradient;
int resnet_relu_backward(const void *arguments);

// Every stride-th pixel of the narrow tensor, between channels of zeros, in the wide one; backward copies the other way.
// Takes integers.
typedef struct {
  ResNetLayout narrow, wide;  // full sizes of both
  ResNetElement element;
  int64_t narrow_height, narrow_width, wide_height, wide_width, stride, before;
  const void *input;
  void *output;
} ResNetZeroPadding;
int resnet_zero_padding_forward(const void *arguments);
int resnet_zero_padding_backward(const void *arguments);

// The same values in another layout, stored in another way, or both; both may be parts of larger tensors. Where there
// are integers on a side, values are multiplied by `factor` on the way; they become the nearest integer, of two equally
// near the even one, and the least or greatest where they lie beyond it.
typedef struct {
  ResNetLayout from, to;
  ResNetElement from_element, to_element;
  const void *input;
  void *output;
  int32_t accumulates;  // values are added to what is there
  float factor;
} ResNetRelayout;
int resnet_relayout(const void *arguments);

// The mean of each channel over all positions, [batch, channels], and its gradient. The mean of integers is float32, and
// `factor` times what they give.
typedef struct {
  ResNetLayout layout;
  ResNetElement element;
  const void *input;
  void *output;
  float factor;
} ResNetAveragePooling;
int resnet_average_pooling_forward(const void *arguments);
int resnet_average_pooling_backward(const void *arguments);

// output = scale · input + offset.
typedef struct {
  int64_t count;
  ResNetElement element;
  const void *input;
  void *output;  // may be input
  float scale, offset;
} ResNetAffine;
int resnet_affine(const void *arguments);

// output = 1 / (1 + e⁻ⁱⁿᵖᵘᵗ); backward: output = gradient · input · (1 − input), where input is what forward gave.
typedef struct {
  int64_t count;
  ResNetElement element;
  const void *input, *gradient;
  void *output;  // may be input or gradient
} ResNetSigmoid;
int resnet_sigmoid_forward(const void *arguments);
int resnet_sigmoid_backward(const void *arguments);

// output = a · b for each value.
typedef struct {
  int64_t count;
  ResNetElement element;
  const void *a, *b;
  void *output;  // may be a or b
} ResNetMultiplication;
int resnet_multiply(const void *arguments);

// output = a · factors for each sample and channel, factors [batch, channels]; and the gradient of the factors,
// output[n, c] = Σ a · b over the positions.
typedef struct {
  ResNetLayout layout;
  ResNetElement element;
  const void *a, *b;
  void *output;
} ResNetChannelProduct;
int resnet_multiply_channels(const void *arguments);
int resnet_sum_products(const void *arguments);

// Zero where the hash of the key and of the place in [batch, channels, positions] (or in [batch], where samples are
// dropped) is below the threshold; factor · input elsewhere. The hash is that of `Dropout.keeps` in ResNetGraph.
typedef struct {
  ResNetLayout layout;
  ResNetElement element;
  const void *input;
  void *output;  // may be input
  const uint32_t *key;
  uint32_t threshold;
  float factor;
  int32_t drops_samples;
} ResNetDropout;
int resnet_dropout(const void *arguments);

// Softmax cross-entropy of each sample, and the gradient of its mean over the batch. By labels, or by the share that each
// class has in a sample, t: the loss is then -sum(t · log softmax), and samples count in the mean by their sum of t.
typedef struct {
  int64_t batch, classes;
  const float *logits;
  const int32_t *labels;  // [batch], where targets is NULL
  const float *targets;   // [batch, classes], or NULL
  float *losses;    // [batch]
  float *gradient;  // [batch, classes], or NULL
} ResNetCrossEntropy;
int resnet_cross_entropy(const void *arguments);

// The gradient that picks one logit of each sample.
typedef struct {
  int64_t batch, classes;
  const int32_t *labels;
  float *gradient;  // [batch, classes]
} ResNetOneHot;
int resnet_one_hot(const void *arguments);

// Weights and biases of a convolution with the normalisation behind it folded in; conv_bias may be NULL.
void resnet_fold_normalization(
    int64_t outputs, int64_t inputs, const float *weight, const float *conv_bias, const float *scale,
    const float *shift, const float *mean, const float *variance, float epsilon, float *folded_weight,
    float *folded_bias);

// output[i] = Σ input[p · count + i] over the parts p.
typedef struct {
  int64_t count, parts;
  const float *input;
  float *output;  // may be input
} ResNetPartSum;
int resnet_sum_parts(const void *arguments);

// Stochastic gradient descent in PyTorch's form: g ← g + decay · w; v ← momentum · v + g;
// w ← w − rate · (nesterov ? g + momentum · v : v).
typedef struct {
  int64_t count;
  float *weights;
  const float *gradients;
  float *velocities;
  float rate, momentum, decay;
  int32_t nesterov;
} ResNetDescent;
int resnet_descend(const void *arguments);

// Multiplies and adds in registers alone, `tasks` times a few thousand rounds shared among the threads, by one of several
// loops: those of float32 and, where wanted, of bfloat16 or of integers. Returns the multiplications, each with an addition;
// 0 where the processor has no such loop.
enum { RESNET_PEAK_LOOPS = 7 };
int64_t resnet_peak(ResNetElement element, int32_t loop, int64_t tasks);

#include "ResNetResampling.h"
#include "ResNetTiles.h"
#include "ResNetWinograd.h"

#endif
