// oneDNN for Swift: what we call of its C API (the part of 3.x that 3.2 has), declared from its documentation and
// found at run time. Nothing links against oneDNN, so the package builds without it.

#ifndef CONEDNN_H
#define CONEDNN_H

#include "OneDNNTypes.h"
#include "OneDNNTable.h"

#include <stddef.h>

/// The oldest oneDNN that serves. A newer 3.x drops in; 4.x would be another interface.
#define ONEDNN_NEEDED_MAJOR 3
#define ONEDNN_NEEDED_MINOR 2

/// Loads oneDNN on the first call and returns the same table ever after; safe from any thread.
/// A failure returns NULL and writes one line into `message`: what was tried and why it failed, such as
/// "/usr/lib/libdnnl.so.2: found version 2.6, need at least 3.2; none in /root/.local/lib, /usr/local/lib".
/// Failures are not remembered: a library installed meanwhile is found by the next call.
const OneDNN *onednn_load(char *message, size_t capacity);

/// Loads the oneDNN of one file or folder, without searching anywhere else and without changing what `onednn_load`
/// returns. For tests and diagnosis: the library stays loaded.
const OneDNN *onednn_load_from(const char *path, char *message, size_t capacity);

/// The file that `onednn_load` loaded, or NULL before it has succeeded.
const char *onednn_library_path(void);

/// The folders that `onednn_load` searches, in order, one a line. Returns the length that the whole list needs.
size_t onednn_search_folders(char *list, size_t capacity);

/// oneDNN's own word for a status, such as "invalid_arguments".
const char *onednn_status_name(OneDNNStatus status);

#endif
