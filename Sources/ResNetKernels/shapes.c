#include <string.h>

#include "internal.h"

int resnet_copy(const void *arguments) {
  const ResNetCopy *a = arguments;
  if (a->input) memcpy(a->output, a->input, sizeof(float) * (size_t)a->count);
  else memset(a->output, 0, sizeof(float) * (size_t)a->count);
  return 0;
}

static int64_t element(ResNetLayout l, int64_t n, int64_t c, int64_t s) {
  return n * l.sample_pitch + c / l.lanes * l.positions * l.lanes + s * l.position_pitch + c % l.lanes;
}

RESNET_INLINE void move_run(const float *from, float *to, int64_t count, int accumulates) {
  RESNET_INDEPENDENT
  for (int64_t i = 0; i < count; i++) to[i] = accumulates ? to[i] + from[i] : from[i];
}

// Runs that lie together on both sides are moved as one.
RESNET_DISPATCHED static void relayout_share(const void *data, int64_t first, int64_t last) {
  const ResNetRelayout *a = data;
  const int64_t channels = resnet_channels(a->from), positions = a->from.positions;
  const int64_t from_pitch = a->from.position_pitch, to_pitch = a->to.position_pitch;
  const int joins_lanes = a->from.lanes == a->to.lanes;
  const int joins_positions = from_pitch == a->from.lanes && to_pitch == a->to.lanes;
  const int64_t lanes = joins_lanes ? a->from.lanes : 1;
  for (int64_t n = first; n < last; n++)
    for (int64_t c = 0; c < channels; c += lanes) {
      const float *input = a->input + element(a->from, n, c, 0);
      float *output = a->output + element(a->to, n, c, 0);
      if (joins_lanes && joins_positions) {
        move_run(input, output, positions * lanes, a->accumulates);
      } else if (joins_lanes) {
        for (int64_t s = 0; s < positions; s++)
          move_run(input + s * from_pitch, output + s * to_pitch, lanes, a->accumulates);
      } else {
        for (int64_t s = 0; s < positions; s++) {
          float *to = output + s * to_pitch;
          *to = a->accumulates ? *to + input[s * from_pitch] : input[s * from_pitch];
        }
      }
    }
}

int resnet_relayout(const void *arguments) {
  const ResNetRelayout *a = arguments;
  resnet_parallel_for(a->from.batch, resnet_count(a->from), relayout_share, a);
  return 0;
}

// Copies `lanes` neighbouring channels at once where both layouts keep them together, one channel at a time elsewhere.
static int64_t joint_lanes(const ResNetZeroPadding *a) {
  int64_t lanes = a->narrow.lanes;
  return a->wide.lanes == lanes && a->before % lanes == 0 ? lanes : 1;
}

RESNET_INLINE void copy_lanes(float *to, const float *from, int64_t lanes) {
  for (int64_t l = 0; l < lanes; l++) to[l] = from[l];
}

static void padding_forward_share(const void *data, int64_t first, int64_t last) {
  const ResNetZeroPadding *a = data;
  int64_t lanes = joint_lanes(a), channels = resnet_channels(a->narrow), size = a->wide.blocks * a->wide.positions * a->wide.lanes;
  for (int64_t n = first; n < last; n++) {
    memset(a->output + n * size, 0, sizeof(float) * (size_t)size);
    for (int64_t c = 0; c < channels; c += lanes)
      for (int64_t y = 0; y < a->wide_height; y++) {
        const float *from = a->input + element(a->narrow, n, c, y * a->stride * a->narrow_width);
        float *to = a->output + element(a->wide, n, c + a->before, y * a->wide_width);
        for (int64_t x = 0; x < a->wide_width; x++)
          copy_lanes(to + x * a->wide.lanes, from + x * a->stride * a->narrow.lanes, lanes);
      }
  }
}

int resnet_zero_padding_forward(const void *arguments) {
  const ResNetZeroPadding *a = arguments;
  resnet_parallel_for(a->wide.batch, resnet_count(a->wide), padding_forward_share, a);
  return 0;
}

static void padding_backward_share(const void *data, int64_t first, int64_t last) {
  const ResNetZeroPadding *a = data;
  int64_t lanes = joint_lanes(a), channels = resnet_channels(a->narrow);
  int64_t size = a->narrow.blocks * a->narrow.positions * a->narrow.lanes;
  for (int64_t n = first; n < last; n++) {
    memset(a->output + n * size, 0, sizeof(float) * (size_t)size);
    for (int64_t c = 0; c < channels; c += lanes)
      for (int64_t y = 0; y < a->wide_height; y++) {
        const float *from = a->input + element(a->wide, n, c + a->before, y * a->wide_width);
        float *to = a->output + element(a->narrow, n, c, y * a->stride * a->narrow_width);
        for (int64_t x = 0; x < a->wide_width; x++)
          copy_lanes(to + x * a->stride * a->narrow.lanes, from + x * a->wide.lanes, lanes);
      }
  }
}

int resnet_zero_padding_backward(const void *arguments) {
  const ResNetZeroPadding *a = arguments;
  resnet_parallel_for(a->narrow.batch, resnet_count(a->narrow), padding_backward_share, a);
  return 0;
}

RESNET_DISPATCHED static void average_block(const float *input, int64_t positions, int64_t lanes, float *output) {
  memset(output, 0, sizeof(float) * (size_t)lanes);
  for (int64_t s = 0; s < positions; s++)
    for (int64_t l = 0; l < lanes; l++) output[l] += input[s * lanes + l];
  for (int64_t l = 0; l < lanes; l++) output[l] /= (float)positions;
}

static void average_forward_share(const void *data, int64_t first, int64_t last) {
  const ResNetAveragePooling *a = data;
  ResNetLayout l = a->layout;
  for (int64_t task = first; task < last; task++)
    average_block(a->input + task * l.positions * l.lanes, l.positions, l.lanes, a->output + task * l.lanes);
}

int resnet_average_pooling_forward(const void *arguments) {
  const ResNetAveragePooling *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), average_forward_share, a);
  return 0;
}

static void average_backward_share(const void *data, int64_t first, int64_t last) {
  const ResNetAveragePooling *a = data;
  ResNetLayout l = a->layout;
  for (int64_t task = first; task < last; task++)
    for (int64_t s = 0; s < l.positions; s++)
      for (int64_t c = 0; c < l.lanes; c++)
        a->output[(task * l.positions + s) * l.lanes + c] = a->input[task * l.lanes + c] / (float)l.positions;
}

int resnet_average_pooling_backward(const void *arguments) {
  const ResNetAveragePooling *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), average_backward_share, a);
  return 0;
}
