// A tile of products takes 16 positions of the image and 32 of the values that a result is a sum of. Channels lie side by
// side, and so do the pixels of a row: the three pixels of a kernel's row are a run of 3 · inputs values, which is taken in
// pieces of 32, of any number of channels; behind its end weights are 0. The image gets a border of zeros, so that no
// position is special, and tiles follow one another through all of it: what they give of the border is left out.
//
// Sixteen channels fill half a piece. Two pixels side by side are then taken as one of 32 channels, for two results: those
// see four pixels together, which are two such pairs, with a weight of 0 where one of the results does not see one of them.
#include "ResNetTiles.h"
#include "internal.h"
#include "tiles.h"

enum { PIECE = 32 };  // values that a tile takes of each position

// How many pixels side by side are one position.
static int64_t pixels_of(int64_t inputs, int64_t outputs, int64_t width) {
  return inputs == LANES && outputs == LANES && width % 2 == 0 ? 2 : 1;
}

// The pieces of a kernel's row.
static int64_t pieces_of(int64_t inputs, int64_t pixels) { return ((2 + pixels) * inputs + PIECE - 1) / PIECE; }

// Results of a position are taken two tiles at a time: weights of these are one group.
static int64_t groups_of(int64_t outputs) { return (outputs / LANES + 1) / 2; }

int64_t resnet_tile_convolution_weight_bytes(int64_t inputs, int64_t outputs, int64_t width) {
  const int64_t pixels = pixels_of(inputs, outputs, width);
  return pixels * outputs / LANES * 3 * pieces_of(inputs, pixels) * TILE;
}

#if RESNET_TILES

// MARK: What a part works in

// Bytes that the second-level cache has room for beside others; images that are laid out together at most.
enum { ROOM = 512 << 10, MOST_TOGETHER = 16 };

typedef struct {
  int64_t width, outputs;  // positions in a row of results, and results of a position
  int64_t pixel;           // bytes of a pixel that is read
  int64_t position;        // bytes of a position
  int64_t pitch;           // positions in a row with its borders
  int64_t image_bytes;     // of an image with its borders, and what tiles read behind it
  int64_t pieces;          // of a kernel's row
  int64_t tiles;           // of positions of an image
  int64_t in_row;          // tiles in a row where that is a whole number, else 0: they then run on from row to row
  int64_t group;           // images that are laid out together
} Plan;

static Plan plan_of(const ResNetTileConvolution *a) {
  const int64_t pixels = pixels_of(a->inputs, a->outputs, a->width);
  Plan p;
  p.width = a->width / pixels;
  p.outputs = a->outputs * pixels;
  p.pixel = 2 * a->inputs;
  p.position = pixels * p.pixel;
  p.pitch = (a->width + 2) / pixels;
  p.image_bytes = (((a->height + 2) * p.pitch + LANES) * p.position + 2 * PAIR - 1) / PAIR * PAIR;
  p.pieces = pieces_of(a->inputs, pixels);
  p.in_row = p.width % LANES == 0 ? p.width / LANES : 0;
  p.tiles = p.in_row ? a->height * p.in_row : ((a->height - 1) * p.pitch + p.width + LANES - 1) / LANES;
  // Where the second-level cache does not hold all weights, those of a group are used for several images before the next.
  const int64_t most = (a->batch + a->image_parts - 1) / a->image_parts, room = ROOM / p.image_bytes;
  const int holds = resnet_tile_convolution_weight_bytes(a->inputs, a->outputs, a->width) <= ROOM;
  p.group = holds || room < 1 ? 1 : resnet_minimum(resnet_minimum(room, MOST_TOGETHER), most);
  return p;
}

int64_t resnet_tile_convolution_scratch(const ResNetTileConvolution *a) {
  const Plan p = plan_of(a);
  return a->image_parts * a->output_parts * p.group * p.image_bytes;
}

// MARK: Layout

// Those of 64 bytes from one on and before another.
static inline __mmask64 bytes(int64_t first, int64_t end) {
  return (first > 0 ? ~0ull << first : ~0ull) & (end < PAIR ? ~0ull >> (PAIR - end) : ~0ull);
}

// An image that is being laid out: how many of its rows are, and how many are to be soon.
typedef struct {
  const char *image;
  char *to;
  int64_t done, end;
} Laying;

// Copies the rows before `end` that are not copied yet, each with its borders.
TILED static void lay_out(
    const ResNetTileConvolution *a, const Plan *p, Laying *l, int64_t end) {
  const int64_t own = a->width * p->pixel, zeros = 2 * p->pixel;
  for (; l->done < end; l->done++) {
    const char *from = l->image + l->done * own;
    char *out = l->to + (l->done + 1) * p->pitch * p->position + p->pixel;
    // Stores across two cache lines take longer than such loads.
    int64_t i = -(int64_t)((uintptr_t)out % PAIR);
    for (; i < own; i += PAIR) {
      const __mmask64 some = bytes(-i, own - i);
      _mm512_mask_storeu_epi8(out + i, some, _mm512_maskz_loadu_epi8(some, from + i));
    }
    // The right border of the row and the left one of the next.
    for (i = own; i < own + zeros; i += PAIR)
      _mm512_mask_storeu_epi8(out + i, bytes(0, own + zeros - i), _mm512_setzero_si512());
  }
}

// The borders that rows do not bring along.
static void lay_out_borders(const ResNetTileConvolution *a, const Plan *p, char *to) {
  const int64_t row = p->pitch * p->position, last = (a->height + 1) * row + p->pixel;
  memset(to, 0, (size_t)(row + p->pixel));
  memset(to + last, 0, (size_t)(p->image_bytes - last));
}

// MARK: Results

// Tiles of sums that wait to be brought to where the results go, and how many of them are.
typedef struct {
  int64_t count, width, output, done;
  int64_t positions[4];
  uint16_t *image;
  char *sums;
} Pending;

// A row of sums, one or two tiles of results wide.
TILED RESNET_INLINE void finish_row(
    const char *sums, uint16_t *to, __m512 bias, __m512 more_bias, int wide, int adds, int relu) {
  const __m512 zero = _mm512_setzero_ps();
  __m512 some = _mm512_add_ps(_mm512_load_ps(sums), bias);
  __m512 more = wide ? _mm512_add_ps(_mm512_load_ps(sums + TILE), more_bias) : zero;
  if (adds) {
#define HELD(k) \
  _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(to + k))), 16))
    some = _mm512_add_ps(some, HELD(0));
    if (wide) more = _mm512_add_ps(more, HELD(LANES));
  }
  if (relu) {
    // What is not a number stays so: of two such the second is taken.
    some = _mm512_max_ps(zero, some);
    more = _mm512_max_ps(zero, more);
  }
  if (wide) _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(more, some));
  else _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh(some));
}

// A tile of sums; what lies in the border is left out.
TILED RESNET_INLINE void finish_tile(
    const ResNetTileConvolution *a, const Plan *p, const Pending *b, int wide, int adds, int relu) {
  const char *sums = b->sums + b->done * b->width * TILE;
  const __m512 zero = _mm512_setzero_ps();
  const __m512 bias = a->bias ? _mm512_loadu_ps(a->bias + b->output) : zero;
  const __m512 more_bias = a->bias && wide ? _mm512_loadu_ps(a->bias + (b->output + LANES) % a->outputs) : zero;
  int64_t y = b->positions[b->done] / p->pitch, x = b->positions[b->done] % p->pitch;
  for (int64_t row = 0; row < LANES && y < a->height; x = 0, y++) {
    const int64_t end = resnet_minimum(LANES, row + p->pitch - x);
    uint16_t *to = b->image + (y * p->width + x) * p->outputs + b->output;
    const int64_t own = resnet_minimum(end, row + p->width - x);
    for (int64_t i = row; i < own; i++, to += p->outputs)
      finish_row(sums + i * PAIR, to, bias, more_bias, wide, adds, relu);
    row = end;
  }
}

TILED static void finish_next(const ResNetTileConvolution *a, const Plan *p, Pending *b) {
  switch ((b->width == 2) * 4 + (a->adds != 0) * 2 + (a->relu != 0)) {
    case 0: finish_tile(a, p, b, 0, 0, 0); break;
    case 1: finish_tile(a, p, b, 0, 0, 1); break;
    case 2: finish_tile(a, p, b, 0, 1, 0); break;
    case 3: finish_tile(a, p, b, 0, 1, 1); break;
    case 4: finish_tile(a, p, b, 1, 0, 0); break;
    case 5: finish_tile(a, p, b, 1, 0, 1); break;
    case 6: finish_tile(a, p, b, 1, 1, 0); break;
    case 7: finish_tile(a, p, b, 1, 1, 1); break;
  }
  b->done++;
}

// MARK: Products

// Sums of up to four tiles: `high` tiles of positions, each by `wide` tiles of results.
#define MULTIPLY(high, wide) \
  do { \
    _tile_zero(0); \
    if (high * wide > 1) _tile_zero(1); \
    if (high * wide > 2) _tile_zero(2); \
    if (high * wide > 3) _tile_zero(3); \
    for (int64_t r = 0; r < 3; r++) \
      for (int64_t j = 0; j < p->pieces; j++, weights += wide * TILE) { \
        /* One thing at a time beside the products, which go on meanwhile. */ \
        if (ahead->done < ahead->end) lay_out(a, p, ahead, ahead->done + 1); \
        else if (before->done < before->count) finish_next(a, p, before); \
        const int64_t at = r * row + j * PAIR; \
        _tile_loadd(6, weights, PAIR); \
        if (wide > 1) _tile_loadd(7, weights + TILE, PAIR); \
        _tile_loadd(4, from[0] + at, p->position); \
        _tile_dpbf16ps(0, 4, 6); \
        if (wide > 1) _tile_dpbf16ps(1, 4, 7); \
        if (high > 1) { \
          _tile_loadd(5, from[1] + at, p->position); \
          if (wide > 1) { \
            _tile_dpbf16ps(2, 5, 6); \
            _tile_dpbf16ps(3, 5, 7); \
          } else { \
            _tile_dpbf16ps(1, 5, 6); \
          } \
        } \
        if (high > 2) { \
          _tile_loadd(4, from[2] + at, p->position); \
          _tile_dpbf16ps(2, 4, 6); \
          _tile_loadd(5, from[3] + at, p->position); \
          _tile_dpbf16ps(3, 5, 6); \
        } \
      } \
    _tile_stored(0, sums, PAIR); \
    if (high * wide > 1) _tile_stored(1, sums + TILE, PAIR); \
    if (high * wide > 2) _tile_stored(2, sums + 2 * TILE, PAIR); \
    if (high * wide > 3) _tile_stored(3, sums + 3 * TILE, PAIR); \
  } while (0)

TILED static void multiply(
    const ResNetTileConvolution *a, const Plan *p, const char *const from[4], int64_t count, int64_t width,
    const char *weights, char *sums, Pending *before, Laying *ahead) {
  const int64_t row = p->pitch * p->position;
  if (width == 2) {
    if (count == 2) MULTIPLY(2, 2);
    else MULTIPLY(1, 2);
  } else if (count == 4) MULTIPLY(4, 1);
  else if (count == 2) MULTIPLY(2, 1);
  else MULTIPLY(1, 1);
  while (before->done < before->count) finish_next(a, p, before);
}

// The first position of a tile.
static inline int64_t position_of(const Plan *p, int64_t tile) {
  return p->in_row ? tile / p->in_row * p->pitch + tile % p->in_row * LANES : tile * LANES;
}

// The rows of an image that all tiles before `tile` read.
static inline int64_t rows_before(const ResNetTileConvolution *a, const Plan *p, int64_t tile) {
  const int64_t last = position_of(p, resnet_minimum(tile, p->tiles) - 1) + LANES - 1;
  return resnet_minimum(last / p->pitch + 2, a->height);
}

// One group of outputs of an image. While tiles are multiplied, the rows that the next ones read are laid out, and the sums
// before are finished.
TILED static void convolve(
    const ResNetTileConvolution *a, const Plan *p, Laying *laying, int64_t group, uint16_t *to, Pending *before) {
  const int64_t output = 2 * group * LANES, width = resnet_minimum(2, (p->outputs - output) / LANES);
  const char *weights = (const char *)a->weights + 2 * group * 3 * p->pieces * TILE;
  int64_t count;
  for (int64_t tile = 0; tile < p->tiles; tile += count) {
    count = 4 / width;
    while (count > p->tiles - tile) count /= 2;
    Pending now = {.count = count, .width = width, .output = output, .image = to, .sums = before[1].sums};
    const char *from[4] = {0};
    for (int64_t k = 0; k < count; k++) {
      now.positions[k] = position_of(p, tile + k);
      from[k] = laying->to + now.positions[k] * p->position;
    }
    lay_out(a, p, laying, rows_before(a, p, tile + count));
    laying->end = rows_before(a, p, tile + 2 * count);
    multiply(a, p, from, count, width, weights, now.sums, before, laying);
    before[1].sums = before->sums;
    *before = now;
  }
}

TILED static void share(const void *data, int64_t first_part, int64_t last_part) {
  const ResNetTileConvolution *a = data;
  const Plan p = plan_of(a);
  TileConfiguration others;
  begin_tiles(&others);
  char sums[2][4 * TILE] __attribute__((aligned(64)));
  Pending before[2] = {{.sums = sums[0]}, {.sums = sums[1]}};
  const int64_t groups = groups_of(p.outputs), size = a->height * a->width;
  for (int64_t part = first_part; part < last_part; part++) {
    char *images = (char *)a->scratch + part * p.group * p.image_bytes;
    for (int64_t i = 0; i < p.group; i++) lay_out_borders(a, &p, images + i * p.image_bytes);
    const int64_t image_part = part / a->output_parts, output_part = part % a->output_parts;
    const int64_t end = a->batch * (image_part + 1) / a->image_parts;
    const int64_t first_group = groups * output_part / a->output_parts;
    const int64_t last_group = groups * (output_part + 1) / a->output_parts;
    for (int64_t first = a->batch * image_part / a->image_parts; first < end; first += p.group) {
      const int64_t count = resnet_minimum(p.group, end - first);
      Laying laying[MOST_TOGETHER];
      for (int64_t i = 0; i < count; i++)
        laying[i] = (Laying){(const char *)a->input + (first + i) * size * p.pixel, images + i * p.image_bytes, 0, 0};
      for (int64_t group = first_group; group < last_group; group++)
        for (int64_t i = 0; i < count; i++)
          convolve(a, &p, laying + i, group, (uint16_t *)a->output + (first + i) * size * a->outputs, before);
    }
  }
  while (before->done < before->count) finish_next(a, &p, before);
  end_tiles(&others);
}

int resnet_tile_convolution(const void *arguments) {
  const ResNetTileConvolution *a = arguments;
  resnet_parallel_for(a->image_parts * a->output_parts, INT64_MAX, share, a);
  return 0;
}

#else

int64_t resnet_tile_convolution_scratch(const ResNetTileConvolution *a) {
  (void)a;
  return 0;
}

int resnet_tile_convolution(const void *arguments) {
  (void)arguments;
  return 1;
}

#endif

// MARK: Weights

// A task is a group of outputs. Those of one place in the kernel lie nine values apart: all nine are taken of some inputs
// before the next ones, while these are in the first-level cache.
static void weights_share(const void *data, int64_t first, int64_t last) {
  const ResNetTileWeights *a = data;
  const int64_t pixels = pixels_of(a->inputs, a->outputs, a->width), outputs = pixels * a->outputs;
  const int64_t pieces = pieces_of(a->inputs, pixels), period = a->inputs % PIECE == 0 ? a->inputs / PIECE : pieces;
  for (int64_t group = first; group < last; group++) {
    const int64_t width = resnet_minimum(2, outputs / LANES - 2 * group);
    uint16_t *to = (uint16_t *)a->to + 2 * group * 3 * pieces * LANES * PIECE;
    for (int64_t start = 0; start < period; start++)
      for (int64_t piece = start; piece < pieces; piece += period)
        for (int64_t row = 0; row < 3; row++)
          for (int64_t lane = 0; lane < width * LANES; lane++) {
            const int64_t result = 2 * group * LANES + lane, output = result % a->outputs;
            uint16_t *out = to + ((row * pieces + piece) * width + lane / LANES) * LANES * PIECE + lane % LANES * 2;
            int64_t column = piece * PIECE / a->inputs - result / a->outputs, input = piece * PIECE % a->inputs;
            for (int64_t k = 0; k < PIECE; k++) {
              const int64_t place = row * 3 + column;
              const int64_t from = a->is_reversed ? (input * a->outputs + output) * 9 + 8 - place
                                                  : (output * a->inputs + input) * 9 + place;
              const int is_seen = column >= 0 && column < 3;
              resnet_store(out + k / 2 * 2 * LANES + k % 2, 0, is_seen ? a->from[from] : 0, RESNET_BFLOAT16);
              if (++input == a->inputs) input = 0, column++;
            }
          }
  }
}

int resnet_tile_weights(const void *arguments) {
  const ResNetTileWeights *a = arguments;
  const int64_t outputs = a->outputs * pixels_of(a->inputs, a->outputs, a->width);
  resnet_parallel_for(groups_of(outputs), 9 * a->inputs * a->outputs, weights_share, a);
  return 0;
}
