// The functions of oneDNN that we call, as a table that the loader fills. Names are oneDNN's without `dnnl_`, and so are
// orders of arguments; its reference describes each. Arrays of dimensions hold as many values as the tensor has
// dimensions; those of strides, dilations (0 is dense), kernels and paddings as many as it has spatial ones.

#ifndef ONEDNN_TABLE_H
#define ONEDNN_TABLE_H

#include "OneDNNTypes.h"

#include <stddef.h>

#if defined(__clang__)
#define ONEDNN_FUNCTION(name) (*_Nonnull name)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"
#else
#define ONEDNN_FUNCTION(name) (*name)
#endif

typedef struct OneDNN {
  const OneDNNVersion *ONEDNN_FUNCTION(version)(void);

  // Engines and streams
  OneDNNStatus ONEDNN_FUNCTION(engine_create)(OneDNNEngine *engine, OneDNNEngineKind kind, size_t index);
  OneDNNStatus ONEDNN_FUNCTION(engine_destroy)(OneDNNEngine engine);
  OneDNNStatus ONEDNN_FUNCTION(stream_create)(OneDNNStream *stream, OneDNNEngine engine, OneDNNStreamFlags flags);
  OneDNNStatus ONEDNN_FUNCTION(stream_wait)(OneDNNStream stream);
  OneDNNStatus ONEDNN_FUNCTION(stream_destroy)(OneDNNStream stream);

  // Memory descriptors
  OneDNNStatus ONEDNN_FUNCTION(memory_desc_create_with_tag)(
      OneDNNMemoryDescriptor *descriptor, int32_t dimension_count, const int64_t *dimensions, OneDNNDataType type,
      OneDNNFormat format);
  OneDNNStatus ONEDNN_FUNCTION(memory_desc_create_with_strides)(
      OneDNNMemoryDescriptor *descriptor, int32_t dimension_count, const int64_t *dimensions, OneDNNDataType type,
      const int64_t *strides);
  OneDNNStatus ONEDNN_FUNCTION(memory_desc_create_submemory)(
      OneDNNMemoryDescriptor *descriptor, OneDNNConstantMemoryDescriptor parent, const int64_t *dimensions,
      const int64_t *offsets);
  OneDNNStatus ONEDNN_FUNCTION(memory_desc_clone)(
      OneDNNMemoryDescriptor *descriptor, OneDNNConstantMemoryDescriptor existing);
  OneDNNStatus ONEDNN_FUNCTION(memory_desc_destroy)(OneDNNMemoryDescriptor descriptor);
  int32_t ONEDNN_FUNCTION(memory_desc_equal)(OneDNNConstantMemoryDescriptor left, OneDNNConstantMemoryDescriptor right);
  size_t ONEDNN_FUNCTION(memory_desc_get_size)(OneDNNConstantMemoryDescriptor descriptor);
  OneDNNStatus ONEDNN_FUNCTION(memory_desc_query)(
      OneDNNConstantMemoryDescriptor descriptor, OneDNNQuery what, void *result);

  // Memory
  OneDNNStatus ONEDNN_FUNCTION(memory_create)(
      OneDNNMemory *memory, OneDNNConstantMemoryDescriptor descriptor, OneDNNEngine engine, void *handle);
  OneDNNStatus ONEDNN_FUNCTION(memory_get_data_handle)(OneDNNMemory memory, void **handle);
  OneDNNStatus ONEDNN_FUNCTION(memory_set_data_handle)(OneDNNMemory memory, void *handle);
  OneDNNStatus ONEDNN_FUNCTION(memory_destroy)(OneDNNMemory memory);

  // Attributes and post-operations
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_create)(OneDNNAttributes *attributes);
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_destroy)(OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_set_post_ops)(OneDNNAttributes attributes, OneDNNPostOperations operations);
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_set_scratchpad_mode)(
      OneDNNAttributes attributes, OneDNNScratchpadMode mode);
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_set_fpmath_mode)(OneDNNAttributes attributes, OneDNNMathMode mode);
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_set_scales_mask)(
      OneDNNAttributes attributes, OneDNNIndex argument, int32_t mask);
  OneDNNStatus ONEDNN_FUNCTION(primitive_attr_set_zero_points_mask)(
      OneDNNAttributes attributes, OneDNNIndex argument, int32_t mask);
  OneDNNStatus ONEDNN_FUNCTION(post_ops_create)(OneDNNPostOperations *operations);
  OneDNNStatus ONEDNN_FUNCTION(post_ops_destroy)(OneDNNPostOperations operations);
  OneDNNStatus ONEDNN_FUNCTION(post_ops_append_sum)(
      OneDNNPostOperations operations, float scale, int32_t zero_point, OneDNNDataType type);
  OneDNNStatus ONEDNN_FUNCTION(post_ops_append_eltwise)(
      OneDNNPostOperations operations, OneDNNAlgorithm algorithm, float alpha, float beta);
  OneDNNStatus ONEDNN_FUNCTION(post_ops_append_binary)(
      OneDNNPostOperations operations, OneDNNAlgorithm algorithm, OneDNNConstantMemoryDescriptor source1);

  // Primitive descriptors: one for each kind of primitive
  OneDNNStatus ONEDNN_FUNCTION(reorder_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNConstantMemoryDescriptor source, OneDNNEngine source_engine,
      OneDNNConstantMemoryDescriptor destination, OneDNNEngine destination_engine, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(convolution_forward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNPropagation propagation,
      OneDNNAlgorithm algorithm, OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor weights,
      OneDNNConstantMemoryDescriptor bias, OneDNNConstantMemoryDescriptor destination, const int64_t *strides,
      const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after,
      OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(convolution_backward_data_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNAlgorithm algorithm,
      OneDNNConstantMemoryDescriptor source_gradient, OneDNNConstantMemoryDescriptor weights,
      OneDNNConstantMemoryDescriptor destination_gradient, const int64_t *strides, const int64_t *dilations,
      const int64_t *padding_before, const int64_t *padding_after, OneDNNConstantPrimitiveDescriptor forward,
      OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(convolution_backward_weights_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNAlgorithm algorithm,
      OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor weights_gradient,
      OneDNNConstantMemoryDescriptor bias_gradient, OneDNNConstantMemoryDescriptor destination_gradient,
      const int64_t *strides, const int64_t *dilations, const int64_t *padding_before, const int64_t *padding_after,
      OneDNNConstantPrimitiveDescriptor forward, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(inner_product_forward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNPropagation propagation,
      OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor weights,
      OneDNNConstantMemoryDescriptor bias, OneDNNConstantMemoryDescriptor destination, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(inner_product_backward_data_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNConstantMemoryDescriptor source_gradient,
      OneDNNConstantMemoryDescriptor weights, OneDNNConstantMemoryDescriptor destination_gradient,
      OneDNNConstantPrimitiveDescriptor forward, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(inner_product_backward_weights_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNConstantMemoryDescriptor source,
      OneDNNConstantMemoryDescriptor weights_gradient, OneDNNConstantMemoryDescriptor bias_gradient,
      OneDNNConstantMemoryDescriptor destination_gradient, OneDNNConstantPrimitiveDescriptor forward,
      OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(matmul_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNConstantMemoryDescriptor source,
      OneDNNConstantMemoryDescriptor weights, OneDNNConstantMemoryDescriptor bias,
      OneDNNConstantMemoryDescriptor destination, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(batch_normalization_forward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNPropagation propagation,
      OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor destination, float epsilon,
      OneDNNNormalization flags, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(batch_normalization_backward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNPropagation propagation,
      OneDNNConstantMemoryDescriptor source_gradient, OneDNNConstantMemoryDescriptor destination_gradient,
      OneDNNConstantMemoryDescriptor source, float epsilon, OneDNNNormalization flags,
      OneDNNConstantPrimitiveDescriptor forward, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(pooling_forward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNPropagation propagation,
      OneDNNAlgorithm algorithm, OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor destination,
      const int64_t *strides, const int64_t *kernel, const int64_t *dilations, const int64_t *padding_before,
      const int64_t *padding_after, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(pooling_backward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNAlgorithm algorithm,
      OneDNNConstantMemoryDescriptor source_gradient, OneDNNConstantMemoryDescriptor destination_gradient,
      const int64_t *strides, const int64_t *kernel, const int64_t *dilations, const int64_t *padding_before,
      const int64_t *padding_after, OneDNNConstantPrimitiveDescriptor forward, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(eltwise_forward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNPropagation propagation,
      OneDNNAlgorithm algorithm, OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor destination,
      float alpha, float beta, OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(eltwise_backward_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNAlgorithm algorithm,
      OneDNNConstantMemoryDescriptor source_gradient, OneDNNConstantMemoryDescriptor destination_gradient,
      OneDNNConstantMemoryDescriptor data, float alpha, float beta, OneDNNConstantPrimitiveDescriptor forward,
      OneDNNAttributes attributes);
  OneDNNStatus ONEDNN_FUNCTION(binary_primitive_desc_create)(
      OneDNNPrimitiveDescriptor *descriptor, OneDNNEngine engine, OneDNNAlgorithm algorithm,
      OneDNNConstantMemoryDescriptor source, OneDNNConstantMemoryDescriptor source1,
      OneDNNConstantMemoryDescriptor destination, OneDNNAttributes attributes);

  // Primitives
  OneDNNStatus ONEDNN_FUNCTION(primitive_desc_next_impl)(OneDNNPrimitiveDescriptor descriptor);
  OneDNNStatus ONEDNN_FUNCTION(primitive_desc_destroy)(OneDNNPrimitiveDescriptor descriptor);
  OneDNNStatus ONEDNN_FUNCTION(primitive_desc_query)(
      OneDNNConstantPrimitiveDescriptor descriptor, OneDNNQuery what, int32_t index, void *result);
  OneDNNConstantMemoryDescriptor ONEDNN_FUNCTION(primitive_desc_query_md)(
      OneDNNConstantPrimitiveDescriptor descriptor, OneDNNQuery what, int32_t index);
  int32_t ONEDNN_FUNCTION(primitive_desc_query_s32)(
      OneDNNConstantPrimitiveDescriptor descriptor, OneDNNQuery what, int32_t index);
  OneDNNStatus ONEDNN_FUNCTION(primitive_create)(
      OneDNNPrimitive *primitive, OneDNNConstantPrimitiveDescriptor descriptor);
  OneDNNStatus ONEDNN_FUNCTION(primitive_destroy)(OneDNNPrimitive primitive);
  OneDNNStatus ONEDNN_FUNCTION(primitive_execute)(
      OneDNNPrimitive primitive, OneDNNStream stream, int32_t count, const OneDNNArgument *arguments);

  // The library as a whole
  OneDNNStatus ONEDNN_FUNCTION(set_primitive_cache_capacity)(int32_t capacity);
  OneDNNStatus ONEDNN_FUNCTION(get_primitive_cache_capacity)(int32_t *capacity);
  OneDNNStatus ONEDNN_FUNCTION(set_max_cpu_isa)(OneDNNInstructionSet set);
  OneDNNInstructionSet ONEDNN_FUNCTION(get_effective_cpu_isa)(void);

  // The threads that oneDNN runs on, found through its own handle, so that there is one pool. A library built without
  // OpenMP has none: these then behave as one thread does, and `has_threads` is 0.
  void ONEDNN_FUNCTION(omp_set_num_threads)(int32_t count);
  /// Whether a team may be smaller than is asked for (OMP_DYNAMIC).
  void ONEDNN_FUNCTION(omp_set_dynamic)(int32_t may_be_smaller);
  int32_t ONEDNN_FUNCTION(omp_get_max_threads)(void);
  int32_t ONEDNN_FUNCTION(omp_get_num_threads)(void);
  int32_t ONEDNN_FUNCTION(omp_get_thread_num)(void);
  /// The most threads that the environment allows (OMP_THREAD_LIMIT).
  int32_t ONEDNN_FUNCTION(omp_get_thread_limit)(void);
  /// Runs `body(data)` once in each of `count` threads (0: as many as are set), and returns when all have.
  void ONEDNN_FUNCTION(GOMP_parallel)(
      void (*body)(void *data), void *data, uint32_t count, uint32_t flags);
  int32_t has_threads;
} OneDNN;

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
