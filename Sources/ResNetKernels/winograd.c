// Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A gives a tile of 2 × 2 results from the kernel g and the 4 × 4 piece d of the input
// around it. The products of all channels are 16 products of matrices, one for each place of the 4 × 4. Some tiles at a
// time go through all three parts, so that what lies between them stays in the cache.
#include "ResNetWinograd.h"
#include "internal.h"

enum { LANES = 16, PLACES = 16 };
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
// Two copies of a function that shares work.
#define SHARED(name) \
  static void name##_narrow(const void *data, int64_t first, int64_t last) { name(data, first, last); } \
  WIDE static void name##_wide(const void *data, int64_t first, int64_t last) { name(data, first, last); }

// MARK: Tiles

typedef struct {
  int64_t width, height, columns, per_image;
} Tiles;

static inline Tiles tiles_of(int64_t height, int64_t width) {
  const int64_t columns = (width + 1) / 2;
  return (Tiles){width, height, columns, (height + 1) / 2 * columns};
}

typedef struct {
  int64_t sample, row, column;  // of its first result
} Tile;

static inline Tile tile_at(Tiles t, int64_t position) {
  const int64_t tile = position % t.per_image;
  return (Tile){position / t.per_image, 2 * (tile / t.columns), 2 * (tile % t.columns)};
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

// MARK: Transforms; what lies between them is [place][block of channels][tile][16 channels]

// Bᵀ along one direction.
#define INPUT_TRANSFORM(o0, o1, o2, o3, i0, i1, i2, i3) \
  const Vector o0 = (i0) - (i2), o1 = (i1) + (i2), o2 = (i2) - (i1), o3 = (i1) - (i3)

RESNET_INLINE void transform_input(
    const float *input, int64_t blocks, Tiles t, int64_t first, int64_t count, float *to) {
  const int64_t pitch = blocks * count * LANES;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile = tile_at(t, first + i);
    // Pixels beyond the edge are zeros; something that is there is read in their place.
    int64_t rows[4], columns[4];
    int32_t row_masks[4], column_masks[4];
    for (int k = 0; k < 4; k++) {
      const int64_t row = tile.row - 1 + k, column = tile.column - 1 + k;
      row_masks[k] = row >= 0 && row < t.height ? -1 : 0;
      column_masks[k] = column >= 0 && column < t.width ? -1 : 0;
      rows[k] = row_masks[k] ? row * t.width * LANES : 0;
      columns[k] = column_masks[k] ? column * LANES : 0;
    }
    const int is_inside = row_masks[0] & row_masks[3] & column_masks[0] & column_masks[3];
    for (int64_t block = 0; block < blocks; block++) {
      const float *from = input + block_start(t, tile.sample, blocks, block);
      Vector d[4][4];
      if (is_inside) {
        from += rows[0] + columns[0];
        UNROLLED for (int r = 0; r < 4; r++)
          UNROLLED for (int c = 0; c < 4; c++) d[r][c] = LOAD(from + (r * t.width + c) * LANES);
      } else {
        UNROLLED for (int r = 0; r < 4; r++)
          UNROLLED for (int c = 0; c < 4; c++)
            d[r][c] = MASKED(from + rows[r] + columns[c], row_masks[r] & column_masks[c]);
      }
      UNROLLED for (int c = 0; c < 4; c++) {
        INPUT_TRANSFORM(p, q, r, s, d[0][c], d[1][c], d[2][c], d[3][c]);
        d[0][c] = p, d[1][c] = q, d[2][c] = r, d[3][c] = s;
      }
      float *out = to + (block * count + i) * LANES;
      UNROLLED for (int r = 0; r < 4; r++) {
        INPUT_TRANSFORM(p, q, u, s, d[r][0], d[r][1], d[r][2], d[r][3]);
        STORE(out + 4 * r * pitch, p), STORE(out + (4 * r + 1) * pitch, q);
        STORE(out + (4 * r + 2) * pitch, u), STORE(out + (4 * r + 3) * pitch, s);
      }
    }
  }
}

// Aᵀ in both directions, and what follows a convolution, for some of the blocks.
RESNET_INLINE void transform_output(
    const ResNetWinograd *a, Blocks some, Tiles t, int64_t first, int64_t count, const float *from) {
  const int64_t pitch = some.count * count * LANES;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile = tile_at(t, first + i);
    const int64_t rows = t.height - tile.row, columns = t.width - tile.column;
    for (int64_t block = 0; block < some.count; block++) {
      const float *m = from + (block * count + i) * LANES;
      Vector d[2][4];
      UNROLLED for (int c = 0; c < 4; c++) {
        const Vector p = LOAD(m + c * pitch), q = LOAD(m + (4 + c) * pitch), r = LOAD(m + (8 + c) * pitch),
                     s = LOAD(m + (12 + c) * pitch);
        d[0][c] = p + q + r;
        d[1][c] = q - r - s;
      }
      const Vector bias = a->bias ? LOAD(a->bias + (some.first + block) * LANES) : (Vector){0};
      float *out = a->output + block_start(t, tile.sample, some.all, some.first + block) +
                   (tile.row * t.width + tile.column) * LANES;
      UNROLLED for (int y = 0; y < 2; y++) {
        Vector values[2] = {d[y][0] + d[y][1] + d[y][2] + bias, d[y][1] - d[y][2] - d[y][3] + bias};
        UNROLLED for (int x = 0; x < 2; x++) {
          if (y >= rows || x >= columns) continue;
          float *to = out + (y * t.width + x) * LANES;
          if (a->adds) values[x] += LOAD(to);
          // What is not a number stays so.
          if (a->relu) values[x] = (Vector)((Bits)values[x] & ~(Bits)(values[x] < 0));
          STORE(to, values[x]);
        }
      }
    }
  }
}

// A along one direction: what the transform of the output does to a gradient, backwards.
#define GRADIENT_TRANSFORM(o0, o1, o2, o3, i0, i1) \
  const Vector o0 = (i0), o1 = (i0) + (i1), o2 = (i0) - (i1), o3 = -(i1)

RESNET_INLINE void transform_gradient(
    const float *gradient, Blocks some, Tiles t, int64_t first, int64_t count, float *to) {
  const int64_t pitch = some.count * count * LANES;
  for (int64_t i = 0; i < count; i++) {
    const Tile tile = tile_at(t, first + i);
    const int32_t below = tile.row + 1 < t.height ? -1 : 0, right = tile.column + 1 < t.width ? -1 : 0;
    const int64_t down = below ? t.width * LANES : 0, across = right ? LANES : 0;
    for (int64_t block = 0; block < some.count; block++) {
      const float *from = gradient + block_start(t, tile.sample, some.all, some.first + block) +
                          (tile.row * t.width + tile.column) * LANES;
      GRADIENT_TRANSFORM(p0, p1, p2, p3, LOAD(from), MASKED(from + down, below));
      GRADIENT_TRANSFORM(q0, q1, q2, q3, MASKED(from + across, right), MASKED(from + down + across, below & right));
      const Vector p[4] = {p0, p1, p2, p3}, q[4] = {q0, q1, q2, q3};
      float *out = to + (block * count + i) * LANES;
      UNROLLED for (int r = 0; r < 4; r++) {
        GRADIENT_TRANSFORM(o0, o1, o2, o3, p[r], q[r]);
        STORE(out + 4 * r * pitch, o0), STORE(out + (4 * r + 1) * pitch, o1);
        STORE(out + (4 * r + 2) * pitch, o2), STORE(out + (4 * r + 3) * pitch, o3);
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

RESNET_INLINE void convolution_share(const void *data, int64_t first_part, int64_t last_part) {
  const ResNetWinograd *a = data;
  const Tiles t = tiles_of(a->height, a->width);
  const int64_t tiles = a->batch * t.per_image;
  for (int64_t part = first_part; part < last_part; part++) {
    const int64_t tile_part = part / a->output_parts, end = tiles * (tile_part + 1) / a->tile_parts;
    const Blocks some = blocks_of(a->outputs, part % a->output_parts, a->output_parts);
    const int64_t outputs = some.count * LANES;
    float *v = a->scratch + part * PLACES * RESNET_WINOGRAD_TILES *
                                (a->inputs + channels_of_parts(a->outputs, a->output_parts));
    float *m = v + PLACES * RESNET_WINOGRAD_TILES * a->inputs;
    for (int64_t first = tiles * tile_part / a->tile_parts; first < end; first += RESNET_WINOGRAD_TILES) {
      const int64_t count = resnet_minimum(RESNET_WINOGRAD_TILES, end - first);
      transform_input(a->input, a->inputs / LANES, t, first, count, v);
      for (int64_t place = 0; place < PLACES; place++)
        multiply(
            v + place * a->inputs * count, a->weights + (place * a->outputs + some.first * LANES) * a->inputs,
            m + place * outputs * count, a->inputs, outputs, count);
      transform_output(a, some, t, first, count, m);
    }
  }
}
SHARED(convolution_share)

int resnet_winograd(const void *arguments) {
  const ResNetWinograd *a = arguments;
  const int64_t work = a->batch * a->height * a->width * a->inputs * a->outputs;
  resnet_parallel_for(
      a->tile_parts * a->output_parts, work, HAS_WIDE ? convolution_share_wide : convolution_share_narrow, a);
  return 0;
}

// MARK: Weights

// G along one direction.
#define WEIGHT_TRANSFORM(o0, o1, o2, o3, i0, i1, i2) \
  const Vector o0 = (i0), o1 = 0.5f * ((i0) + (i1) + (i2)), o2 = 0.5f * ((i0) - (i1) + (i2)), o3 = (i2)

// A task is one input for one block of outputs.
RESNET_INLINE void weights_share(const void *data, int64_t first, int64_t last) {
  const ResNetWinogradWeights *a = data;
  const int64_t pitch = a->inputs * a->outputs;
  for (int64_t task = first; task < last; task++) {
    const int64_t input = task % a->inputs, block = task / a->inputs;
    Vector g[9];
    for (int64_t lane = 0; lane < LANES; lane++) {
      const int64_t output = block * LANES + lane;
      const float *from = a->from + 9 * (a->is_reversed ? input * a->outputs + output : output * a->inputs + input);
      for (int i = 0; i < 9; i++) g[i][lane] = from[a->is_reversed ? 8 - i : i];
    }
    Vector rows[4][3];
    UNROLLED for (int c = 0; c < 3; c++) {
      WEIGHT_TRANSFORM(p, q, r, s, g[c], g[3 + c], g[6 + c]);
      rows[0][c] = p, rows[1][c] = q, rows[2][c] = r, rows[3][c] = s;
    }
    float *out = a->to + task * LANES;
    UNROLLED for (int r = 0; r < 4; r++) {
      WEIGHT_TRANSFORM(p, q, u, s, rows[r][0], rows[r][1], rows[r][2]);
      STORE(out + 4 * r * pitch, p), STORE(out + (4 * r + 1) * pitch, q);
      STORE(out + (4 * r + 2) * pitch, u), STORE(out + (4 * r + 3) * pitch, s);
    }
  }
}
SHARED(weights_share)

int resnet_winograd_weights(const void *arguments) {
  const ResNetWinogradWeights *a = arguments;
  resnet_parallel_for(
      a->outputs / LANES * a->inputs, PLACES * a->inputs * a->outputs,
      HAS_WIDE ? weights_share_wide : weights_share_narrow, a);
  return 0;
}

// MARK: The gradient of the weights

RESNET_INLINE void gradient_share(const void *data, int64_t first_part, int64_t last_part) {
  const ResNetWinogradGradient *a = data;
  const Tiles t = tiles_of(a->height, a->width);
  const int64_t tiles = a->batch * t.per_image, sums_size = PLACES * a->inputs * a->outputs;
  for (int64_t part = first_part; part < last_part; part++) {
    const int64_t tile_part = part / a->output_parts, end = tiles * (tile_part + 1) / a->tile_parts;
    const Blocks some = blocks_of(a->outputs, part % a->output_parts, a->output_parts);
    const int64_t outputs = some.count * LANES;
    float *sums = a->scratch + tile_part * sums_size + some.first * LANES * a->inputs;
    float *v = a->scratch + a->tile_parts * sums_size +
               part * PLACES * RESNET_WINOGRAD_GRADIENT_TILES *
                   (a->inputs + channels_of_parts(a->outputs, a->output_parts));
    float *d = v + PLACES * RESNET_WINOGRAD_GRADIENT_TILES * a->inputs;
    for (int64_t place = 0; place < PLACES; place++)
      memset(sums + place * a->inputs * a->outputs, 0, (size_t)(outputs * a->inputs) * sizeof(float));
    for (int64_t first = tiles * tile_part / a->tile_parts; first < end; first += RESNET_WINOGRAD_GRADIENT_TILES) {
      const int64_t count = resnet_minimum(RESNET_WINOGRAD_GRADIENT_TILES, end - first);
      transform_input(a->input, a->inputs / LANES, t, first, count, v);
      transform_gradient(a->output_gradient, some, t, first, count, d);
      for (int64_t place = 0; place < PLACES; place++)
        accumulate(
            v + place * a->inputs * count, d + place * outputs * count, sums + place * a->inputs * a->outputs,
            a->inputs, outputs, count);
    }
  }
}
SHARED(gradient_share)

// Gᵀ along one direction.
#define WEIGHT_GRADIENT_TRANSFORM(o0, o1, o2, i0, i1, i2, i3) \
  const Vector o0 = (i0) + 0.5f * ((i1) + (i2)), o1 = 0.5f * ((i1) - (i2)), o2 = 0.5f * ((i1) + (i2)) + (i3)

// A task is one input for one block of outputs.
RESNET_INLINE void sums_share(const void *data, int64_t first, int64_t last) {
  const ResNetWinogradGradient *a = data;
  const int64_t pitch = a->inputs * a->outputs;
  for (int64_t task = first; task < last; task++) {
    const int64_t input = task % a->inputs, block = task / a->inputs;
    Vector u[PLACES];
    for (int64_t place = 0; place < PLACES; place++) {
      u[place] = (Vector){0};
      for (int64_t part = 0; part < a->tile_parts; part++)
        u[place] += LOAD(a->scratch + (part * PLACES + place) * pitch + task * LANES);
    }
    Vector rows[3][4];
    UNROLLED for (int c = 0; c < 4; c++) {
      WEIGHT_GRADIENT_TRANSFORM(p, q, r, u[c], u[4 + c], u[8 + c], u[12 + c]);
      rows[0][c] = p, rows[1][c] = q, rows[2][c] = r;
    }
    Vector g[9];
    UNROLLED for (int r = 0; r < 3; r++) {
      WEIGHT_GRADIENT_TRANSFORM(p, q, s, rows[r][0], rows[r][1], rows[r][2], rows[r][3]);
      g[3 * r] = p, g[3 * r + 1] = q, g[3 * r + 2] = s;
    }
    for (int64_t lane = 0; lane < LANES; lane++)
      for (int i = 0; i < 9; i++) a->gradient[9 * ((block * LANES + lane) * a->inputs + input) + i] = g[i][lane];
  }
}
SHARED(sums_share)

int resnet_winograd_weight_gradient(const void *arguments) {
  const ResNetWinogradGradient *a = arguments;
  const int64_t work = a->batch * a->height * a->width * a->inputs * a->outputs;
  resnet_parallel_for(
      a->tile_parts * a->output_parts, work, HAS_WIDE ? gradient_share_wide : gradient_share_narrow, a);
  resnet_parallel_for(
      a->outputs / LANES * a->inputs, PLACES * a->inputs * a->outputs,
      HAS_WIDE ? sums_share_wide : sums_share_narrow, a);
  return 0;
}
