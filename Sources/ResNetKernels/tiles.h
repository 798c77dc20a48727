// What kernels over tiles of bfloat16 matrices share.
#ifndef RESNET_KERNELS_TILES_H
#define RESNET_KERNELS_TILES_H

#include <stdint.h>

// Channels of a tile, which are as many as its rows; bytes of a tile, and of one of its rows: 32 values, two by two.
enum { LANES = 16, TILE = 1024, PAIR = 64 };

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>

#define RESNET_TILES 1
#define TILED __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

typedef struct {
  uint8_t palette, first_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} TileConfiguration;

// Eight whole tiles; others on this thread may count on those that they asked for, which `before` keeps.
TILED static inline void begin_tiles(TileConfiguration *before) {
  TileConfiguration whole = {.palette = 1};
  for (int i = 0; i < 8; i++) whole.row_bytes[i] = PAIR, whole.rows[i] = 16;
  _tile_storeconfig(before);
  _tile_loadconfig(&whole);
}

TILED static inline void end_tiles(const TileConfiguration *before) { _tile_loadconfig(before); }

#else
#define RESNET_TILES 0
#endif
#endif
