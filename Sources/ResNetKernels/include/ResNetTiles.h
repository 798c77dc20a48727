// Convolutions over bfloat16 channels-last, and gradients of their weights, on processors that multiply tiles of bfloat16
// matrices (AMX). Padding keeps the size of the images, and the stride is 1. All is summed up in float32.
#ifndef RESNET_TILES_H
#define RESNET_TILES_H

#include <stdint.h>

// Whether this processor multiplies tiles and the system lets it.
int resnet_has_tiles(void);

// The gradient of the weights of a kernel of 1 × 1 or 3 × 3; channels are multiples of 16.
typedef struct {
  int64_t batch, inputs, outputs, height, width, kernel;
  int64_t parts;  // into which the batch is divided, one a thread; what they give is added up
  const void *input;            // [batch][height][width][inputs]
  const void *output_gradient;  // [batch][height][width][outputs]
  float *gradient;              // [outputs][inputs][kernel][kernel]
  void *scratch;                // resnet_tile_gradient_scratch bytes, on a cache line
} ResNetTileGradient;
int64_t resnet_tile_gradient_scratch(const ResNetTileGradient *gradient);
int resnet_tile_gradient(const void *arguments);

// A convolution of 3 × 3; the outputs are a multiple of 16.
//
// A value that is not finite makes results next to those that it belongs to ones that are not numbers.
typedef struct {
  int64_t batch, inputs, outputs, height, width;
  int64_t image_parts, output_parts;  // image_parts · output_parts threads work at a time
  const void *input;    // [batch][height][width][inputs]
  const void *weights;  // from resnet_tile_weights
  const float *bias;    // or NULL
  void *output;         // [batch][height][width][outputs]
  void *scratch;        // resnet_tile_convolution_scratch bytes, on a cache line
  int32_t adds;         // to what the output holds
  int32_t relu;
} ResNetTileConvolution;
int64_t resnet_tile_convolution_scratch(const ResNetTileConvolution *convolution);
int resnet_tile_convolution(const void *arguments);

// Brings weights in plain order into that of tiles, in bfloat16.
typedef struct {
  int64_t inputs, outputs, width;  // of the convolution that will read them
  const float *from;        // [outputs][inputs][3][3]; of a reversed convolution [inputs][outputs][3][3]
  void *to;                 // resnet_tile_convolution_weight_bytes bytes
  int32_t is_reversed;      // whether they are for the gradient of the input
} ResNetTileWeights;
int64_t resnet_tile_convolution_weight_bytes(int64_t inputs, int64_t outputs, int64_t width);
int resnet_tile_weights(const void *arguments);

#endif
