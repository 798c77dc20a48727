// From a file to a table of functions.

#ifndef ONEDNN_FILL_H
#define ONEDNN_FILL_H

#include "COneDNN.h"
#include "search.h"

/// Opens `file` and fills `table` from it. False, with one clause on why in `reason`, when it does not serve.
bool table_fill(OneDNN *table, const char *file, Text *reason);

#endif
