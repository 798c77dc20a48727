#define _GNU_SOURCE
#include "search.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#ifndef RESNET_PACKAGE_DIRECTORY
#define RESNET_PACKAGE_DIRECTORY ""
#endif

#if defined(__APPLE__)
const char *const onednn_file_names[] = {"libdnnl.3.dylib", "libdnnl.dylib", "libdnnl.2.dylib", NULL};
#else
const char *const onednn_file_names[] = {"libdnnl.so.3", "libdnnl.so", "libdnnl.so.2", NULL};
#endif

Text text_in(char *characters, size_t capacity) {
  if (characters != NULL && capacity > 0) characters[0] = 0;
  return (Text){characters, characters == NULL ? 0 : capacity, 0};
}

void text_append(Text *text, const char *format, ...) {
  bool full = text->length >= text->capacity;
  va_list values;
  va_start(values, format);
  int count = vsnprintf(
      full ? NULL : text->characters + text->length, full ? 0 : text->capacity - text->length, format, values);
  va_end(values);
  if (count > 0) text->length += (size_t)count;
}

/// Writes the path of the running program, resolved; false where the system does not tell.
static bool executable(char path[PATH_MAX]) {
#if defined(__APPLE__)
  char raw[PATH_MAX];
  uint32_t capacity = sizeof raw;
  return _NSGetExecutablePath(raw, &capacity) == 0 && realpath(raw, path) != NULL;
#else
  ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
  if (length <= 0) return false;
  path[length] = 0;
  return true;
#endif
}

/// Removes the last component of a path; false when there is none to remove.
static bool remove_last(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL || slash == path) return false;
  *slash = 0;
  return true;
}

/// Writes the folder of the running program's file, without its last `up` components, and `tail`.
static bool beside_executable(int up, const char *tail, char *path, size_t capacity) {
  char file[PATH_MAX];
  if (!executable(file)) return false;
  for (int i = 0; i <= up; i++) {
    if (!remove_last(file)) return false;
  }
  return snprintf(path, capacity, "%s%s", file, tail) < (int)capacity;
}

/// Writes `.onednn/lib` of the package that this one is checked out for: SwiftPM puts dependencies at
/// ROOT/.build/checkouts/NAME.
static bool of_root_package(char *path, size_t capacity) {
  char folder[PATH_MAX];
  if (snprintf(folder, sizeof folder, "%s", RESNET_PACKAGE_DIRECTORY) >= (int)sizeof folder) return false;
  if (!remove_last(folder)) return false;
  const char *parent = strrchr(folder, '/');
  if (parent == NULL || strcmp(parent, "/checkouts") != 0) return false;
  if (!remove_last(folder) || !remove_last(folder)) return false;
  return snprintf(path, capacity, "%s/.onednn/lib", folder) < (int)capacity;
}

bool search_folder(int position, char *path, size_t capacity, bool *loader) {
  bool known = true;
  const char *home = getenv("HOME");
  *loader = false;
  switch (position) {
  case 0: known = beside_executable(0, "", path, capacity); break;
  case 1: known = beside_executable(1, "/lib", path, capacity); break;
  case 2:
    known = RESNET_PACKAGE_DIRECTORY[0] == '/' &&
            snprintf(path, capacity, "%s/.onednn/lib", RESNET_PACKAGE_DIRECTORY) < (int)capacity;
    break;
  case 3: known = of_root_package(path, capacity); break;
  case 4:
    known = home != NULL && home[0] == '/' && snprintf(path, capacity, "%s/.local/lib", home) < (int)capacity;
    break;
  case 5:
    *loader = true;
    known = false;
    break;
  case 6: known = snprintf(path, capacity, "/usr/local/lib") < (int)capacity; break;
#if defined(__APPLE__)
  case 7: known = snprintf(path, capacity, "/opt/homebrew/lib") < (int)capacity; break;
#endif
  default: return false;
  }
  if (!known && capacity > 0) path[0] = 0;
  return true;
}
