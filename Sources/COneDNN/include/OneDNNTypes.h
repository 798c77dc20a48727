// Handles, enumerations and structs of oneDNN's C API. The values are its ABI and may not change.

#ifndef ONEDNN_TYPES_H
#define ONEDNN_TYPES_H

#include <stdint.h>

#if defined(__clang__)
// Swift sees an enumeration that newer libraries may extend, with cases stripped of their prefix.
#define ONEDNN_ENUM(name) enum __attribute__((enum_extensibility(open))) name : int32_t
#define ONEDNN_OPTIONS(name) enum __attribute__((flag_enum, enum_extensibility(open))) name : uint32_t
#define ONEDNN_SWIFT_NAME(name) __attribute__((swift_name(#name)))
#else
#define ONEDNN_ENUM(name) enum name
#define ONEDNN_OPTIONS(name) enum name
#define ONEDNN_SWIFT_NAME(name)
#endif

// Handles; Swift sees OpaquePointer.
typedef struct onednn_engine *OneDNNEngine;
typedef struct onednn_stream *OneDNNStream;
typedef struct onednn_memory_descriptor *OneDNNMemoryDescriptor;
typedef const struct onednn_memory_descriptor *OneDNNConstantMemoryDescriptor;
typedef struct onednn_memory *OneDNNMemory;
typedef struct onednn_attributes *OneDNNAttributes;
typedef struct onednn_post_operations *OneDNNPostOperations;
typedef struct onednn_primitive_descriptor *OneDNNPrimitiveDescriptor;
typedef const struct onednn_primitive_descriptor *OneDNNConstantPrimitiveDescriptor;
typedef struct onednn_primitive *OneDNNPrimitive;

/// The most dimensions that a tensor can have.
#define ONEDNN_MAXIMUM_DIMENSIONS 12

typedef struct OneDNNVersion {
  int major;
  int minor;
  int patch;
  const char *hash;
  unsigned cpu_runtime;
  unsigned gpu_runtime;
} OneDNNVersion;

typedef ONEDNN_ENUM(OneDNNStatus){
    OneDNNStatusSuccess = 0,
    OneDNNStatusOutOfMemory = 1,
    OneDNNStatusInvalidArguments = 2,
    OneDNNStatusUnimplemented = 3,
    OneDNNStatusLastImplementationReached = 4,
    OneDNNStatusRuntimeError = 5,
    OneDNNStatusNotRequired = 6,
    OneDNNStatusInvalidGraph = 7,
    OneDNNStatusInvalidGraphOperation = 8,
    OneDNNStatusInvalidShape = 9,
    OneDNNStatusInvalidDataType = 10,
} OneDNNStatus;

typedef ONEDNN_ENUM(OneDNNEngineKind){
    OneDNNEngineKindAny = 0,
    OneDNNEngineKindCPU ONEDNN_SWIFT_NAME(cpu) = 1,
    OneDNNEngineKindGPU ONEDNN_SWIFT_NAME(gpu) = 2,
} OneDNNEngineKind;

typedef ONEDNN_OPTIONS(OneDNNStreamFlags){
    OneDNNStreamFlagsInOrder = 1,
    OneDNNStreamFlagsOutOfOrder = 2,
} OneDNNStreamFlags;

typedef ONEDNN_ENUM(OneDNNDataType){
    OneDNNDataTypeUndefined = 0,
    OneDNNDataTypeF16 ONEDNN_SWIFT_NAME(f16) = 1,
    OneDNNDataTypeBF16 ONEDNN_SWIFT_NAME(bf16) = 2,
    OneDNNDataTypeF32 ONEDNN_SWIFT_NAME(f32) = 3,
    OneDNNDataTypeS32 ONEDNN_SWIFT_NAME(s32) = 4,
    OneDNNDataTypeS8 ONEDNN_SWIFT_NAME(s8) = 5,
    OneDNNDataTypeU8 ONEDNN_SWIFT_NAME(u8) = 6,
    OneDNNDataTypeF64 ONEDNN_SWIFT_NAME(f64) = 7,
} OneDNNDataType;

/// What arithmetic a float32 primitive may be done in.
typedef ONEDNN_ENUM(OneDNNMathMode){
    OneDNNMathModeStrict = 0,
    OneDNNMathModeBF16 ONEDNN_SWIFT_NAME(bf16) = 1,
    OneDNNMathModeF16 ONEDNN_SWIFT_NAME(f16) = 2,
    OneDNNMathModeAny = 3,
    OneDNNMathModeTF32 ONEDNN_SWIFT_NAME(tf32) = 4,
} OneDNNMathMode;

typedef ONEDNN_ENUM(OneDNNScratchpadMode){
    OneDNNScratchpadModeLibrary = 0,
    OneDNNScratchpadModeUser = 1,
} OneDNNScratchpadMode;

typedef ONEDNN_ENUM(OneDNNFormatKind){
    OneDNNFormatKindUndefined = 0,
    OneDNNFormatKindAny = 1,
    OneDNNFormatKindBlocked = 2,
    OneDNNFormatKindOpaque = 3,
} OneDNNFormatKind;

/// Memory layouts: dimensions a, b, c … from the slowest to the fastest; a capital is split into blocks, and a number
/// before its small letter is the size of a block. `abcd` is [batch, channels, height, width] in plain order, `acdb`
/// is channels last, `aBcd16b` has blocks of 16 channels.
typedef ONEDNN_ENUM(OneDNNFormat){
    OneDNNFormat_undefined ONEDNN_SWIFT_NAME(undefined) = 0,
    OneDNNFormat_any ONEDNN_SWIFT_NAME(any) = 1,
    OneDNNFormat_a ONEDNN_SWIFT_NAME(a) = 2,
    OneDNNFormat_ab ONEDNN_SWIFT_NAME(ab) = 3,
    OneDNNFormat_abc ONEDNN_SWIFT_NAME(abc) = 4,
    OneDNNFormat_abcd ONEDNN_SWIFT_NAME(abcd) = 5,
    OneDNNFormat_abcde ONEDNN_SWIFT_NAME(abcde) = 6,
    OneDNNFormat_ba ONEDNN_SWIFT_NAME(ba) = 14,
    OneDNNFormat_acb ONEDNN_SWIFT_NAME(acb) = 15,
    OneDNNFormat_acdb ONEDNN_SWIFT_NAME(acdb) = 22,
    OneDNNFormat_cdba ONEDNN_SWIFT_NAME(cdba) = 28,
    OneDNNFormat_acdeb ONEDNN_SWIFT_NAME(acdeb) = 33,
    OneDNNFormat_aBcd16b ONEDNN_SWIFT_NAME(aBcd16b) = 78,
    OneDNNFormat_aBcd32b ONEDNN_SWIFT_NAME(aBcd32b) = 83,
    OneDNNFormat_aBcd4b ONEDNN_SWIFT_NAME(aBcd4b) = 84,
    OneDNNFormat_aBcd8b ONEDNN_SWIFT_NAME(aBcd8b) = 102,
} OneDNNFormat;

typedef ONEDNN_ENUM(OneDNNPropagation){
    OneDNNPropagationUndefined = 0,
    OneDNNPropagationForwardTraining = 64,
    OneDNNPropagationForwardInference = 96,
    OneDNNPropagationBackward = 128,
    OneDNNPropagationBackwardData = 160,
    OneDNNPropagationBackwardWeights = 192,
    OneDNNPropagationBackwardBias = 193,
} OneDNNPropagation;

typedef ONEDNN_ENUM(OneDNNAlgorithm){
    OneDNNAlgorithmUndefined = 0,
    OneDNNAlgorithmConvolutionDirect = 1,
    OneDNNAlgorithmConvolutionWinograd = 2,
    OneDNNAlgorithmConvolutionAutomatic = 3,
    OneDNNAlgorithmElementwiseReLU = 0x20,
    OneDNNAlgorithmElementwiseLinear = 0x26,
    OneDNNAlgorithmElementwiseReLUByOutput = 0x100,
    OneDNNAlgorithmPoolingMaximum = 0x1ff,
    OneDNNAlgorithmPoolingAverageIncludingPadding = 0x2ff,
    OneDNNAlgorithmPoolingAverageExcludingPadding = 0x3ff,
    OneDNNAlgorithmBinaryAddition = 0x1fff0,
    OneDNNAlgorithmBinaryMultiplication = 0x1fff1,
    OneDNNAlgorithmSoftmax = 0x30000,
} OneDNNAlgorithm;

typedef ONEDNN_OPTIONS(OneDNNNormalization){
    OneDNNNormalizationUseGlobalStatistics = 1,
    OneDNNNormalizationUseScale = 2,
    OneDNNNormalizationUseShift = 4,
    OneDNNNormalizationFuseReLU = 8,
    OneDNNNormalizationFuseAdditionReLU = 16,
} OneDNNNormalization;

/// What a descriptor can be asked; the comment is what it answers with.
typedef ONEDNN_ENUM(OneDNNQuery){
    OneDNNQueryUndefined = 0,
    OneDNNQueryMemoryConsumption = 6,     // int64_t, bytes
    OneDNNQueryImplementationName = 8,    // const char *
    OneDNNQueryStrides = 14,              // const int64_t *
    OneDNNQuerySourceDescriptor = 129,    // memory descriptors, from primitive_desc_query_md
    OneDNNQuerySourceGradientDescriptor = 130,
    OneDNNQueryWeightsDescriptor = 131,
    OneDNNQueryWeightsGradientDescriptor = 132,
    OneDNNQueryDestinationDescriptor = 133,
    OneDNNQueryDestinationGradientDescriptor = 134,
    OneDNNQueryWorkspaceDescriptor = 135,
    OneDNNQueryScratchpadDescriptor = 136,
    OneDNNQueryArgumentDescriptor = 255,  // of the OneDNNIndex that is given as index
    OneDNNQueryDimensionCount = 256,      // int32_t; this and below, of a memory descriptor
    OneDNNQueryDimensions = 257,          // const int64_t *
    OneDNNQueryDataType = 258,            // OneDNNDataType
    OneDNNQueryPaddedDimensions = 260,    // const int64_t *
    OneDNNQueryPaddedOffsets = 261,       // const int64_t *
    OneDNNQueryFormatKind = 262,          // OneDNNFormatKind
    OneDNNQueryInnerBlockCount = 263,     // int32_t
    OneDNNQueryInnerBlocks = 264,         // const int64_t *
    OneDNNQueryInnerBlockIndices = 265,   // const int64_t *
} OneDNNQuery;

/// Which argument of a primitive a memory is.
typedef ONEDNN_ENUM(OneDNNIndex){
    OneDNNIndexSource = 1,
    OneDNNIndexSource1 = 2,
    OneDNNIndexDestination = 17,
    OneDNNIndexWeights = 33,
    OneDNNIndexBias = 41,
    OneDNNIndexMean = 49,
    OneDNNIndexVariance = 50,
    OneDNNIndexScale = 51,
    OneDNNIndexShift = 52,
    OneDNNIndexWorkspace = 64,
    OneDNNIndexScratchpad = 80,
    OneDNNIndexSourceGradient = 129,
    OneDNNIndexSource1Gradient = 130,
    OneDNNIndexDestinationGradient = 145,
    OneDNNIndexWeightsGradient = 161,
    OneDNNIndexBiasGradient = 169,
    OneDNNIndexScaleGradient = 255,
    OneDNNIndexShiftGradient = 256,
    OneDNNIndexMultipleSource = 1024,
    OneDNNIndexAttributeScales = 4096,
    OneDNNIndexAttributeZeroPoints = 8192,
    OneDNNIndexAttributePostOperationBase = 32768,
} OneDNNIndex;

/// The index of an argument that the post-operation at `position` (from 0) takes, such as the second addend
/// (`Source1`) of an appended binary addition.
static inline OneDNNIndex onednn_post_operation_index(int position, OneDNNIndex argument) {
  return (OneDNNIndex)((OneDNNIndexAttributePostOperationBase * (position + 1)) | argument);
}

/// The index of the memory that holds the scales of an argument whose values are integers.
static inline OneDNNIndex onednn_scales_index(OneDNNIndex argument) {
  return (OneDNNIndex)(OneDNNIndexAttributeScales | argument);
}

/// One argument of an execution.
typedef struct OneDNNArgument {
  OneDNNIndex index;
  OneDNNMemory memory;
} OneDNNArgument;

/// Instruction sets, each with all that stand before it on its line of processors.
typedef ONEDNN_ENUM(OneDNNInstructionSet){
    OneDNNInstructionSetAny = 0,
    OneDNNInstructionSetSSE41 ONEDNN_SWIFT_NAME(sse41) = 0x1,
    OneDNNInstructionSetAVX ONEDNN_SWIFT_NAME(avx) = 0x3,
    OneDNNInstructionSetAVX2 ONEDNN_SWIFT_NAME(avx2) = 0x7,
    OneDNNInstructionSetAVX2VNNI ONEDNN_SWIFT_NAME(avx2VNNI) = 0xf,
    OneDNNInstructionSetAVX512 ONEDNN_SWIFT_NAME(avx512) = 0x27,
    OneDNNInstructionSetAVX512VNNI ONEDNN_SWIFT_NAME(avx512VNNI) = 0x67,
    OneDNNInstructionSetAVX512BF16 ONEDNN_SWIFT_NAME(avx512BF16) = 0xe7,
    OneDNNInstructionSetAVX512FP16 ONEDNN_SWIFT_NAME(avx512FP16) = 0x1ef,
    OneDNNInstructionSetAMX ONEDNN_SWIFT_NAME(amx) = 0xfef,
} OneDNNInstructionSet;

#endif
