#include <math.h>
#include <string.h>

#include "internal.h"
#include "normalization_loops.h"

// Sums are taken in float32 over chunks that stay in the first-level cache, and joined in double in a fixed order: the
// result depends on the layout alone, not on the number of threads.
enum { CHUNK_VALUES = 8192, MOST_GROUPS = 16 };

// Channels-last tensors are one long run of positions; blocked ones a run for each sample and block.
typedef struct {
  int64_t runs, run_positions, blocks, lanes, chunk, chunks_per_run, chunks, groups;
  // Of x: the distance from one run to the next, and from one position to the next.
  int64_t run_pitch, pitch;
} Division;

static Division divide(ResNetLayout l) {
  Division d;
  int joined = l.blocks == 1 && l.sample_pitch == l.positions * l.position_pitch;
  d.runs = joined ? 1 : l.batch;
  d.run_positions = joined ? l.batch * l.positions : l.positions;
  d.blocks = l.blocks;
  d.lanes = l.lanes;
  d.chunk = CHUNK_VALUES / l.lanes > 0 ? CHUNK_VALUES / l.lanes : 1;
  d.chunks_per_run = (d.run_positions + d.chunk - 1) / d.chunk;
  d.chunks = d.runs * d.chunks_per_run;
  d.groups = resnet_minimum(d.chunks, MOST_GROUPS);
  d.run_pitch = l.sample_pitch;
  d.pitch = l.position_pitch;
  return d;
}

// Per group and channel two doubles, and for each thread's chunk two rows of floats; coefficients behind them.
int64_t resnet_normalization_scratch(ResNetLayout l) {
  Division d = divide(l);
  return resnet_channels(l) * (d.groups * 6 + 4) + 16;
}

// Scratch of one (block, group): `lanes` doubles of means, as many of squares, then two rows of floats.
static double *group_sums(float *scratch, Division d, int64_t block, int64_t group) {
  return (double *)(scratch + (block * d.groups + group) * d.lanes * 6);
}

static int64_t chunk_positions(Division d, int64_t chunk) {
  return resnet_minimum(d.chunk, d.run_positions - (chunk % d.chunks_per_run) * d.chunk);
}

// Where a chunk of a block begins.
static int64_t chunk_offset(Division d, int64_t chunk, int64_t block) {
  int64_t run = chunk / d.chunks_per_run, first = (chunk % d.chunks_per_run) * d.chunk;
  return ((run * d.blocks + block) * d.run_positions + first) * d.lanes;
}

// The same in x, which may be a part of a larger tensor.
static int64_t chunk_offset_in_x(Division d, int64_t chunk, int64_t block) {
  int64_t run = chunk / d.chunks_per_run, first = (chunk % d.chunks_per_run) * d.chunk;
  return run * d.run_pitch + block * d.run_positions * d.lanes + first * d.pitch;
}

static void statistics_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalization *a = data;
  Division d = divide(a->layout);
  for (int64_t task = first; task < last; task++) {
    int64_t block = task % d.blocks, group = task / d.blocks;
    double *mean = group_sums(a->scratch, d, block, group), *squares = mean + d.lanes, count = 0;
    float *chunk_mean = (float *)(squares + d.lanes), *chunk_squares = chunk_mean + d.lanes;
    memset(mean, 0, sizeof(double) * 2 * (size_t)d.lanes);
    int64_t end = d.chunks * (group + 1) / d.groups;
    for (int64_t chunk = d.chunks * group / d.groups; chunk < end; chunk++) {
      int64_t positions = chunk_positions(d, chunk);
      moments(a->x + chunk_offset_in_x(d, chunk, block), d.pitch, positions, d.lanes, chunk_mean, chunk_squares);
      // Chan, Golub and LeVeque (1979): joining means and squares of two sets.
      double share = (double)positions / (count + (double)positions);
      for (int64_t l = 0; l < d.lanes; l++) {
        double difference = chunk_mean[l] - mean[l];
        mean[l] += difference * share;
        squares[l] += chunk_squares[l] + difference * difference * count * share;
      }
      count += (double)positions;
    }
  }
}

static int64_t group_positions(Division d, int64_t group) {
  int64_t positions = 0;
  for (int64_t c = d.chunks * group / d.groups; c < d.chunks * (group + 1) / d.groups; c++)
    positions += chunk_positions(d, c);
  return positions;
}

static void join_statistics(const ResNetNormalization *a) {
  Division d = divide(a->layout);
  double total = (double)(d.runs * d.run_positions);
  for (int64_t block = 0; block < d.blocks; block++)
    for (int64_t l = 0; l < d.lanes; l++) {
      double mean = 0, squares = 0, count = 0;
      for (int64_t group = 0; group < d.groups; group++) {
        const double *sums = group_sums(a->scratch, d, block, group);
        double positions = (double)group_positions(d, group), difference = sums[l] - mean;
        double share = positions / (count + positions);
        mean += difference * share;
        squares += sums[d.lanes + l] + difference * difference * count * share;
        count += positions;
      }
      int64_t c = block * d.lanes + l;
      double variance = squares / total;
      a->mean[c] = (float)mean;
      a->inverse_deviation[c] = (float)(1 / sqrt(variance + (double)a->epsilon));
      if (a->momentum > 0) {
        double unbiased = squares / (total - 1), m = (double)a->momentum;
        a->running_mean[c] = (float)((1 - m) * (double)a->running_mean[c] + m * mean);
        a->running_variance[c] = (float)((1 - m) * (double)a->running_variance[c] + m * unbiased);
      }
    }
}

// The coefficients lie behind the sums.
static float *coefficients(float *scratch, Division d, int64_t which) {
  return scratch + d.blocks * d.lanes * (d.groups * 6 + which);
}

static void apply_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalization *a = data;
  Division d = divide(a->layout);
  for (int64_t task = first; task < last; task++) {
    int64_t block = task % d.blocks, chunk = task / d.blocks, offset = chunk_offset(d, chunk, block);
    apply(
        a->x + chunk_offset_in_x(d, chunk, block), d.pitch, a->addend ? a->addend + offset : 0, a->output + offset,
        chunk_positions(d, chunk), d.lanes, coefficients(a->scratch, d, 0) + block * d.lanes,
        coefficients(a->scratch, d, 1) + block * d.lanes, a->relu);
  }
}

// z = factor · x + offset, in the same bits forward and backward.
static void join_coefficients(
    int64_t channels, const float *scale, const float *shift, const float *mean, const float *inverse_deviation,
    float *factor, float *offset) {
  for (int64_t c = 0; c < channels; c++) {
    factor[c] = scale[c] * inverse_deviation[c];
    offset[c] = (float)((double)shift[c] - (double)mean[c] * (double)factor[c]);
  }
}

int resnet_normalization_forward(const void *arguments) {
  const ResNetNormalization *a = arguments;
  Division d = divide(a->layout);
  int64_t channels = resnet_channels(a->layout), work = resnet_count(a->layout);
  if (a->uses_given) {
    // Nothing to find out: the coefficients come out as they did.
  } else if (a->uses_running) {
    for (int64_t c = 0; c < channels; c++) {
      a->mean[c] = a->running_mean[c];
      a->inverse_deviation[c] = (float)(1 / sqrt((double)a->running_variance[c] + (double)a->epsilon));
    }
  } else {
    resnet_parallel_for(d.blocks * d.groups, work, statistics_share, a);
    join_statistics(a);
  }
  float *factor = coefficients(a->scratch, d, 0), *offset = coefficients(a->scratch, d, 1);
  join_coefficients(channels, a->scale, a->shift, a->mean, a->inverse_deviation, factor, offset);
  resnet_parallel_for(d.blocks * d.chunks, work, apply_share, a);
  return 0;
}

// Gradient. First the sums of dz and of dz · (x − mean), then dx. Where nobody else asks for dz it is worked out twice:
// that is cheaper than writing it and reading it back. Coefficients: 0 of z by x, and of dx by dz; 1 and 2 of dx; 3 of z.
static void gradient_sums_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalizationGradient *a = data;
  Division d = divide(a->layout);
  float *dz = a->gradient_z == a->gradient && !a->relu && !a->gradient2 ? 0 : a->gradient_z;
  const float *factor = coefficients(a->scratch, d, 0), *z_offset = coefficients(a->scratch, d, 3);
  for (int64_t task = first; task < last; task++) {
    int64_t block = task % d.blocks, group = task / d.blocks;
    double *sum = group_sums(a->scratch, d, block, group), *product = sum + d.lanes;
    float *chunk_sum = (float *)(product + d.lanes), *chunk_product = chunk_sum + d.lanes;
    memset(sum, 0, sizeof(double) * 2 * (size_t)d.lanes);
    int64_t end = d.chunks * (group + 1) / d.groups;
    for (int64_t chunk = d.chunks * group / d.groups; chunk < end; chunk++) {
      int64_t offset = chunk_offset(d, chunk, block);
      gradient_sums(
          a->x + chunk_offset_in_x(d, chunk, block), d.pitch, a->output ? a->output + offset : 0, a->gradient + offset,
          a->gradient2 ? a->gradient2 + offset : 0, dz ? dz + offset : 0, chunk_positions(d, chunk), d.lanes,
          a->mean + block * d.lanes, factor + block * d.lanes, z_offset + block * d.lanes, a->relu, chunk_sum,
          chunk_product);
      for (int64_t l = 0; l < d.lanes; l++) sum[l] += chunk_sum[l], product[l] += chunk_product[l];
    }
  }
}

static void gradient_apply_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalizationGradient *a = data;
  Division d = divide(a->layout);
  for (int64_t task = first; task < last; task++) {
    int64_t block = task % d.blocks, chunk = task / d.blocks, c = block * d.lanes;
    int64_t offset = chunk_offset(d, chunk, block), x_offset = chunk_offset_in_x(d, chunk, block);
    const float *g = a->gradient_z ? a->gradient_z : a->gradient;
    const float *g2 = a->gradient_z || !a->gradient2 ? 0 : a->gradient2 + offset;
    gradient_apply(
        a->x + x_offset, d.pitch, g + offset, g2, a->gradient_x + x_offset, chunk_positions(d, chunk), d.lanes,
        coefficients(a->scratch, d, 0) + c, coefficients(a->scratch, d, 1) + c, coefficients(a->scratch, d, 2) + c,
        a->mean + c, coefficients(a->scratch, d, 3) + c, a->relu && !a->gradient_z, a->accumulates);
  }
}

int resnet_normalization_backward(const void *arguments) {
  const ResNetNormalizationGradient *a = arguments;
  Division d = divide(a->layout);
  int64_t channels = resnet_channels(a->layout), work = resnet_count(a->layout);
  float *ka = coefficients(a->scratch, d, 0), *kb = coefficients(a->scratch, d, 1);
  float *kc = coefficients(a->scratch, d, 2), *z_offset = coefficients(a->scratch, d, 3);
  join_coefficients(channels, a->scale, a->shift, a->mean, a->inverse_deviation, ka, z_offset);
  resnet_parallel_for(d.blocks * d.groups, work, gradient_sums_share, a);
  double total = (double)(d.runs * d.run_positions);
  for (int64_t block = 0; block < d.blocks; block++)
    for (int64_t l = 0; l < d.lanes; l++) {
      double sum = 0, product = 0;
      for (int64_t group = 0; group < d.groups; group++) {
        const double *sums = group_sums(a->scratch, d, block, group);
        sum += sums[l];
        product += sums[d.lanes + l];
      }
      int64_t c = block * d.lanes + l;
      double inverse = (double)a->inverse_deviation[c], factor = (double)a->scale[c] * inverse;
      if (a->gradient_scale) a->gradient_scale[c] = (float)(product * inverse);
      if (a->gradient_shift) a->gradient_shift[c] = (float)sum;
      kb[c] = a->constant_statistics ? 0 : (float)(-factor * inverse * inverse * product / total);
      kc[c] = a->constant_statistics ? 0 : (float)(-factor * sum / total);
    }
  if (a->gradient_x) resnet_parallel_for(d.blocks * d.chunks, work, gradient_apply_share, a);
  return 0;
}

void resnet_fold_normalization(
    int64_t outputs, int64_t inputs, const float *weight, const float *conv_bias, const float *scale,
    const float *shift, const float *mean, const float *variance, float epsilon, float *folded_weight,
    float *folded_bias) {
  for (int64_t o = 0; o < outputs; o++) {
    double factor = (double)scale[o] / sqrt((double)variance[o] + (double)epsilon);
    double bias = conv_bias ? (double)conv_bias[o] : 0;
    folded_bias[o] = (float)((double)shift[o] + (bias - (double)mean[o]) * factor);
    for (int64_t i = 0; i < inputs; i++) folded_weight[o * inputs + i] = (float)((double)weight[o * inputs + i] * factor);
  }
}
