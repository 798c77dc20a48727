#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "ResNetSteps.h"
#include "internal.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int64_t run_steps(const ResNetStep *steps, int64_t count, double *seconds) {
  double last = seconds == NULL ? 0 : now();
  for (int64_t position = 0; position < count; position++) {
    if (steps[position].function(steps[position].arguments) != 0) return position;
    if (seconds == NULL) continue;
    double time = now();
    seconds[position] += time - last;
    last = time;
  }
  return -1;
}

typedef struct {
  const ResNetRun *run;
  _Atomic int64_t next;  // portion that no thread has taken yet
  _Atomic int64_t failed;
} Portions;

// Any thread may take any portion: what comes out is the same, and none waits for one that is held up.
static void run_portions(void *pointer, int64_t thread) {
  Portions *shared = pointer;
  const ResNetRun *run = shared->run;
  ResNetStep *steps = run->steps + thread * run->count;
  double *seconds = run->seconds == NULL ? NULL : run->seconds + thread * run->count;
  for (int64_t portion; (portion = atomic_fetch_add(&shared->next, 1)) < run->portions;) {
    const ResNetSubstitute *substituted =
        run->substituted + (thread * run->portions + portion) * run->substitutes;
    for (int64_t i = 0; i < run->substitutes; i++) steps[substituted[i].position] = substituted[i].step;
    int64_t failed = run_steps(steps, run->count, seconds);
    if (failed >= 0) atomic_store(&shared->failed, failed);
  }
}

int64_t resnet_run(const ResNetRun *run) {
  if (run->threads == 1) return run_steps(run->steps, run->count, run->seconds);
  Portions shared = {run, 0, -1};
  resnet_side_by_side(run->threads, run_portions, &shared);
  return atomic_load(&shared.failed);
}
