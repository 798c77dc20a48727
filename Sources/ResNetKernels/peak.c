// How fast the processor multiplies and adds where nothing but registers is involved: the peak that other rates are
// compared with.
#include "internal.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

// Enough chains of dependent instructions to hide the latency of any of them, in as few registers as any processor has.
enum { CHAINS = 12, ROUNDS = 4096 };

// Results go here, so that the compiler cannot leave the work out.
static _Thread_local volatile float kept;

// One loop for each width of vectors: which one is the fastest depends on what the processor has and on how many fit.
#define FLOAT_LOOP(name, lanes)                                             \
  typedef float name##_vector __attribute__((vector_size(4 * lanes)));      \
  RESNET_DISPATCHED static void name(void) {                                \
    name##_vector sums[CHAINS], zero = {0}, factor = zero + 0.999f, term = zero + 0.001f; \
    for (int i = 0; i < CHAINS; i++) sums[i] = zero + (float)i;             \
    for (int round = 0; round < ROUNDS; round++)                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + term; \
    name##_vector total = zero;                                             \
    for (int i = 0; i < CHAINS; i++) total += sums[i];                      \
    kept = total[0];                                                        \
  }
FLOAT_LOOP(float_loop_4, 4)
FLOAT_LOOP(float_loop_8, 8)
FLOAT_LOOP(float_loop_16, 16)

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bf16"))) static void bfloat16_loop(void) {
  __m512 sums[CHAINS];
  __m512bh ones = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1), _mm512_set1_ps(1));
  for (int i = 0; i < CHAINS; i++) sums[i] = _mm512_set1_ps((float)i);
  for (int round = 0; round < ROUNDS; round++)
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++)
      sums[i] = _mm512_dpbf16_ps(sums[i], ones, ones);
  __m512 total = sums[0];
  for (int i = 1; i < CHAINS; i++) total = _mm512_add_ps(total, sums[i]);
  kept = _mm512_cvtss_f32(total);
}

// Products of bytes without a sign by such with one, summed up in 32 bits: by fours at once where the processor has the
// instruction, otherwise by twos in 16 bits first.
#define INTEGER_LOOP(name, instructions, vector, ones, sum, first)          \
  __attribute__((target(instructions))) static void name(void) {            \
    vector sums[CHAINS];                                                    \
    for (int i = 0; i < CHAINS; i++) sums[i] = ones(i);                     \
    for (int round = 0; round < ROUNDS; round++)                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) sums[i] = sum(sums[i], ones(1)); \
    vector total = sums[0];                                                 \
    for (int i = 1; i < CHAINS; i++) total += sums[i];                      \
    kept = (float)first(total);                                             \
  }
#define SUM_OF_FOURS(a, b) _mm512_dpbusd_epi32(a, b, b)
#define SUM_OF_FOURS_8(a, b) _mm256_dpbusd_avx_epi32(a, b, b)
// The products depend on the sum, so that they are not taken out of the loop.
#define SUM_OF_TWOS(a, b) _mm256_add_epi32(a, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), b))
#define FIRST_16(a) _mm_cvtsi128_si32(_mm512_castsi512_si128(a))
#define FIRST_8(a) _mm_cvtsi128_si32(_mm256_castsi256_si128(a))
INTEGER_LOOP(integer_loop_2, "avx2", __m256i, _mm256_set1_epi8, SUM_OF_TWOS, FIRST_8)
INTEGER_LOOP(integer_loop_8, "avx2,avxvnni", __m256i, _mm256_set1_epi8, SUM_OF_FOURS_8, FIRST_8)
INTEGER_LOOP(integer_loop_16, "avx512f,avx512vnni", __m512i, _mm512_set1_epi8, SUM_OF_FOURS, FIRST_16)

static int has_byte_sums(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  // Bit 4 of the second part of leaf 7: AVX-VNNI.
  return __builtin_cpu_supports("avx2") && __get_cpuid_count(7, 1, &a, &b, &c, &d) && a >> 4 & 1;
}

// Whether the processor multiplies tiles of a kind of number: bit 22 of leaf 7 for bfloat16, 25 for bytes.
static int has_tiles(int bit) {
#if defined(__linux__) && defined(SYS_arch_prctl)
  unsigned a = 0, b = 0, c = 0, d = 0;
  // Bit 24 for tiles at all; the system lets a process have them that asks.
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> bit & 1) || !(d >> 24 & 1)) return 0;
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
  (void)bit;
  return 0;
#endif
}

// Four products of tiles, of 16 rows of 64 bytes each, that depend on none of the others.
#define TILE_LOOP(name, instructions, product)                              \
  __attribute__((target("amx-tile," instructions))) static void name(void) {  \
    struct {                                                                \
      uint8_t palette, start, reserved[14];                                 \
      uint16_t row_bytes[16];                                               \
      uint8_t rows[16];                                                     \
    } shapes = {.palette = 1};                                              \
    for (int i = 0; i < 8; i++) shapes.row_bytes[i] = 64, shapes.rows[i] = 16;  \
    _tile_loadconfig(&shapes);                                              \
    _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);             \
    _tile_zero(4), _tile_zero(5), _tile_zero(6), _tile_zero(7);             \
    for (int round = 0; round < ROUNDS; round++)                            \
      product(0, 4, 6), product(1, 4, 7), product(2, 5, 6), product(3, 5, 7); \
    _tile_release();                                                        \
  }
TILE_LOOP(bfloat16_tile_loop, "amx-bf16", _tile_dpbf16ps)
TILE_LOOP(integer_tile_loop, "amx-int8", _tile_dpbusd)
#endif

typedef struct {
  void (*loop)(void);
  int64_t multiply_adds;
} PeakLoop;

static PeakLoop peak_loop(ResNetElement element, int32_t position) {
  const int64_t rounds = ROUNDS, steps = rounds * CHAINS;
  if (position == 0) return (PeakLoop){float_loop_4, 4 * steps};
  if (position == 1) return (PeakLoop){float_loop_8, 8 * steps};
  if (position == 2) return (PeakLoop){float_loop_16, 16 * steps};
#if defined(__x86_64__)
  if (element == RESNET_BFLOAT16) {
    if (position == 3 && __builtin_cpu_supports("avx512bf16")) return (PeakLoop){bfloat16_loop, 32 * steps};
    if (position == 4 && has_tiles(22)) return (PeakLoop){bfloat16_tile_loop, rounds * 4 * 16 * 16 * 32};
  }
  if (resnet_is_integer(element)) {
    if (position == 3 && __builtin_cpu_supports("avx2")) return (PeakLoop){integer_loop_2, 32 * steps};
    if (position == 4 && has_byte_sums()) return (PeakLoop){integer_loop_8, 32 * steps};
    if (position == 5 && __builtin_cpu_supports("avx512vnni")) return (PeakLoop){integer_loop_16, 64 * steps};
    if (position == 6 && has_tiles(25)) return (PeakLoop){integer_tile_loop, rounds * 4 * 16 * 16 * 64};
  }
#else
  (void)element;
#endif
  return (PeakLoop){0, 0};
}

static void peak_share(const void *data, int64_t first, int64_t last) {
  const PeakLoop *peak = data;
  for (int64_t task = first; task < last; task++) peak->loop();
}

int64_t resnet_peak(ResNetElement element, int32_t position, int64_t tasks) {
  PeakLoop peak = peak_loop(element, position);
  if (peak.loop == 0) return 0;
  resnet_parallel_for(tasks, tasks * ROUNDS, peak_share, &peak);
  return tasks * peak.multiply_adds;
}
