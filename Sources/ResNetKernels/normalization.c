#include <math.h>
#include <string.h>

#include "internal.h"
#include "normalization_loops.h"

// Sums are taken in float32 over chunks that stay in the cache, and joined in double in a fixed order: the result depends
// on the layout alone, not on the number of threads. Joining moments takes longer than joining sums of gradients, and the
// gradient reads more tensors: its chunks may have fewer positions.
enum { CHUNK_VALUES = 8192, LEAST_POSITIONS = 64, LEAST_GRADIENT_POSITIONS = 1, MOST_GROUPS = 16 };

// Channels-last tensors are one long run of positions; blocked ones a run for each sample and block. Where a position has
// more channels than a vector has lanes, they are divided into columns.
typedef struct {
  int64_t runs, run_positions, blocks, columns, lanes, chunk, chunks_per_run, chunks, groups;
  // The distance from one run of x to the next, and from one position to the next: in x, and in all else.
  int64_t run_pitch, x_pitch, pitch;
} Division;

static Division divide(ResNetLayout l, int64_t least_positions) {
  Division d;
  int joined = l.blocks == 1 && l.sample_pitch == l.positions * l.position_pitch;
  d.runs = joined ? 1 : l.batch;
  d.run_positions = joined ? l.batch * l.positions : l.positions;
  d.blocks = l.blocks;
  d.lanes = l.lanes % 16 == 0 ? 16 : l.lanes % 8 == 0 ? 8 : l.lanes;
  d.columns = l.lanes / d.lanes;
  d.chunk = CHUNK_VALUES / l.lanes > least_positions ? CHUNK_VALUES / l.lanes : least_positions;
  d.chunks_per_run = (d.run_positions + d.chunk - 1) / d.chunk;
  d.chunks = d.runs * d.chunks_per_run;
  d.groups = resnet_minimum(d.chunks, MOST_GROUPS);
  d.run_pitch = l.sample_pitch;
  d.x_pitch = l.position_pitch;
  d.pitch = l.lanes;
  return d;
}

// For each group and channel two doubles and two floats; coefficients behind them.
int64_t resnet_normalization_scratch(ResNetLayout l) {
  Division d = divide(l, LEAST_GRADIENT_POSITIONS);
  return resnet_channels(l) * (d.groups * 6 + 4) + 16;
}

// Scratch of one group of a column: `lanes` doubles of means, as many of squares, then two rows of floats. Columns are
// counted through all blocks.
static double *group_sums(float *scratch, Division d, int64_t column, int64_t group) {
  return (double *)(scratch + (column * d.groups + group) * d.lanes * 6);
}

static int64_t chunk_positions(Division d, int64_t chunk) {
  return resnet_minimum(d.chunk, d.run_positions - (chunk % d.chunks_per_run) * d.chunk);
}

// Where a chunk of a column begins.
static int64_t chunk_offset(Division d, int64_t chunk, int64_t column) {
  int64_t run = chunk / d.chunks_per_run, first = (chunk % d.chunks_per_run) * d.chunk;
  int64_t block = column / d.columns, beside = column % d.columns * d.lanes;
  return ((run * d.blocks + block) * d.run_positions + first) * d.pitch + beside;
}

// The same in x, which may be a part of a larger tensor.
static int64_t chunk_offset_in_x(Division d, int64_t chunk, int64_t column) {
  int64_t run = chunk / d.chunks_per_run, first = (chunk % d.chunks_per_run) * d.chunk;
  int64_t block = column / d.columns, beside = column % d.columns * d.lanes;
  return run * d.run_pitch + block * d.run_positions * d.pitch + first * d.x_pitch + beside;
}

// What the chunks of a group are visited for: all columns of a block, from the given one on.
typedef void ChunkBody(
    const void *data, Division d, float *scratch, int64_t group, int64_t chunk, int64_t column, double count);

RESNET_INLINE void visit(const void *data, Division d, float *scratch, int64_t first, int64_t last, ChunkBody *body) {
  for (int64_t task = first; task < last; task++) {
    int64_t block = task % d.blocks, group = task / d.blocks, end = d.chunks * (group + 1) / d.groups;
    int64_t columns = block * d.columns;
    for (int64_t column = columns; column < columns + d.columns; column++)
      memset(group_sums(scratch, d, column, group), 0, sizeof(double) * 2 * (size_t)d.lanes);
    double count = 0;
    for (int64_t chunk = d.chunks * group / d.groups; chunk < end; chunk++) {
      body(data, d, scratch, group, chunk, columns, count);
      count += (double)chunk_positions(d, chunk);
    }
  }
}

// What a chunk gives lies behind the sums of the group: two floats for each channel.
static float *chunk_results(double *sums, Division d) { return (float *)(sums + 2 * d.lanes); }
static int64_t results_pitch(Division d) { return d.groups * d.lanes * 6; }

static void statistics_of_chunk(
    const void *data, Division d, float *scratch, int64_t group, int64_t chunk, int64_t column, double count) {
  const ResNetNormalization *a = data;
  double positions = (double)chunk_positions(d, chunk);
  float *means = chunk_results(group_sums(scratch, d, column, group), d);
  const void *x = resnet_from(a->x, chunk_offset_in_x(d, chunk, column), a->element);
  moments(
      x, d.x_pitch, (int64_t)positions, d.lanes, d.columns, means, means + d.lanes, results_pitch(d), a->element);
  // Chan, Golub and LeVeque (1979): joining means and squares of two sets.
  double share = positions / (count + positions);
  for (int64_t i = 0; i < d.columns; i++) {
    double *mean = group_sums(scratch, d, column + i, group), *squares = mean + d.lanes;
    const float *chunk_mean = chunk_results(mean, d), *chunk_squares = chunk_mean + d.lanes;
    for (int64_t l = 0; l < d.lanes; l++) {
      double difference = (double)chunk_mean[l] - mean[l];
      mean[l] += difference * share;
      squares[l] += (double)chunk_squares[l] + difference * difference * count * share;
    }
  }
}

static void statistics_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalization *a = data;
  visit(a, divide(a->layout, LEAST_POSITIONS), a->scratch, first, last, statistics_of_chunk);
}

static int64_t group_positions(Division d, int64_t group) {
  int64_t positions = 0;
  for (int64_t c = d.chunks * group / d.groups; c < d.chunks * (group + 1) / d.groups; c++)
    positions += chunk_positions(d, c);
  return positions;
}

static void join_statistics(const ResNetNormalization *a) {
  Division d = divide(a->layout, LEAST_POSITIONS);
  double total = (double)(d.runs * d.run_positions);
  for (int64_t column = 0; column < d.blocks * d.columns; column++)
    for (int64_t l = 0; l < d.lanes; l++) {
      double mean = 0, squares = 0, count = 0;
      for (int64_t group = 0; group < d.groups; group++) {
        const double *sums = group_sums(a->scratch, d, column, group);
        double positions = (double)group_positions(d, group), difference = sums[l] - mean;
        double share = positions / (count + positions);
        mean += difference * share;
        squares += sums[d.lanes + l] + difference * difference * count * share;
        count += positions;
      }
      int64_t c = column * d.lanes + l;
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
  return scratch + d.blocks * d.pitch * (d.groups * 6 + which);
}

static void apply_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalization *a = data;
  Division d = divide(a->layout, LEAST_POSITIONS);
  for (int64_t task = first; task < last; task++) {
    int64_t column = task % d.blocks * d.columns, chunk = task / d.blocks;
    int64_t offset = chunk_offset(d, chunk, column), c = column * d.lanes;
    apply(
        resnet_from(a->x, chunk_offset_in_x(d, chunk, column), a->element), d.x_pitch,
        resnet_from(a->addend, offset, a->element), resnet_to(a->output, offset, a->element), d.pitch,
        chunk_positions(d, chunk), d.lanes, d.columns, coefficients(a->scratch, d, 0) + c,
        coefficients(a->scratch, d, 1) + c, a->relu, a->element);
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
  Division d = divide(a->layout, LEAST_POSITIONS);
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
static void gradient_sums_of_chunk(
    const void *data, Division d, float *scratch, int64_t group, int64_t chunk, int64_t column, double count) {
  const ResNetNormalizationGradient *a = data;
  (void)count;
  void *dz = a->gradient_z == a->gradient && !a->relu && !a->gradient2 ? 0 : a->gradient_z;
  float *results = chunk_results(group_sums(scratch, d, column, group), d);
  int64_t offset = chunk_offset(d, chunk, column), c = column * d.lanes;
  gradient_sums(
      resnet_from(a->x, chunk_offset_in_x(d, chunk, column), a->element), d.x_pitch,
      resnet_from(a->output, offset, a->element), resnet_from(a->gradient, offset, a->element),
      resnet_from(a->gradient2, offset, a->element), resnet_to(dz, offset, a->element), d.pitch,
      chunk_positions(d, chunk), d.lanes, d.columns, a->mean + c, coefficients(a->scratch, d, 0) + c,
      coefficients(a->scratch, d, 3) + c, a->relu, results, results + d.lanes, results_pitch(d), a->element);
  for (int64_t i = 0; i < d.columns; i++) {
    double *sum = group_sums(scratch, d, column + i, group), *product = sum + d.lanes;
    const float *chunk_sum = chunk_results(sum, d), *chunk_product = chunk_sum + d.lanes;
    for (int64_t l = 0; l < d.lanes; l++) sum[l] += (double)chunk_sum[l], product[l] += (double)chunk_product[l];
  }
}

static void gradient_sums_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalizationGradient *a = data;
  visit(a, divide(a->layout, LEAST_GRADIENT_POSITIONS), a->scratch, first, last, gradient_sums_of_chunk);
}

static void gradient_apply_share(const void *data, int64_t first, int64_t last) {
  const ResNetNormalizationGradient *a = data;
  Division d = divide(a->layout, LEAST_GRADIENT_POSITIONS);
  const void *g = a->gradient_z ? a->gradient_z : a->gradient, *g2 = a->gradient_z ? 0 : a->gradient2;
  for (int64_t task = first; task < last; task++) {
    int64_t column = task % d.blocks * d.columns, chunk = task / d.blocks, c = column * d.lanes;
    int64_t offset = chunk_offset(d, chunk, column), x_offset = chunk_offset_in_x(d, chunk, column);
    gradient_apply(
        resnet_from(a->x, x_offset, a->element), d.x_pitch, resnet_from(g, offset, a->element),
        resnet_from(g2, offset, a->element), resnet_to(a->gradient_x, x_offset, a->element), d.pitch,
        chunk_positions(d, chunk), d.lanes, d.columns, coefficients(a->scratch, d, 0) + c,
        coefficients(a->scratch, d, 1) + c, coefficients(a->scratch, d, 2) + c, a->mean + c,
        coefficients(a->scratch, d, 3) + c, a->relu && !a->gradient_z, a->accumulates, a->element);
  }
}

int resnet_normalization_backward(const void *arguments) {
  const ResNetNormalizationGradient *a = arguments;
  Division d = divide(a->layout, LEAST_GRADIENT_POSITIONS);
  int64_t channels = resnet_channels(a->layout), work = resnet_count(a->layout);
  float *ka = coefficients(a->scratch, d, 0), *kb = coefficients(a->scratch, d, 1);
  float *kc = coefficients(a->scratch, d, 2), *z_offset = coefficients(a->scratch, d, 3);
  join_coefficients(channels, a->scale, a->shift, a->mean, a->inverse_deviation, ka, z_offset);
  resnet_parallel_for(d.blocks * d.groups, work, gradient_sums_share, a);
  double total = (double)(d.runs * d.run_positions);
  for (int64_t column = 0; column < d.blocks * d.columns; column++)
    for (int64_t l = 0; l < d.lanes; l++) {
      double sum = 0, product = 0;
      for (int64_t group = 0; group < d.groups; group++) {
        const double *sums = group_sums(a->scratch, d, column, group);
        sum += sums[l];
        product += sums[d.lanes + l];
      }
      int64_t c = column * d.lanes + l;
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
