#ifndef RESNET_KERNELS_INTERNAL_H
#define RESNET_KERNELS_INTERNAL_H

#include "ResNetKernels.h"

// One copy of a loop for each generation of processors, chosen when the library is loaded. The thread sanitizer
// instruments the code that chooses, which then crashes: it gets the baseline.
#if defined(__x86_64__) && defined(__linux__) && !(defined(__has_feature) && __has_feature(thread_sanitizer))
#define RESNET_DISPATCHED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RESNET_DISPATCHED
#endif
// Before a loop: its outputs are either apart from the inputs or the very same elements.
#define RESNET_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define RESNET_INLINE static inline __attribute__((always_inline))

// Calls body(data, first, last) over 0..<tasks, shared among the threads in contiguous runs. `work` is the number of
// elements touched; too little of it stays on the calling thread, because waking another one costs microseconds.
void resnet_parallel_for(
    int64_t tasks, int64_t work, void (*body)(const void *data, int64_t first, int64_t last), const void *data);

// Runs of this many elements are one task of elementwise loops: some pages, so that threads do not share cache lines.
enum { RESNET_RUN = 16384 };
static inline int64_t resnet_runs(int64_t count) { return (count + RESNET_RUN - 1) / RESNET_RUN; }

static inline int64_t resnet_count(ResNetLayout l) { return l.batch * l.blocks * l.positions * l.lanes; }
static inline int64_t resnet_channels(ResNetLayout l) { return l.blocks * l.lanes; }
static inline int64_t resnet_minimum(int64_t a, int64_t b) { return a < b ? a : b; }

#endif
