#ifndef RESNET_KERNELS_INTERNAL_H
#define RESNET_KERNELS_INTERNAL_H

#include <string.h>

#include "ResNetKernels.h"

// One copy of a loop for each generation of processors, chosen when the library is loaded. The thread and
// address sanitizers instrument the code that chooses, which then crashes: they get the baseline.
#if defined(__x86_64__) && defined(__linux__) && \
    !(defined(__has_feature) && (__has_feature(thread_sanitizer) || __has_feature(address_sanitizer)))
#define RESNET_DISPATCHED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RESNET_DISPATCHED
#endif
// Before a loop: its outputs are either apart from the inputs or the very same elements.
#define RESNET_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define RESNET_INLINE static inline __attribute__((always_inline))

RESNET_INLINE int resnet_is_integer(int element) { return element == RESNET_INT8 || element == RESNET_UINT8; }

// Activations are read and written by these. `element` is a constant wherever they are used (RESNET_BY_ELEMENT sees to
// that), so that each loop is left with one of them.
RESNET_INLINE float resnet_load(const void *values, int64_t i, int element) {
  if (element == RESNET_FLOAT32) return ((const float *)values)[i];
  if (element == RESNET_INT8) return ((const int8_t *)values)[i];
  if (element == RESNET_UINT8) return ((const uint8_t *)values)[i];
  uint32_t bits = (uint32_t)((const uint16_t *)values)[i] << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Rounds to the nearest, ties to even; what is not a number stays so, or becomes the least integer.
RESNET_INLINE void resnet_store(void *values, int64_t i, float value, int element) {
  if (element == RESNET_FLOAT32) {
    ((float *)values)[i] = value;
    return;
  }
  uint32_t bits;
  if (resnet_is_integer(element)) {
    const float least = element == RESNET_INT8 ? -128 : 0, greatest = element == RESNET_INT8 ? 127 : 255;
    value = value > least ? value : least;
    value = value < greatest ? value : greatest;
    // Numbers of this size have no digits behind the point: the sum is rounded, and the integer is its last byte.
    value += 0x1.8p23f;
    memcpy(&bits, &value, sizeof bits);
    ((uint8_t *)values)[i] = (uint8_t)bits;
    return;
  }
  memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  ((uint16_t *)values)[i] = (uint16_t)(value != value ? 0x7fc0 : bits);
}

// A call for each way to store values, in which `element` is a constant.
#define RESNET_BY_ELEMENT(which, call) \
  do { \
    if ((which) == RESNET_BFLOAT16) { \
      enum { element = RESNET_BFLOAT16 }; \
      call; \
    } else { \
      enum { element = RESNET_FLOAT32 }; \
      call; \
    } \
  } while (0)

// The same where integers are possible too.
#define RESNET_BY_ANY_ELEMENT(which, call) \
  do { \
    if ((which) == RESNET_INT8) { \
      enum { element = RESNET_INT8 }; \
      call; \
    } else if ((which) == RESNET_UINT8) { \
      enum { element = RESNET_UINT8 }; \
      call; \
    } else RESNET_BY_ELEMENT(which, call); \
  } while (0)

static inline int64_t resnet_size(ResNetElement element) {
  return resnet_is_integer(element) ? 1 : element == RESNET_BFLOAT16 ? 2 : 4;
}
// The values from number `i` on.
static inline const void *resnet_from(const void *values, int64_t i, ResNetElement element) {
  return values ? (const char *)values + i * resnet_size(element) : 0;
}
static inline void *resnet_to(void *values, int64_t i, ResNetElement element) {
  return values ? (char *)values + i * resnet_size(element) : 0;
}

// Calls body(data, first, last) over 0..<tasks, shared among the threads in contiguous runs. `work` is the number of
// elements touched; too little of it stays on the calling thread, because waking another one costs microseconds.
void resnet_parallel_for(
    int64_t tasks, int64_t work, void (*body)(const void *data, int64_t first, int64_t last), const void *data);

// Calls body(data, thread) for each of 0..<threads on a thread of its own, where possible. What it calls shares nothing
// with other threads.
void resnet_side_by_side(int64_t threads, void (*body)(void *data, int64_t thread), void *data);

// Runs of this many elements are one task of elementwise loops: some pages, so that threads do not share cache lines.
enum { RESNET_RUN = 16384 };
// Sums over positions are kept in float32 for this many channels at once.
enum { RESNET_SUMS = 64 };
static inline int64_t resnet_runs(int64_t count) { return (count + RESNET_RUN - 1) / RESNET_RUN; }

static inline int64_t resnet_count(ResNetLayout l) { return l.batch * l.blocks * l.positions * l.lanes; }
static inline int64_t resnet_channels(ResNetLayout l) { return l.blocks * l.lanes; }
static inline int64_t resnet_minimum(int64_t a, int64_t b) { return a < b ? a : b; }

#endif
