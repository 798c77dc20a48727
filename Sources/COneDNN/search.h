// Where oneDNN may lie, and how messages about it are put together.

#ifndef ONEDNN_SEARCH_H
#define ONEDNN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__clang__) || defined(__GNUC__)
#define ONEDNN_FORMAT(text, values) __attribute__((format(printf, text, values)))
#else
#define ONEDNN_FORMAT(text, values)
#endif

/// Names of the library's file, from the one that serves to one that is known only to be recognised as too old.
extern const char *const onednn_file_names[];

/// Text that grows at its end and stops, whole, at its capacity.
typedef struct Text {
  char *characters;
  size_t capacity;
  size_t length;
} Text;

/// A text that lies in `characters`; both may be empty.
Text text_in(char *characters, size_t capacity);

/// Appends; `length` counts what did not fit too.
void text_append(Text *text, const char *format, ...) ONEDNN_FORMAT(2, 3);

/// The `position`th folder to search, from 0; false after the last. An empty path stands for the loader's own paths, and
/// also for a folder that does not exist for this process (no home, not a checkout).
bool search_folder(int position, char *path, size_t capacity, bool *loader);

#endif
