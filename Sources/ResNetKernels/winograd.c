// Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A gives a tile of s × s results, s = 2 or 4, from the kernel g and the piece d of the
// input around it, which is larger by 2. The products of all channels are products of matrices, one for each place of d.
// Some tiles at a time go through all three parts, so that what lies between them stays in the cache.
//
// Every loop is written for both sizes: `step`, the s above, is a constant wherever it is inlined.
#include "ResNetWinograd.h"
#include "internal.h"

enum { LANES = 16, MOST_STEP = 4, MOST_EDGE = MOST_STEP + 2 };
typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef int32_t Bits __attribute__((vector_size(4 * LANES)));
// The same wherever they lie.
typedef float StoredVector __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int32_t StoredBits __attribute__((vector_size(4 * LANES), aligned(4)));
#define UNROLLED _Pragma("clang loop unroll(full)")

// Macros, as functions that take vectors are called differently where a processor lacks them.
#define LOAD(from) ((Vector)*(const StoredVector *)(from))
#define STORE(to, value) (*(StoredVector *)(to) = (value))
// The value where the mask is −1, zero where it is 0.
#define MASKED(from, mask) ((Vector)(*(const StoredBits *)(from) & (mask)))

// Vectors of 512 bits where the processor has them: unasked, the compiler would divide them into halves.
#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512)))
#define HAS_WIDE __builtin_cpu_supports("avx512vl")
#else
#define WIDE
#define HAS_WIDE 0
#endif
// Copies of a function that shares work, for each size of tiles and kind of vectors.
typedef void (*Share)(const void *data, int64_t first, int64_t last);
#define SHARED(name) \
  static void name##_narrow_2(const void *data, int64_t first, int64_t last) { name(data, first, last, 2); } \
  static void name##_narrow_4(const void *data, int64_t first, int64_t last) { name(data, first, last, 4); } \
  WIDE static void name##_wide_2(const void *data, int64_t first, int64_t last) { name(data, first, last, 2); } \
  WIDE static void name##_wide_4(const void *data, int64_t first, int64_t last) { name(data, first, last, 4); } \
  static Share name##_for(int64_t step) { \
    if (HAS_WIDE) return step == 2 ? name##_wide_2 : name##_wide_4; \
    return step == 2 ? name##_narrow_2 : name##_narrow_4; \
  }

static inline int64_t places_of(int64_t step) { return (step + 2) * (step + 2); }

// MARK: Tiles

typedef struct {
  int64_t width, height, columns, per_image, step;
} Tiles;

static inline Tiles tiles_of(int64_t height, int64_t width, int64_t step) {
  const int64_t columns = (width + step - 1) / step;
  return (Tiles){width, height, columns, (height + step - 1) / step * columns, step};
}

typedef struct {
  int64_t sample, row, column;  // of its first result
} Tile;

static inline Tile tile_at(Tiles t, int64_t position) {
  const int64_t tile = position % t.per_image;
  return (Tile){position / t.per_image, t.step * (tile / t.columns), t.step * (tile % t.columns)};
}

// Blocks of channels that a part works on.
typedef struct {
  int64_t all, first, count;
} Blocks;

static inline Blocks blocks_of(int64_t channels, int64_t part, int64_t parts) {
  const int64_t all = channels / LANES, first = all * part / parts;
  return (Blocks){all, first, all * (part + 1) / parts - first};
}

// The most channels that a part works on.
static inline int64_t channels_of_parts(int64_t channels, int64_t parts) {
  return (channels / LANES + parts - 1) / parts * LANES;
}

// The first value of a block of channels of a sample.
static inline int64_t block_start(Tiles t, int64_t sample, int64_t blocks, int64_t block) {
  return (sample * blocks + block) * t.height * t.width * LANES;
}

// MARK: Transforms along one direction

// Tiles of 2 × 2 take the polynomials' values at 0, 1, −1 and infinity; those of 4 × 4 at 0, ±P, ±Q and infinity, where
// P and Q lose fewer digits than the usual 1 and 2 and are exact, as are their squares.
#define P 0.625f
#define Q 1.5f
#define P2 (P * P)
#define Q2 (Q * Q)

// Bᵀ: of a piece of the input.
RESNET_INLINE void transform_of_input(Vector *to, const Vector *d, int step) {
  if (step == 2) {
    to[0] = d[0] - d[2], to[1] = d[1] + d[2], to[2] = d[2] - d[1], to[3] = d[1] - d[3];
  } else {
    const Vector p_even = d[4] - Q2 * d[2], p_odd = P * (d[3] - Q2 * d[1]);
    const Vector q_even = d[4] - P2 * d[2], q_odd = Q * (d[3] - P2 * d[1]);
    to[0] = P2 * Q2 * d[0] - (P2 + Q2) * d[2] + d[4];
    to[1] = p_even + p_odd, to[2] = p_even - p_odd;
    to[3] = q_even + q_odd, to[4] = q_even - q_odd;
    to[5] = P2 * Q2 * d[1] - (P2 + Q2) * d[3] + d[5];
  }
}

// Aᵀ: of the products.
RESNET_INLINE void transform_of_output(Vector *to, const Vector *m, int step) {
  if (step == 2) {
    to[0] = m[0] + m[1] + m[2], to[1] = m[1] - m[2] - m[3];
  } else {
    const Vector p_even = m[1] + m[2], p_odd = P * (m[1] - m[2]), q_even = m[3] + m[4], q_odd = Q * (m[3] - m[4]);
    to[0] = m[0] + p_even + q_even;
    to[1] = p_odd + q_odd;
    to[2] = P2 * p_even + Q2 * q_even;
    to[3] = P2 * p_odd + Q2 * q_odd + m[5];
  }
}

// A: of a tile of the gradient, what the transform of the output does backwards.
RESNET_INLINE void transform_of_gradient(Vector *to, const Vector *g, int step) {
  if (step == 2) {
    to[0] = g[0], to[1] = g[0] + g[1], to[2] = g[0] - g[1], to[3] = -g[1];
  } else {
    const Vector p_even = g[0] + P2 * g[2], p_odd = P * (g[1] + P2 * g[3]);
    const Vector q_even = g[0] + Q2 * g[2], q_odd = Q * (g[1] + Q2 * g[3]);
    to[0] = g[0];
    to[1] = p_even + p_odd, to[2] = p_even - p_odd;
    to[3] = q_even + q_odd, to[4] = q_even - q_odd;
    to[5] = g[3];
  }
}

// What the values at a point are divided by: the product of its distances from the others.
#define N0 (1 / (P2 * Q2))
#define NP (1 / (2 * P2 * (P2 - Q2)))
#define NQ (1 / (2 * Q2 * (Q2 - P2)))

// G: of a kernel.
RESNET_INLINE void transform_of_weights(Vector *to, const Vector *g, int step) {
  if (step == 2) {
    to[0] = g[0], to[1] = 0.5f * (g[0] + g[1] + g[2]), to[2] = 0.5f * (g[0] - g[1] + g[2]), to[3] = g[2];
  } else {
    const Vector p_even = NP * (g[0] + P2 * g[2]), q_even = NQ * (g[0] + Q2 * g[2]);
    to[0] = N0 * g[0];
    to[1] = p_even + NP * P * g[1], to[2] = p_even - NP * P * g[1];
    to[3] = q_even + NQ * Q * g[1], to[4] = q_even - NQ * Q * g[1];
    to[5] = g[2];
  }
}

// Gᵀ: of the products that the gradient of a kernel comes from.
RESNET_INLINE void transform_of_weight_gradient(Vector *to, const Vector *u, int step) {
  if (step == 2) {
    to[0] = u[0] + 0.5f * (u[1] + u[2]), to[1] = 0.5f * (u[1] - u[2]), to[2] = 0.5f * (u[1] + u[2]) + u[3];
  } else {
    const Vector p_even = NP * (u[1] + u[2]), q_even = NQ * (u[3] + u[4]);
    to[0] = N0 * u[0] + p_even + q_even;
    to[1] = NP * P * (u[1] - u[2]) + NQ * Q * (u[3] - u[4]);
    to[2] = P2 * p_even + Q2 * q_even + u[5];
  }
}

// MARK: Transforms of tiles; what lies between them is [place][block of channels][tile][16 channels]

RESNET_INLINE void transform_input(
    const float *input, int64_t blocks, Tiles t, int64_t first, int64_t count, float *to, int step) {
  const int edge = step + 2;
  const int64_t pitch = blocks * count * LANES;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile = tile_at(t, first + i);
    // Pixels beyond the edge are zeros; something that is there is read in their place.
    int64_t rows[MOST_EDGE], columns[MOST_EDGE];
    int32_t row_masks[MOST_EDGE], column_masks[MOST_EDGE];
    for (int k = 0; k < edge; k++) {
      const int64_t row = tile.row - 1 + k, column = tile.column - 1 + k;
      row_masks[k] = row >= 0 && row < t.height ? -1 : 0;
      column_masks[k] = column >= 0 && column < t.width ? -1 : 0;
      rows[k] = row_masks[k] ? row * t.width * LANES : 0;
      columns[k] = column_masks[k] ? column * LANES : 0;
    }
    const int is_inside = row_masks[0] & row_masks[edge - 1] & column_masks[0] & column_masks[edge - 1];
    for (int64_t block = 0; block < blocks; block++) {
      const float *from = input + block_start(t, tile.sample, blocks, block);
      Vector d[MOST_EDGE][MOST_EDGE];
      if (is_inside) {
        from += rows[0] + columns[0];
        UNROLLED for (int c = 0; c < edge; c++) {
          Vector column[MOST_EDGE];
          UNROLLED for (int r = 0; r < edge; r++) column[r] = LOAD(from + (r * t.width + c) * LANES);
          transform_of_input(d[c], column, step);
        }
      } else {
        UNROLLED for (int c = 0; c < edge; c++) {
          Vector column[MOST_EDGE];
          UNROLLED for (int r = 0; r < edge; r++)
            column[r] = MASKED(from + rows[r] + columns[c], row_masks[r] & column_masks[c]);
          transform_of_input(d[c], column, step);
        }
      }
      float *out = to + (block * count + i) * LANES;
      UNROLLED for (int r = 0; r < edge; r++) {
        Vector row[MOST_EDGE], result[MOST_EDGE];
        UNROLLED for (int c = 0; c < edge; c++) row[c] = d[c][r];
        transform_of_input(result, row, step);
        UNROLLED for (int c = 0; c < edge; c++) STORE(out + (edge * r + c) * pitch, result[c]);
      }
    }
  }
}

// Aᵀ in both directions, and what follows a convolution, for some of the blocks.
RESNET_INLINE void transform_output(
    const ResNetWinograd *a, Blocks some, Tiles t, int64_t first, int64_t count, const float *from, int step) {
  const int edge = step + 2;
  const int64_t pitch = some.count * count * LANES;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile = tile_at(t, first + i);
    const int64_t rows = t.height - tile.row, columns = t.width - tile.column;
    for (int64_t block = 0; block < some.count; block++) {
      const float *m = from + (block * count + i) * LANES;
      Vector d[MOST_EDGE][MOST_STEP];
      UNROLLED for (int c = 0; c < edge; c++) {
        Vector column[MOST_EDGE];
        UNROLLED for (int r = 0; r < edge; r++) column[r] = LOAD(m + (edge * r + c) * pitch);
        transform_of_output(d[c], column, step);
      }
      const Vector bias = a->bias ? LOAD(a->bias + (some.first + block) * LANES) : (Vector){0};
      float *out = a->output + block_start(t, tile.sample, some.all, some.first + block) +
                   (tile.row * t.width + tile.column) * LANES;
      UNROLLED for (int y = 0; y < step; y++) {
        Vector row[MOST_EDGE], values[MOST_STEP];
        UNROLLED for (int c = 0; c < edge; c++) row[c] = d[c][y];
        transform_of_output(values, row, step);
        UNROLLED for (int x = 0; x < step; x++) {
          if (y >= rows || x >= columns) continue;
          float *to = out + (y * t.width + x) * LANES;
          values[x] += bias;
          if (a->adds) values[x] += LOAD(to);
          // What is not a number stays so.
          if (a->relu) values[x] = (Vector)((Bits)values[x] & ~(Bits)(values[x] < 0));
          STORE(to, values[x]);
        }
      }
    }
  }
}

RESNET_INLINE void transform_gradient(
    const float *gradient, Blocks some, Tiles t, int64_t first, int64_t count, float *to, int step) {
  const int edge = step + 2;
  const int64_t pitch = some.count * count * LANES;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile = tile_at(t, first + i);
    int64_t rows[MOST_STEP], columns[MOST_STEP];
    int32_t row_masks[MOST_STEP], column_masks[MOST_STEP];
    for (int k = 0; k < step; k++) {
      row_masks[k] = tile.row + k < t.height ? -1 : 0;
      column_masks[k] = tile.column + k < t.width ? -1 : 0;
      rows[k] = row_masks[k] ? k * t.width * LANES : 0;
      columns[k] = column_masks[k] ? k * LANES : 0;
    }
    for (int64_t block = 0; block < some.count; block++) {
      const float *from = gradient + block_start(t, tile.sample, some.all, some.first + block) +
                          (tile.row * t.width + tile.column) * LANES;
      Vector d[MOST_STEP][MOST_EDGE];
      UNROLLED for (int c = 0; c < step; c++) {
        Vector column[MOST_STEP];
        UNROLLED for (int r = 0; r < step; r++)
          column[r] = MASKED(from + rows[r] + columns[c], row_masks[r] & column_masks[c]);
        transform_of_gradient(d[c], column, step);
      }
      float *out = to + (block * count + i) * LANES;
      UNROLLED for (int r = 0; r < edge; r++) {
        Vector row[MOST_STEP], result[MOST_EDGE];
        UNROLLED for (int c = 0; c < step; c++) row[c] = d[c][r];
        transform_of_gradient(result, row, step);
        UNROLLED for (int c = 0; c < edge; c++) STORE(out + (edge * r + c) * pitch, result[c]);
      }
    }
  }
}

// MARK: Products

// As many sums as fit into the registers, with a vector or two of weights.
enum { GROUP = 14 };

// The results of some tiles at one place, for one or two blocks of outputs: v is [block of inputs][count][16], each
// block of weights [inputs][16].
RESNET_INLINE void multiply_group(
    const float *v, const float *weights, float *to, int64_t inputs, int64_t count, int tiles, int is_double) {
  Vector sums[GROUP], more_sums[GROUP];
  UNROLLED for (int i = 0; i < tiles; i++) sums[i] = more_sums[i] = (Vector){0};
  for (int64_t block = 0; block < inputs; block += LANES, v += LANES * count) {
    for (int64_t c = 0; c < LANES; c++) {
      const float *from = weights + (block + c) * LANES;
      const Vector some = LOAD(from);
      if (is_double) {
        const Vector more = LOAD(from + inputs * LANES);
        UNROLLED for (int i = 0; i < tiles; i++) {
          const float value = v[i * LANES + c];
          sums[i] += value * some;
          more_sums[i] += value * more;
        }
      } else {
        UNROLLED for (int i = 0; i < tiles; i++) sums[i] += v[i * LANES + c] * some;
      }
    }
  }
  UNROLLED for (int i = 0; i < tiles; i++) {
    STORE(to + i * LANES, sums[i]);
    if (is_double) STORE(to + (count + i) * LANES, more_sums[i]);
  }
}

RESNET_INLINE void multiply_tiles(
    const float *v, const float *weights, float *to, int64_t inputs, int64_t count, int64_t tiles, int is_double) {
  switch (tiles) {
#define CASE(n) \
  case n: return multiply_group(v, weights, to, inputs, count, n, is_double);
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
    CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#undef CASE
  }
}

// All products at one place, in groups of about the same number of tiles.
RESNET_INLINE void multiply(
    const float *v, const float *weights, float *to, int64_t inputs, int64_t outputs, int64_t count) {
  const int64_t groups = (count + GROUP - 1) / GROUP;
  for (int64_t output = 0; output < outputs; output += 2 * LANES)
    for (int64_t group = 0; group < groups; group++) {
      const int64_t first = count * group / groups, last = count * (group + 1) / groups;
      const float *from = v + first * LANES, *some = weights + output * inputs;
      float *out = to + output * count + first * LANES;
      if (output + LANES < outputs) multiply_tiles(from, some, out, inputs, count, last - first, 1);
      else multiply_tiles(from, some, out, inputs, count, last - first, 0);
    }
}

// sums[block of outputs][input][16] += v[tile][input] · d[tile][16], for some inputs of a block, and one or two blocks
// of outputs.
RESNET_INLINE void accumulate_group(
    const float *v, const float *d, float *sums, int64_t count, int64_t pitch, int inputs, int blocks) {
  Vector totals[LANES][2];
  UNROLLED for (int c = 0; c < inputs; c++)
    UNROLLED for (int k = 0; k < blocks; k++) totals[c][k] = LOAD(sums + c * LANES + k * pitch);
  for (int64_t i = 0; i < count; i++) {
    Vector gradients[2];
    UNROLLED for (int k = 0; k < blocks; k++) gradients[k] = LOAD(d + (k * count + i) * LANES);
    UNROLLED for (int c = 0; c < inputs; c++) {
      const float value = v[i * LANES + c];
      UNROLLED for (int k = 0; k < blocks; k++) totals[c][k] += value * gradients[k];
    }
  }
  UNROLLED for (int c = 0; c < inputs; c++)
    UNROLLED for (int k = 0; k < blocks; k++) STORE(sums + c * LANES + k * pitch, totals[c][k]);
}

// All of it at one place.
RESNET_INLINE void accumulate(
    const float *v, const float *d, float *sums, int64_t inputs, int64_t outputs, int64_t count) {
  const int64_t pitch = inputs * LANES;
  for (int64_t output = 0; output < outputs; output += 2 * LANES)
    for (int64_t input = 0; input < inputs; input += LANES) {
      const float *from = v + input * count, *gradients = d + output * count;
      float *to = sums + output * inputs + input * LANES;
      if (output + LANES < outputs) {
        accumulate_group(from, gradients, to, count, pitch, LANES / 2, 2);
        accumulate_group(from + LANES / 2, gradients, to + LANES / 2 * LANES, count, pitch, LANES / 2, 2);
      } else accumulate_group(from, gradients, to, count, pitch, LANES, 1);
    }
}

// MARK: Forward, and the gradient of the input

RESNET_INLINE void convolution_share(const void *data, int64_t first_part, int64_t last_part, int step) {
  const ResNetWinograd *a = data;
  const Tiles t = tiles_of(a->height, a->width, step);
  const int64_t tiles = a->batch * t.per_image, places = places_of(step), together = RESNET_WINOGRAD_TILES;
  for (int64_t part = first_part; part < last_part; part++) {
    const int64_t tile_part = part / a->output_parts, end = tiles * (tile_part + 1) / a->tile_parts;
    const Blocks some = blocks_of(a->outputs, part % a->output_parts, a->output_parts);
    const int64_t outputs = some.count * LANES;
    float *v = a->scratch + part * places * together * (a->inputs + channels_of_parts(a->outputs, a->output_parts));
    float *m = v + places * together * a->inputs;
    for (int64_t first = tiles * tile_part / a->tile_parts; first < end; first += together) {
      const int64_t count = resnet_minimum(together, end - first);
      transform_input(a->input, a->inputs / LANES, t, first, count, v, step);
      for (int64_t place = 0; place < places; place++)
        multiply(
            v + place * a->inputs * count, a->weights + (place * a->outputs + some.first * LANES) * a->inputs,
            m + place * outputs * count, a->inputs, outputs, count);
      transform_output(a, some, t, first, count, m, step);
    }
  }
}
SHARED(convolution_share)

int resnet_winograd(const void *arguments) {
  const ResNetWinograd *a = arguments;
  const int64_t work = a->batch * a->height * a->width * a->inputs * a->outputs;
  resnet_parallel_for(a->tile_parts * a->output_parts, work, convolution_share_for(a->step), a);
  return 0;
}

// MARK: Weights

// A task is one input for one block of outputs.
RESNET_INLINE void weights_share(const void *data, int64_t first, int64_t last, int step) {
  const ResNetWinogradWeights *a = data;
  const int edge = step + 2;
  const int64_t pitch = a->inputs * a->outputs;
  for (int64_t task = first; task < last; task++) {
    const int64_t input = task % a->inputs, block = task / a->inputs;
    Vector g[9];
    for (int64_t lane = 0; lane < LANES; lane++) {
      const int64_t output = block * LANES + lane;
      const float *from = a->from + 9 * (a->is_reversed ? input * a->outputs + output : output * a->inputs + input);
      for (int i = 0; i < 9; i++) g[i][lane] = from[a->is_reversed ? 8 - i : i];
    }
    Vector columns[3][MOST_EDGE];
    UNROLLED for (int c = 0; c < 3; c++) {
      const Vector column[3] = {g[c], g[3 + c], g[6 + c]};
      transform_of_weights(columns[c], column, step);
    }
    float *out = a->to + task * LANES;
    UNROLLED for (int r = 0; r < edge; r++) {
      const Vector row[3] = {columns[0][r], columns[1][r], columns[2][r]};
      Vector result[MOST_EDGE];
      transform_of_weights(result, row, step);
      UNROLLED for (int c = 0; c < edge; c++) STORE(out + (edge * r + c) * pitch, result[c]);
    }
  }
}
SHARED(weights_share)

int resnet_winograd_weights(const void *arguments) {
  const ResNetWinogradWeights *a = arguments;
  resnet_parallel_for(
      a->outputs / LANES * a->inputs, places_of(a->step) * a->inputs * a->outputs, weights_share_for(a->step), a);
  return 0;
}

// MARK: The gradient of the weights

RESNET_INLINE void gradient_share(const void *data, int64_t first_part, int64_t last_part, int step) {
  const ResNetWinogradGradient *a = data;
  const Tiles t = tiles_of(a->height, a->width, step);
  const int64_t tiles = a->batch * t.per_image, places = places_of(step);
  const int64_t together = resnet_winograd_gradient_tiles(step), sums_size = places * a->inputs * a->outputs;
  for (int64_t part = first_part; part < last_part; part++) {
    const int64_t tile_part = part / a->output_parts, end = tiles * (tile_part + 1) / a->tile_parts;
    const Blocks some = blocks_of(a->outputs, part % a->output_parts, a->output_parts);
    const int64_t outputs = some.count * LANES;
    float *sums = a->scratch + tile_part * sums_size + some.first * LANES * a->inputs;
    float *v = a->scratch + a->tile_parts * sums_size +
               part * places * together * (a->inputs + channels_of_parts(a->outputs, a->output_parts));
    float *d = v + places * together * a->inputs;
    for (int64_t place = 0; place < places; place++)
      memset(sums + place * a->inputs * a->outputs, 0, (size_t)(outputs * a->inputs) * sizeof(float));
    for (int64_t first = tiles * tile_part / a->tile_parts; first < end; first += together) {
      const int64_t count = resnet_minimum(together, end - first);
      transform_input(a->input, a->inputs / LANES, t, first, count, v, step);
      transform_gradient(a->output_gradient, some, t, first, count, d, step);
      for (int64_t place = 0; place < places; place++)
        accumulate(
            v + place * a->inputs * count, d + place * outputs * count, sums + place * a->inputs * a->outputs,
            a->inputs, outputs, count);
    }
  }
}
SHARED(gradient_share)

// A task is one input for one block of outputs.
RESNET_INLINE void sums_share(const void *data, int64_t first, int64_t last, int step) {
  const ResNetWinogradGradient *a = data;
  const int edge = step + 2;
  const int64_t pitch = a->inputs * a->outputs, places = places_of(step);
  for (int64_t task = first; task < last; task++) {
    const int64_t input = task % a->inputs, block = task / a->inputs;
    Vector columns[MOST_EDGE][3];
    UNROLLED for (int c = 0; c < edge; c++) {
      Vector column[MOST_EDGE];
      UNROLLED for (int r = 0; r < edge; r++) {
        column[r] = (Vector){0};
        for (int64_t part = 0; part < a->tile_parts; part++)
          column[r] += LOAD(a->scratch + (part * places + edge * r + c) * pitch + task * LANES);
      }
      transform_of_weight_gradient(columns[c], column, step);
    }
    Vector g[9];
    UNROLLED for (int r = 0; r < 3; r++) {
      Vector row[MOST_EDGE];
      UNROLLED for (int c = 0; c < edge; c++) row[c] = columns[c][r];
      transform_of_weight_gradient(g + 3 * r, row, step);
    }
    for (int64_t lane = 0; lane < LANES; lane++)
      for (int i = 0; i < 9; i++) a->gradient[9 * ((block * LANES + lane) * a->inputs + input) + i] = g[i][lane];
  }
}
SHARED(sums_share)

int resnet_winograd_weight_gradient(const void *arguments) {
  const ResNetWinogradGradient *a = arguments;
  const int64_t work = a->batch * a->height * a->width * a->inputs * a->outputs;
  resnet_parallel_for(a->tile_parts * a->output_parts, work, gradient_share_for(a->step), a);
  resnet_parallel_for(
      a->outputs / LANES * a->inputs, places_of(a->step) * a->inputs * a->outputs, sums_share_for(a->step), a);
  return 0;
}
