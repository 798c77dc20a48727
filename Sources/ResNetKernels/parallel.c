#include <stddef.h>

#include "internal.h"

static ResNetParallelFunction shared_parallel = NULL;
static int (*shared_thread_number)(void) = NULL;
static int (*shared_team_size)(void) = NULL;
static int shared_threads = 1;
// Whether this thread works beside others on something of its own, and shares nothing with them.
static _Thread_local int is_alone = 0;

void resnet_use_threads(
    ResNetParallelFunction parallel, int (*thread_number)(void), int (*team_size)(void), int threads) {
  shared_team_size = team_size;
  shared_parallel = parallel;
  shared_thread_number = thread_number;
  shared_threads = threads;
}

typedef struct {
  int64_t tasks;
  int64_t threads;
  void (*body)(const void *, int64_t, int64_t);
  const void *data;
} Job;

static void run_share(void *pointer) {
  const Job *job = pointer;
  // The team may be smaller than was asked for (OMP_THREAD_LIMIT): its threads then take several shares.
  for (int64_t share = shared_thread_number(), team = shared_team_size(); share < job->threads; share += team) {
    int64_t first = job->tasks * share / job->threads, last = job->tasks * (share + 1) / job->threads;
    if (first < last) job->body(job->data, first, last);
  }
}

void resnet_parallel_for(
    int64_t tasks, int64_t work, void (*body)(const void *, int64_t, int64_t), const void *data) {
  int64_t threads = resnet_minimum(shared_threads, tasks);
  if (shared_parallel == NULL || is_alone || threads <= 1 || work < 16384) {
    if (tasks > 0) body(data, 0, tasks);
    return;
  }
  Job job = {tasks, threads, body, data};
  shared_parallel(run_share, &job, (unsigned)threads, 0);
}

int resnet_call_primitive(const void *arguments) {
  const ResNetPrimitiveCall *a = arguments;
  return a->function(a->primitive, a->stream, a->count, a->arguments);
}

static void call_share(const void *data, int64_t first, int64_t last) {
  const ResNetPrimitiveParts *a = data;
  for (int64_t part = first; part < last; part++)
    a->parts[part].status = resnet_call_primitive(&a->parts[part].call);
}

int resnet_call_primitives(const void *arguments) {
  const ResNetPrimitiveParts *a = arguments;
  // Whether sharing is worth while was decided when the parts were made.
  resnet_parallel_for(a->count, INT64_MAX, call_share, a);
  for (int64_t part = 0; part < a->count; part++)
    if (a->parts[part].status != 0) return a->parts[part].status;
  return 0;
}

typedef struct {
  int64_t threads;
  void (*body)(void *, int64_t);
  void *data;
} Company;

static void run_alone(void *pointer) {
  const Company *company = pointer;
  is_alone = 1;
  for (int64_t thread = shared_thread_number(), team = shared_team_size(); thread < company->threads; thread += team)
    company->body(company->data, thread);
  is_alone = 0;
}

void resnet_side_by_side(int64_t threads, void (*body)(void *, int64_t), void *data) {
  Company company = {threads, body, data};
  if (shared_parallel != NULL) {
    shared_parallel(run_alone, &company, (unsigned)threads, 0);
    return;
  }
  for (int64_t thread = 0; thread < threads; thread++) body(data, thread);
}
