#include <stdlib.h>
#include "CMemoryUse.h"

#include <sys/resource.h>

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
#include <malloc.h>
int64_t memory_handed_out(void) {
  struct mallinfo2 information = mallinfo2();
  return (int64_t)(information.uordblks + information.hblkhd);
}
#else
int64_t memory_handed_out(void) { return 0; }
#endif

int64_t minor_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}
