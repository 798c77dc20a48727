// The gradient of a weight is a sum over all positions of an input times the gradient of an output. A tile of products
// takes 16 channels of both and 32 positions at once: of the gradient as 16 rows, one a channel, and of the input as pairs
// of positions side by side, which is how the processor wants the second factor. The input is laid out three times, moved
// by −1, 0 and 1 column: for each of a kernel's nine places the second factor then begins at some row of one of these.
#include "ResNetTiles.h"
#include "internal.h"
#include "tiles.h"

#if RESNET_TILES
#include <sys/syscall.h>
#include <unistd.h>

enum { PAIRS = 16 };  // of positions in a tile

int resnet_has_tiles(void) {
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  if (!__builtin_cpu_supports("amx-bf16") || !__builtin_cpu_supports("avx512bf16")) return 0;
  return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

// MARK: What a part works in

typedef struct {
  int64_t half;      // pairs of positions in a row, which has one more position than the image where that is odd
  int64_t blocks;    // of 32 positions in an image
  int64_t versions;  // of the input, and rows of zeros above and below it
  int64_t halo;
  int64_t pairs;     // of a block of channels of a version, with zeros behind them
  int64_t input_bytes, gradient_bytes;  // of an image
  int64_t group;     // images that are laid out together: what they take stays in the second-level cache
  int64_t places;    // of a kernel, times blocks of inputs: columns of tiles of sums
  int64_t sum_bytes;
} Plan;

static Plan plan_of(const ResNetTileGradient *a) {
  Plan p;
  p.half = (a->width + 1) / 2;
  p.blocks = (a->height * p.half + PAIRS - 1) / PAIRS;
  p.versions = a->kernel;
  p.halo = a->kernel / 2;
  p.pairs = (a->height + 2 * p.halo) * p.half + PAIRS;
  p.input_bytes = p.versions * (a->inputs / LANES) * p.pairs * PAIR;
  p.gradient_bytes = a->outputs / LANES * p.blocks * TILE;
  const int64_t most = (a->batch + a->parts - 1) / a->parts, room = (768 << 10) / (p.input_bytes + p.gradient_bytes);
  p.group = room < 1 ? 1 : resnet_minimum(room, most);
  p.places = a->kernel * a->kernel * (a->inputs / LANES);
  p.sum_bytes = a->outputs / LANES * p.places * TILE;
  return p;
}

static int64_t part_bytes(const Plan *p) { return p->sum_bytes + p->group * (p->input_bytes + p->gradient_bytes); }

int64_t resnet_tile_gradient_scratch(const ResNetTileGradient *a) {
  const Plan p = plan_of(a);
  return a->parts * part_bytes(&p);
}

// MARK: Layouts

// 16 channels of a position, each in the lower half of 32 bits; zeros beside the image.
#define POSITION(x) \
  ((x) >= 0 && (x) < width ? _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(row + (x) * channels))) \
                           : _mm512_setzero_si512())
// Two positions side by side, channel by channel.
#define PAIRED(first, second) _mm512_or_si512(first, _mm512_slli_epi32(second, 16))

// [version][block of channels][pair][16 channels][2]; rows of zeros are there already. All channels of some positions
// are read before those of the next.
TILED static void lay_out_input(
    const uint16_t *image, int64_t channels, int64_t height, int64_t width, const Plan *p, char *to) {
  const int64_t blocks = channels / LANES, pitch = blocks * p->pairs * PAIR;
  for (int64_t y = 0; y < height; y++)
    for (int64_t start = 0; start < p->half; start += PAIRS)
      for (int64_t block = 0; block < blocks; block++) {
        const uint16_t *row = image + y * width * channels + block * LANES;
        const int64_t end = resnet_minimum(start + PAIRS, p->half);
        char *out = to + (block * p->pairs + (y + p->halo) * p->half + start) * PAIR;
        __m512i before = POSITION(2 * start - 1), first = POSITION(2 * start);
        for (int64_t j = start; j < end; j++, out += PAIR) {
          const __m512i second = POSITION(2 * j + 1), after = POSITION(2 * j + 2);
          if (p->versions == 1) {
            _mm512_storeu_si512(out, PAIRED(first, second));
          } else {
            _mm512_storeu_si512(out, PAIRED(before, first));
            _mm512_storeu_si512(out + pitch, PAIRED(first, second));
            _mm512_storeu_si512(out + 2 * pitch, PAIRED(second, after));
          }
          before = second;
          first = after;
        }
      }
}

// Rows become columns.
TILED static inline __attribute__((always_inline)) void transpose(__m512i r[16], char *to) {
  __m512i t[16];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int k = 0; k < 4; k++) {
    const __m512i even = _mm512_shuffle_i32x4(r[k], r[4 + k], 0x88), odd = _mm512_shuffle_i32x4(r[k], r[4 + k], 0xdd);
    const __m512i more_even = _mm512_shuffle_i32x4(r[8 + k], r[12 + k], 0x88);
    const __m512i more_odd = _mm512_shuffle_i32x4(r[8 + k], r[12 + k], 0xdd);
    _mm512_storeu_si512(to + k * PAIR, _mm512_shuffle_i32x4(even, more_even, 0x88));
    _mm512_storeu_si512(to + (4 + k) * PAIR, _mm512_shuffle_i32x4(odd, more_odd, 0x88));
    _mm512_storeu_si512(to + (8 + k) * PAIR, _mm512_shuffle_i32x4(even, more_even, 0xdd));
    _mm512_storeu_si512(to + (12 + k) * PAIR, _mm512_shuffle_i32x4(odd, more_odd, 0xdd));
  }
}

// [block of channels][block of positions][16 channels][32 positions]; zeros beyond the image.
TILED static void lay_out_gradient(
    const uint16_t *image, int64_t channels, int64_t height, int64_t width, const Plan *p, char *to) {
  for (int64_t positions = 0; positions < p->blocks; positions++)
    for (int64_t block = 0; block < channels / LANES; block++) {
      int64_t y = positions * PAIRS / p->half, j = positions * PAIRS % p->half;
      __m512i rows[PAIRS];
      for (int i = 0; i < PAIRS; i++) {
        const uint16_t *row = image + resnet_minimum(y, height - 1) * width * channels + block * LANES;
        rows[i] = y < height ? PAIRED(POSITION(2 * j), POSITION(2 * j + 1)) : _mm512_setzero_si512();
        if (++j == p->half) j = 0, y++;
      }
      transpose(rows, to + (block * p->blocks + positions) * TILE);
    }
}

// MARK: Products

// Sums of one or two blocks of outputs by one or two columns, over all positions of some images.
#define MULTIPLY(rows, columns) \
  do { \
    _tile_loadd(0, sums, PAIR); \
    if (columns > 1) _tile_loadd(1, sums + TILE, PAIR); \
    if (rows > 1) _tile_loadd(2, sums + pitch, PAIR); \
    if (rows > 1 && columns > 1) _tile_loadd(3, sums + pitch + TILE, PAIR); \
    for (int64_t image = 0; image < images; image++) { \
      const char *d = gradients + image * p->gradient_bytes; \
      const char *x = inputs + image * p->input_bytes; \
      for (int64_t block = 0; block < p->blocks; block++) { \
        _tile_loadd(4, d + block * TILE, PAIR); \
        _tile_loadd(6, x + from[0] + block * TILE, PAIR); \
        _tile_dpbf16ps(0, 4, 6); \
        if (columns > 1) { \
          _tile_loadd(7, x + from[1] + block * TILE, PAIR); \
          _tile_dpbf16ps(1, 4, 7); \
        } \
        if (rows > 1) { \
          _tile_loadd(5, d + (p->blocks + block) * TILE, PAIR); \
          _tile_dpbf16ps(2, 5, 6); \
          if (columns > 1) _tile_dpbf16ps(3, 5, 7); \
        } \
      } \
    } \
    _tile_stored(0, sums, PAIR); \
    if (columns > 1) _tile_stored(1, sums + TILE, PAIR); \
    if (rows > 1) _tile_stored(2, sums + pitch, PAIR); \
    if (rows > 1 && columns > 1) _tile_stored(3, sums + pitch + TILE, PAIR); \
  } while (0)

// Where the second factor of a column begins in an image: its place in the kernel, and its block of inputs.
static inline int64_t start_of(const ResNetTileGradient *a, const Plan *p, int64_t column) {
  const int64_t blocks = a->inputs / LANES, place = column / blocks, block = column % blocks;
  const int64_t row = place / a->kernel, version = place % a->kernel;
  return ((version * blocks + block) * p->pairs + row * p->half) * PAIR;
}

// Sums are [block of outputs][column][16 outputs][16 inputs].
TILED static void multiply(
    const ResNetTileGradient *a, const Plan *p, int64_t images, const char *inputs, const char *all_gradients,
    char *all_sums) {
  const int64_t outputs = a->outputs / LANES, pitch = p->places * TILE;
  for (int64_t output = 0; output < outputs; output += 2)
    for (int64_t column = 0; column < p->places; column += 2) {
      const char *gradients = all_gradients + output * p->blocks * TILE;
      char *sums = all_sums + output * pitch + column * TILE;
      const int is_pair = column + 1 < p->places;
      const int64_t from[2] = {start_of(a, p, column), is_pair ? start_of(a, p, column + 1) : 0};
      if (output + 1 < outputs) {
        if (is_pair) MULTIPLY(2, 2);
        else MULTIPLY(2, 1);
      } else if (is_pair) MULTIPLY(1, 2);
      else MULTIPLY(1, 1);
    }
}

TILED static void share(const void *data, int64_t first_part, int64_t last_part) {
  const ResNetTileGradient *a = data;
  const Plan p = plan_of(a);
  TileConfiguration before;
  begin_tiles(&before);
  const int64_t input_size = a->height * a->width * a->inputs, gradient_size = a->height * a->width * a->outputs;
  for (int64_t part = first_part; part < last_part; part++) {
    char *sums = (char *)a->scratch + part * part_bytes(&p), *inputs = sums + p.sum_bytes;
    char *gradients = inputs + p.group * p.input_bytes;
    memset(sums, 0, (size_t)p.sum_bytes);
    memset(inputs, 0, (size_t)(p.group * p.input_bytes));
    const int64_t end = a->batch * (part + 1) / a->parts;
    for (int64_t first = a->batch * part / a->parts; first < end; first += p.group) {
      const int64_t images = resnet_minimum(p.group, end - first);
      for (int64_t image = 0; image < images; image++) {
        lay_out_input(
            (const uint16_t *)a->input + (first + image) * input_size, a->inputs, a->height, a->width, &p,
            inputs + image * p.input_bytes);
        lay_out_gradient(
            (const uint16_t *)a->output_gradient + (first + image) * gradient_size, a->outputs, a->height, a->width, &p,
            gradients + image * p.gradient_bytes);
      }
      multiply(a, &p, images, inputs, gradients, sums);
    }
  }
  end_tiles(&before);
}

// A task is an output: the sums of all parts go to where its weights are.
static void add_up(const void *data, int64_t first, int64_t last) {
  const ResNetTileGradient *a = data;
  const Plan p = plan_of(a);
  const int64_t kernel = a->kernel * a->kernel, blocks = a->inputs / LANES;
  for (int64_t output = first; output < last; output++)
    for (int64_t column = 0; column < p.places; column++) {
      float total[LANES] = {0};
      const int64_t place = ((output / LANES) * p.places + column) * TILE + output % LANES * PAIR;
      for (int64_t part = 0; part < a->parts; part++) {
        const float *sums = (const float *)((const char *)a->scratch + part * part_bytes(&p) + place);
        for (int i = 0; i < LANES; i++) total[i] += sums[i];
      }
      float *to = a->gradient + (output * a->inputs + column % blocks * LANES) * kernel + column / blocks;
      for (int i = 0; i < LANES; i++) to[i * kernel] = total[i];
    }
}

int resnet_tile_gradient(const void *arguments) {
  const ResNetTileGradient *a = arguments;
  resnet_parallel_for(a->parts, INT64_MAX, share, a);
  resnet_parallel_for(
      a->outputs, a->parts * a->outputs * a->inputs * a->kernel * a->kernel, add_up, a);
  return 0;
}

#else

int resnet_has_tiles(void) { return 0; }

int64_t resnet_tile_gradient_scratch(const ResNetTileGradient *a) {
  (void)a;
  return 0;
}

int resnet_tile_gradient(const void *arguments) {
  (void)arguments;
  return 1;
}

#endif
