#include "table.h"

#include <dlfcn.h>
#include <string.h>

typedef struct Entry {
  const char *symbol;
  size_t offset;
} Entry;

#define DNNL(name) {"dnnl_" #name, offsetof(OneDNN, name)}

static const Entry entries[] = {
    DNNL(version),
    DNNL(engine_create),
    DNNL(engine_destroy),
    DNNL(stream_create),
    DNNL(stream_wait),
    DNNL(stream_destroy),
    DNNL(memory_desc_create_with_tag),
    DNNL(memory_desc_create_with_strides),
    DNNL(memory_desc_create_submemory),
    DNNL(memory_desc_clone),
    DNNL(memory_desc_destroy),
    DNNL(memory_desc_equal),
    DNNL(memory_desc_get_size),
    DNNL(memory_desc_query),
    DNNL(memory_create),
    DNNL(memory_get_data_handle),
    DNNL(memory_set_data_handle),
    DNNL(memory_destroy),
    DNNL(primitive_attr_create),
    DNNL(primitive_attr_destroy),
    DNNL(primitive_attr_set_post_ops),
    DNNL(primitive_attr_set_scratchpad_mode),
    DNNL(primitive_attr_set_fpmath_mode),
    DNNL(primitive_attr_set_scales_mask),
    DNNL(primitive_attr_set_zero_points_mask),
    DNNL(post_ops_create),
    DNNL(post_ops_destroy),
    DNNL(post_ops_append_sum),
    DNNL(post_ops_append_eltwise),
    DNNL(post_ops_append_binary),
    DNNL(reorder_primitive_desc_create),
    DNNL(convolution_forward_primitive_desc_create),
    DNNL(convolution_backward_data_primitive_desc_create),
    DNNL(convolution_backward_weights_primitive_desc_create),
    DNNL(inner_product_forward_primitive_desc_create),
    DNNL(inner_product_backward_data_primitive_desc_create),
    DNNL(inner_product_backward_weights_primitive_desc_create),
    DNNL(matmul_primitive_desc_create),
    DNNL(batch_normalization_forward_primitive_desc_create),
    DNNL(batch_normalization_backward_primitive_desc_create),
    DNNL(pooling_forward_primitive_desc_create),
    DNNL(pooling_backward_primitive_desc_create),
    DNNL(eltwise_forward_primitive_desc_create),
    DNNL(eltwise_backward_primitive_desc_create),
    DNNL(binary_primitive_desc_create),
    DNNL(primitive_desc_next_impl),
    DNNL(primitive_desc_destroy),
    DNNL(primitive_desc_query),
    DNNL(primitive_desc_query_md),
    DNNL(primitive_desc_query_s32),
    DNNL(primitive_create),
    DNNL(primitive_destroy),
    DNNL(primitive_execute),
    DNNL(set_primitive_cache_capacity),
    DNNL(get_primitive_cache_capacity),
    DNNL(set_max_cpu_isa),
    DNNL(get_effective_cpu_isa),
};

#define THREAD(name) {#name, offsetof(OneDNN, name)}

static const Entry thread_entries[] = {
    THREAD(omp_set_num_threads), THREAD(omp_set_dynamic),    THREAD(omp_get_max_threads),  THREAD(omp_get_num_threads),
    THREAD(omp_get_thread_num),  THREAD(omp_get_thread_limit), THREAD(GOMP_parallel),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(
    (COUNT(entries) + COUNT(thread_entries)) * sizeof(void *) == offsetof(OneDNN, has_threads),
    "every function of the table is looked up");

static void one_thread_set(int32_t count) { (void)count; }
static int32_t one_thread_count(void) { return 1; }
static int32_t one_thread_number(void) { return 0; }
static int32_t one_thread_limit(void) { return INT32_MAX; }
static void one_thread_parallel(void (*body)(void *data), void *data, uint32_t count, uint32_t flags) {
  (void)count;
  (void)flags;
  body(data);
}

static bool look_up(OneDNN *table, void *library, const Entry *entry) {
  void *function = dlsym(library, entry->symbol);
  memcpy((char *)table + entry->offset, &function, sizeof function);
  return function != NULL;
}

static void look_up_threads(OneDNN *table, void *library) {
  table->has_threads = 1;
  for (size_t i = 0; i < COUNT(thread_entries); i++) {
    if (!look_up(table, library, &thread_entries[i])) table->has_threads = 0;
  }
  if (table->has_threads) return;
  table->omp_set_num_threads = one_thread_set;
  table->omp_set_dynamic = one_thread_set;
  table->omp_get_max_threads = one_thread_count;
  table->omp_get_num_threads = one_thread_count;
  table->omp_get_thread_num = one_thread_number;
  table->omp_get_thread_limit = one_thread_limit;
  table->GOMP_parallel = one_thread_parallel;
}

/// dlopen's reason, without the path that stands before it in most of them.
static const char *loader_reason(const char *file) {
  const char *reason = dlerror();
  if (reason == NULL) return "cannot be loaded";
  size_t length = strlen(file);
  return strncmp(reason, file, length) == 0 && strncmp(reason + length, ": ", 2) == 0 ? reason + length + 2 : reason;
}

bool table_fill(OneDNN *table, const char *file, Text *reason) {
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    text_append(reason, "%s", loader_reason(file));
    return false;
  }
  // The version comes first: an older library lacks symbols too, but that is not what its owner needs to know.
  const OneDNNVersion *version = look_up(table, library, &entries[0]) ? table->version() : NULL;
  if (version == NULL) {
    text_append(reason, "is not oneDNN (no dnnl_version)");
  } else if (version->major != ONEDNN_NEEDED_MAJOR || version->minor < ONEDNN_NEEDED_MINOR) {
    bool newer = version->major > ONEDNN_NEEDED_MAJOR;
    text_append(
        reason, "found version %d.%d, need %s %d.%d", version->major, version->minor, newer ? "a 3.x from" : "at least",
        ONEDNN_NEEDED_MAJOR, ONEDNN_NEEDED_MINOR);
  } else {
    for (size_t i = 1; i < COUNT(entries); i++) {
      if (look_up(table, library, &entries[i])) continue;
      text_append(reason, "version %d.%d lacks %s", version->major, version->minor, entries[i].symbol);
      dlclose(library);
      return false;
    }
    look_up_threads(table, library);
    return true;
  }
  dlclose(library);
  return false;
}
