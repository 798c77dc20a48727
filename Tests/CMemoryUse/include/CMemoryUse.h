// What the tests ask of the C library and Swift does not import.
#ifndef C_MEMORY_USE_H
#define C_MEMORY_USE_H

#include <stdint.h>

// Bytes that malloc has handed out and not got back; 0 where the C library does not tell.
int64_t memory_handed_out(void);
// Pages that this process has had to be given since it began.
int64_t minor_faults(void);

#endif
