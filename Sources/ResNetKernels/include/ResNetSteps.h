// The steps of a program, run one after another; or, where samples do not need each other, portions of the batch side by
// side, each by one thread from the first step to the last. Between its steps a thread then waits for no other one, and
// what it works on stays in its own caches.
#ifndef RESNET_STEPS_H
#define RESNET_STEPS_H

#include <stdint.h>

// A call with everything in place.
typedef struct {
  int32_t (*function)(const void *arguments);  // returns 0 where all is well
  const void *arguments;
} ResNetStep;

// What takes the place of a step for one portion: reading its samples, or writing what they give.
typedef struct {
  int64_t position;
  ResNetStep step;
} ResNetSubstitute;

typedef struct {
  int64_t count;        // of steps
  int64_t threads;      // that work side by side, each with steps of its own; 1 where every step is for all threads
  int64_t portions;     // of the batch, which the threads take in turn
  int64_t substitutes;  // for each portion
  ResNetStep *steps;                    // [threads][count]
  const ResNetSubstitute *substituted;  // [threads][portions][substitutes]
  double *seconds;                      // [threads][count], which each step's time is added to, or NULL
} ResNetRun;

// Returns -1, or the position of a step that failed.
int64_t resnet_run(const ResNetRun *run);

#endif
