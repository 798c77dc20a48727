// Gradients of the weights of convolutions over bfloat16 channels-last, on processors that multiply tiles of bfloat16
// matrices (AMX): 1 × 1, or 3 × 3 with padding 1, both of stride 1, and channels that are multiples of 16. All is summed
// up in float32.
#ifndef RESNET_TILES_H
#define RESNET_TILES_H

#include <stdint.h>

// Whether this processor multiplies tiles and the system lets it.
int resnet_has_tiles(void);

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

#endif
