#define _GNU_SOURCE
#include "table.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// The variable that says where oneDNN is, file or folder. Where it is set, nothing else is tried: somebody who names a
/// library wants that one, or to know why it does not serve.
static const char *const override_variable = "RESNET_ONEDNN";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static OneDNN loaded_table;
static char loaded_path[PATH_MAX];
static _Atomic(const OneDNN *) loaded;

/// What a search has come to: the reasons of libraries that were there and do not serve, and the folders without one.
typedef struct Search {
  Text refused;
  Text empty;
  char refused_characters[4096];
  char empty_characters[4096];
} Search;

static void begin(Search *search) {
  search->refused = text_in(search->refused_characters, sizeof search->refused_characters);
  search->empty = text_in(search->empty_characters, sizeof search->empty_characters);
}

static void note(Text *text, const char *entry) { text_append(text, "%s%s", text->length > 0 ? ", " : "", entry); }

/// Tries one file that is there (or, without a slash, one that the loader may know).
static bool try_file(OneDNN *table, const char *file, Search *search) {
  char characters[1024];
  Text reason = text_in(characters, sizeof characters);
  if (table_fill(table, file, &reason)) return true;
  text_append(&search->refused, "%s%s: %s", search->refused.length > 0 ? "; " : "", file, characters);
  return false;
}

static bool try_folder(OneDNN *table, const char *folder, char file[PATH_MAX], Search *search) {
  bool found = false;
  for (const char *const *name = onednn_file_names; *name != NULL; name++) {
    struct stat information;
    if (snprintf(file, PATH_MAX, "%s/%s", folder, *name) >= PATH_MAX || stat(file, &information) != 0) continue;
    if (try_file(table, file, search)) return true;
    found = true;
  }
  if (!found) note(&search->empty, folder);
  return false;
}

static bool try_loader(OneDNN *table, char file[PATH_MAX], Search *search) {
  bool found = false;
  for (const char *const *name = onednn_file_names; *name != NULL; name++) {
    void *library = dlopen(*name, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) continue;
    snprintf(file, PATH_MAX, "%s", *name);
    bool serves = try_file(table, *name, search);
    dlclose(library);
    if (serves) return true;
    found = true;
  }
  if (!found) note(&search->empty, "the system's library paths");
  return false;
}

static bool try_path(OneDNN *table, const char *path, char file[PATH_MAX], Search *search) {
  struct stat information;
  if (stat(path, &information) == 0 && S_ISDIR(information.st_mode)) return try_folder(table, path, file, search);
  snprintf(file, PATH_MAX, "%s", path);
  return try_file(table, path, search);
}

static bool try_all(OneDNN *table, char file[PATH_MAX], Search *search) {
  char folder[PATH_MAX];
  bool loader;
  for (int position = 0; search_folder(position, folder, sizeof folder, &loader); position++) {
    if (loader ? try_loader(table, file, search) : folder[0] != 0 && try_folder(table, folder, file, search)) {
      return true;
    }
  }
  return false;
}

static void explain(const Search *search, const char *variable, char *message, size_t capacity) {
  Text text = text_in(message, capacity);
  if (variable != NULL) text_append(&text, "%s is %s: ", override_variable, variable);
  text_append(&text, "%s", search->refused_characters);
  if (search->empty.length > 0) {
    text_append(&text, "%snone in %s", search->refused.length > 0 ? "; " : "", search->empty_characters);
  }
}

const OneDNN *onednn_load(char *message, size_t capacity) {
  const OneDNN *table = atomic_load_explicit(&loaded, memory_order_acquire);
  if (table != NULL) return table;

  pthread_mutex_lock(&lock);
  table = atomic_load_explicit(&loaded, memory_order_relaxed);
  if (table == NULL) {
    static Search search;
    begin(&search);
    const char *variable = getenv(override_variable);
    if (variable != NULL && variable[0] == 0) variable = NULL;
    bool found = variable != NULL ? try_path(&loaded_table, variable, loaded_path, &search)
                                  : try_all(&loaded_table, loaded_path, &search);
    if (found) {
      table = &loaded_table;
      // The loader's own paths give a bare name; the user wants to know which file that became.
      Dl_info information;
      if (dladdr((const void *)table->version, &information) != 0 && information.dli_fname != NULL) {
        snprintf(loaded_path, sizeof loaded_path, "%s", information.dli_fname);
      }
      atomic_store_explicit(&loaded, table, memory_order_release);
    } else {
      explain(&search, variable, message, capacity);
    }
  }
  pthread_mutex_unlock(&lock);
  return table;
}

const OneDNN *onednn_load_from(const char *path, char *message, size_t capacity) {
  OneDNN *table = malloc(sizeof *table);
  Search *search = malloc(sizeof *search);
  bool found = false;
  if (table == NULL || search == NULL) {
    Text text = text_in(message, capacity);
    text_append(&text, "out of memory");
  } else {
    char file[PATH_MAX];
    begin(search);
    found = try_path(table, path, file, search);
    if (!found) explain(search, NULL, message, capacity);
  }
  free(search);
  if (found) return table;
  free(table);
  return NULL;
}

const char *onednn_library_path(void) {
  return atomic_load_explicit(&loaded, memory_order_acquire) == NULL ? NULL : loaded_path;
}

size_t onednn_search_folders(char *list, size_t capacity) {
  Text text = text_in(list, capacity);
  char folder[PATH_MAX];
  bool loader;
  for (int position = 0; search_folder(position, folder, sizeof folder, &loader); position++) {
    const char *shown = loader ? "the system's library paths" : folder;
    if (shown[0] != 0) text_append(&text, "%s\n", shown);
  }
  return text.length;
}

const char *onednn_status_name(OneDNNStatus status) {
  static const char *const names[] = {
      "success",       "out_of_memory", "invalid_arguments", "unimplemented",    "last_impl_reached", "runtime_error",
      "not_required",  "invalid_graph", "invalid_graph_op",  "invalid_shape",    "invalid_data_type",
  };
  return (uint32_t)status < sizeof names / sizeof names[0] ? names[status] : "an unknown status";
}
