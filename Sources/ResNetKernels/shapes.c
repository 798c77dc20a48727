#include <string.h>

#include "internal.h"

int resnet_copy(const void *arguments) {
  const ResNetCopy *a = arguments;
  if (a->input) memcpy(a->output, a->input, (size_t)a->bytes);
  else memset(a->output, 0, (size_t)a->bytes);
  return 0;
}

static int64_t place(ResNetLayout l, int64_t n, int64_t c, int64_t s) {
  return n * l.sample_pitch + c / l.lanes * l.positions * l.lanes + s * l.position_pitch + c % l.lanes;
}

// `count` values that lie `from_pitch` and `to_pitch` apart.
RESNET_INLINE void move_run(
    const void *from, void *to, int64_t count, int64_t from_pitch, int64_t to_pitch, int accumulates, float factor,
    int from_element, int to_element) {
  RESNET_INDEPENDENT
  for (int64_t i = 0; i < count; i++) {
    float value = resnet_load(from, i * from_pitch, from_element);
    if (resnet_is_integer(from_element) || resnet_is_integer(to_element)) value *= factor;
    if (accumulates) value += resnet_load(to, i * to_pitch, to_element);
    resnet_store(to, i * to_pitch, value, to_element);
  }
}

// The three planes of a picture, channels last: in one pass over the pixels, as steps of three bytes are slow to write.
RESNET_INLINE void interleave_sample(const ResNetRelayout *a, int64_t n, int to_element) {
  const int64_t positions = a->from.positions;
  const float *input = (const float *)a->input + n * a->from.sample_pitch;
  void *output = resnet_to(a->output, n * a->to.sample_pitch, a->to_element);
  const float factor = resnet_is_integer(to_element) ? a->factor : 1;
  RESNET_INDEPENDENT
  for (int64_t s = 0; s < positions; s++) {
    resnet_store(output, 3 * s, factor * input[s], to_element);
    resnet_store(output, 3 * s + 1, factor * input[positions + s], to_element);
    resnet_store(output, 3 * s + 2, factor * input[2 * positions + s], to_element);
  }
}

// Whether a sample is the three planes of a picture, to be interleaved; both sides without gaps.
static int is_picture(const ResNetRelayout *a) {
  return a->from_element == RESNET_FLOAT32 && !a->accumulates && resnet_channels(a->from) == 3 && a->from.lanes == 1 &&
         a->to.lanes == 3 && a->to.position_pitch == 3 && a->from.position_pitch == 1;
}

// Runs that lie together on both sides are moved as one.
RESNET_INLINE void relayout_sample(const ResNetRelayout *a, int64_t n, int from_element, int to_element) {
  const int64_t channels = resnet_channels(a->from), positions = a->from.positions;
  const int64_t from_pitch = a->from.position_pitch, to_pitch = a->to.position_pitch;
  const int joins_lanes = a->from.lanes == a->to.lanes;
  const int joins_positions = from_pitch == a->from.lanes && to_pitch == a->to.lanes;
  const int64_t lanes = joins_lanes ? a->from.lanes : 1;
#define MOVE(p, count, from_pitch, to_pitch) \
  move_run( \
      resnet_from(input, (p) * a->from.position_pitch, a->from_element), \
      resnet_to(output, (p) * a->to.position_pitch, a->to_element), count, from_pitch, to_pitch, a->accumulates, \
      a->factor, from_element, to_element)
  for (int64_t c = 0; c < channels; c += lanes) {
    const void *input = resnet_from(a->input, place(a->from, n, c, 0), a->from_element);
    void *output = resnet_to(a->output, place(a->to, n, c, 0), a->to_element);
    if (joins_lanes && joins_positions) MOVE(0, positions * lanes, 1, 1);
    else if (joins_lanes)
      for (int64_t s = 0; s < positions; s++) MOVE(s, lanes, 1, 1);
    else MOVE(0, positions, from_pitch, to_pitch);
  }
#undef MOVE
}

RESNET_DISPATCHED static void relayout_share(const void *data, int64_t first, int64_t last) {
  const ResNetRelayout *a = data;
  const int picture = is_picture(a);
  for (int64_t n = first; n < last; n++)
    if (picture) RESNET_BY_ANY_ELEMENT(a->to_element, interleave_sample(a, n, element));
    else if (a->from_element == RESNET_BFLOAT16)
      RESNET_BY_ANY_ELEMENT(a->to_element, relayout_sample(a, n, RESNET_BFLOAT16, element));
    else if (a->from_element == RESNET_INT8)
      RESNET_BY_ANY_ELEMENT(a->to_element, relayout_sample(a, n, RESNET_INT8, element));
    else if (a->from_element == RESNET_UINT8)
      RESNET_BY_ANY_ELEMENT(a->to_element, relayout_sample(a, n, RESNET_UINT8, element));
    else RESNET_BY_ANY_ELEMENT(a->to_element, relayout_sample(a, n, RESNET_FLOAT32, element));
}

int resnet_relayout(const void *arguments) {
  const ResNetRelayout *a = arguments;
  resnet_parallel_for(a->from.batch, resnet_count(a->from), relayout_share, a);
  return 0;
}

static int64_t common_divisor(int64_t a, int64_t b) { return b == 0 ? a : common_divisor(b, a % b); }

// Channels that lie together in both tensors.
static int64_t joint_lanes(const ResNetZeroPadding *a) {
  if (a->narrow.blocks == 1 && a->wide.blocks == 1) return a->narrow.lanes;
  return common_divisor(common_divisor(a->narrow.lanes, a->wide.lanes), a->before);
}

// A few bytes at a time: a call costs more than to copy as little as there mostly is.
RESNET_INLINE void copy_pixel(void *to, const void *from, int64_t bytes) {
  if (bytes % 16 == 0)
    for (int64_t i = 0; i < bytes; i += 16) memcpy((char *)to + i, (const char *)from + i, 16);
  else memcpy(to, from, (size_t)bytes);
}

// Copies every stride-th pixel of a narrow sample to the wide one, or back; the rest is zero.
static void pad_sample(const ResNetZeroPadding *a, int64_t n, int64_t lanes, int is_forward) {
  const ResNetLayout target = is_forward ? a->wide : a->narrow;
  const int64_t size = target.blocks * target.positions * target.lanes, bytes = lanes * resnet_size(a->element);
  memset(resnet_to(a->output, n * size, a->element), 0, (size_t)(size * resnet_size(a->element)));
  for (int64_t c = 0; c < resnet_channels(a->narrow); c += lanes) {
    const int64_t narrow = place(a->narrow, n, c, 0), wide = place(a->wide, n, c + a->before, 0);
    for (int64_t y = 0; y < a->wide_height; y++)
      for (int64_t x = 0; x < a->wide_width; x++) {
        const int64_t narrow_position = (y * a->narrow_width + x) * a->stride, wide_position = y * a->wide_width + x;
        const int64_t in_narrow = narrow + narrow_position * a->narrow.position_pitch;
        const int64_t in_wide = wide + wide_position * a->wide.position_pitch;
        copy_pixel(
            resnet_to(a->output, is_forward ? in_wide : in_narrow, a->element),
            resnet_from(a->input, is_forward ? in_narrow : in_wide, a->element), bytes);
      }
  }
}

static void padding_forward_share(const void *data, int64_t first, int64_t last) {
  const ResNetZeroPadding *a = data;
  int64_t lanes = joint_lanes(a);
  for (int64_t n = first; n < last; n++) pad_sample(a, n, lanes, 1);
}

int resnet_zero_padding_forward(const void *arguments) {
  const ResNetZeroPadding *a = arguments;
  resnet_parallel_for(a->wide.batch, resnet_count(a->wide), padding_forward_share, a);
  return 0;
}

static void padding_backward_share(const void *data, int64_t first, int64_t last) {
  const ResNetZeroPadding *a = data;
  int64_t lanes = joint_lanes(a);
  for (int64_t n = first; n < last; n++) pad_sample(a, n, lanes, 0);
}

int resnet_zero_padding_backward(const void *arguments) {
  const ResNetZeroPadding *a = arguments;
  resnet_parallel_for(a->narrow.batch, resnet_count(a->narrow), padding_backward_share, a);
  return 0;
}

// One task is a block of one sample.
RESNET_INLINE void average_block(const ResNetAveragePooling *a, int64_t task, int element) {
  const int64_t positions = a->layout.positions, lanes = a->layout.lanes;
  const void *input = resnet_from(a->input, task * positions * lanes, a->element);
  for (int64_t first = 0; first < lanes; first += RESNET_SUMS) {
    const int64_t width = resnet_minimum(RESNET_SUMS, lanes - first);
    float sums[RESNET_SUMS] = {0};
    for (int64_t s = 0; s < positions; s++)
      RESNET_INDEPENDENT
      for (int64_t l = 0; l < width; l++) sums[l] += resnet_load(input, s * lanes + first + l, element);
    for (int64_t l = 0; l < width; l++) {
      const float mean = sums[l] / (float)positions;
      if (resnet_is_integer(element))
        resnet_store(a->output, task * lanes + first + l, mean * a->factor, RESNET_FLOAT32);
      else resnet_store(a->output, task * lanes + first + l, mean, element);
    }
  }
}

RESNET_DISPATCHED static void average_forward_share(const void *data, int64_t first, int64_t last) {
  const ResNetAveragePooling *a = data;
  for (int64_t task = first; task < last; task++) RESNET_BY_ANY_ELEMENT(a->element, average_block(a, task, element));
}

int resnet_average_pooling_forward(const void *arguments) {
  const ResNetAveragePooling *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), average_forward_share, a);
  return 0;
}

RESNET_INLINE void spread_block(const ResNetAveragePooling *a, int64_t task, int element) {
  const int64_t positions = a->layout.positions, lanes = a->layout.lanes;
  const void *input = resnet_from(a->input, task * lanes, a->element);
  void *output = resnet_to(a->output, task * positions * lanes, a->element);
  for (int64_t s = 0; s < positions; s++)
    RESNET_INDEPENDENT
    for (int64_t l = 0; l < lanes; l++)
      resnet_store(output, s * lanes + l, resnet_load(input, l, element) / (float)positions, element);
}

RESNET_DISPATCHED static void average_backward_share(const void *data, int64_t first, int64_t last) {
  const ResNetAveragePooling *a = data;
  for (int64_t task = first; task < last; task++) RESNET_BY_ELEMENT(a->element, spread_block(a, task, element));
}

int resnet_average_pooling_backward(const void *arguments) {
  const ResNetAveragePooling *a = arguments;
  resnet_parallel_for(a->layout.batch * a->layout.blocks, resnet_count(a->layout), average_backward_share, a);
  return 0;
}
