// Convolutions of 3 × 3, stride 1 and padding 1 over float32 blocks of 16 channels, by Winograd's minimal filtering
// F(2×2, 3×3) or F(4×4, 3×3) (Lavin and Gray, 2016): 16 products for 4 results in place of 36, or 36 for 16 in place of
// 144. A tile is 2 × 2 or 4 × 4 results: its `step` is 2 or 4, and (step + 2)² the number of its places.
#ifndef RESNET_WINOGRAD_H
#define RESNET_WINOGRAD_H

#include <stdint.h>

// How many tiles a part works on at a time: enough for each transformed weight to be used often, few enough to stay in
// the second-level cache.
enum { RESNET_WINOGRAD_TILES = 28 };
static inline int64_t resnet_winograd_gradient_tiles(int64_t step) { return step == 2 ? 56 : 28; }

typedef struct {
  int64_t batch, inputs, outputs, height, width, step;  // the channels are multiples of 16
  // Threads share the tiles, or the blocks of outputs, or both: tile_parts · output_parts of them work at a time.
  int64_t tile_parts, output_parts;
  const float *input;
  const float *weights;  // from resnet_winograd_weights
  const float *bias;     // or NULL
  float *output;
  float *scratch;  // for each part places · RESNET_WINOGRAD_TILES · (inputs + its outputs, at most) values
  int32_t adds;    // to what the output holds
  int32_t relu;
} ResNetWinograd;
int resnet_winograd(const void *arguments);

// Transforms weights in plain order for `outputs` results: [places][outputs / 16][inputs][16].
typedef struct {
  int64_t inputs, outputs, step;  // of the convolution that will read them
  const float *from;        // [outputs][inputs][3][3]; of a reversed convolution [inputs][outputs][3][3]
  float *to;
  int32_t is_reversed;  // whether they are for the gradient of the input
} ResNetWinogradWeights;
int resnet_winograd_weights(const void *arguments);

// The gradient of the weights, [outputs][inputs][3][3].
typedef struct {
  int64_t batch, inputs, outputs, height, width, step;
  int64_t tile_parts, output_parts;  // as above; what the parts of the tiles give is added up
  const float *input, *output_gradient;
  float *gradient;
  // tile_parts · places · inputs · outputs values, and for each part
  // places · resnet_winograd_gradient_tiles · (inputs + its outputs, at most)
  float *scratch;
} ResNetWinogradGradient;
int resnet_winograd_weight_gradient(const void *arguments);

#endif
