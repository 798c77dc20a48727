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

static int has_bfloat16_tiles(void) {
#if defined(__linux__) && defined(SYS_arch_prctl)
  unsigned a = 0, b = 0, c = 0, d = 0;
  // Bits 22 and 24 of leaf 7: AMX with bfloat16; the system lets a process have the tiles that asks for them.
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 22 & 1) || !(d >> 24 & 1)) return 0;
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
  return 0;
#endif
}

// Four products of tiles of 16 × 32 and 32 × 16 values, which depend on none of the others.
__attribute__((target("amx-tile,amx-bf16"))) static void bfloat16_tile_loop(void) {
  struct {
    uint8_t palette, start, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } shapes = {.palette = 1};
  for (int i = 0; i < 8; i++) shapes.row_bytes[i] = 64, shapes.rows[i] = 16;
  _tile_loadconfig(&shapes);
  _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
  _tile_zero(4), _tile_zero(5), _tile_zero(6), _tile_zero(7);
  for (int round = 0; round < ROUNDS; round++) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
}
#endif

typedef struct {
  void (*loop)(void);
  int64_t multiply_adds;
} PeakLoop;

static PeakLoop peak_loop(int32_t bfloat16, int32_t position) {
  const int64_t rounds = ROUNDS, steps = rounds * CHAINS;
  if (position == 0) return (PeakLoop){float_loop_4, 4 * steps};
  if (position == 1) return (PeakLoop){float_loop_8, 8 * steps};
  if (position == 2) return (PeakLoop){float_loop_16, 16 * steps};
#if defined(__x86_64__)
  if (position == 3 && bfloat16 && __builtin_cpu_supports("avx512bf16")) return (PeakLoop){bfloat16_loop, 32 * steps};
  if (position == 4 && bfloat16 && has_bfloat16_tiles())
    return (PeakLoop){bfloat16_tile_loop, rounds * 4 * 16 * 16 * 32};
#else
  (void)bfloat16;
#endif
  return (PeakLoop){0, 0};
}

static void peak_share(const void *data, int64_t first, int64_t last) {
  const PeakLoop *peak = data;
  for (int64_t task = first; task < last; task++) peak->loop();
}

int64_t resnet_peak(int32_t bfloat16, int32_t position, int64_t tasks) {
  PeakLoop peak = peak_loop(bfloat16, position);
  if (peak.loop == 0) return 0;
  resnet_parallel_for(tasks, tasks * ROUNDS, peak_share, &peak);
  return tasks * peak.multiply_adds;
}
