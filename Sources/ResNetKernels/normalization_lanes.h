// Included once for each number of lanes; LANES is 8 or 16. Positions lie `x_pitch` apart in x and in the gradient of x,
// `pitch` in all else. `element` is a constant: how activations are stored.

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define V JOIN(Vector, LANES)
#define M JOIN(Mask, LANES)
#define U JOIN(Bits, LANES)
#define H JOIN(Half, LANES)

typedef float V __attribute__((vector_size(LANES * 4)));
typedef int32_t M __attribute__((vector_size(LANES * 4)));
typedef uint32_t U __attribute__((vector_size(LANES * 4)));
typedef uint16_t H __attribute__((vector_size(LANES * 2)));
typedef float JOIN(Loose, LANES) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef uint16_t JOIN(LooseHalf, LANES) __attribute__((vector_size(LANES * 2), aligned(2), may_alias));

// Single precision values, such as means.
#define LOAD_V(pointer) (*(const JOIN(Loose, LANES) *)(pointer))
#define STORE_V(pointer, value) (*(JOIN(Loose, LANES) *)(pointer) = (value))
// Activations, from number i on. Macros, because vectors as arguments of functions have no calling convention that all
// processors share.
#define LOAD(pointer, i) \
  (element == RESNET_FLOAT32 ? (V)LOAD_V((const float *)(pointer) + (i)) \
                             : (V)(__builtin_convertvector( \
                                       *(const JOIN(LooseHalf, LANES) *)((const uint16_t *)(pointer) + (i)), U) \
                                   << 16))
#define STORE(pointer, i, value) \
  do { \
    if (element == RESNET_FLOAT32) { \
      STORE_V((float *)(pointer) + (i), value); \
    } else { \
      U bits = (U)(value), rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16, wrong = (U)((value) != (value)); \
      *(JOIN(LooseHalf, LANES) *)((uint16_t *)(pointer) + (i)) = \
          __builtin_convertvector((rounded & ~wrong) | (wrong & 0x7fc0), H); \
    } \
  } while (0)

// Columns of channels that lie beside each other are visited together, some positions at a time: memory is read in the
// order in which it lies.
#define EACH_BLOCK(first, last, column) \
  for (int64_t first = 0, together = columns > 1 ? TOGETHER : positions; first < positions; first += together) \
    for (int64_t column = 0, last = resnet_minimum(first + together, positions); column < columns; column++)

// Asks for positions that come some blocks later, where a processor that watches the order of reading does not see it.
#define BYTES (element == RESNET_FLOAT32 ? 4 : 2)
#define DISTANCE resnet_distance(columns * LANES * BYTES)
#define ASK_FOR(pointer, pitch) \
  do { \
    if (columns > 1 && beside * BYTES % 64 == 0 && (pointer)) \
      for (int64_t p = first + distance; p < first + distance + TOGETHER; p++) \
        __builtin_prefetch((const void *)((uintptr_t)(pointer) + (uintptr_t)((p * (pitch) + beside) * BYTES))); \
  } while (0)

// The sum of `value` over the positions of a block, in which it depends on `p`. Several chains of additions hide the
// latency of one.
#define SUM_OF_BLOCK(sum, first, last, value) \
  V sum; \
  do { \
    V s[4] = {{0}}; \
    int64_t p = first; \
    for (; p + 4 <= last; p += 4) \
      for (int u = 0; u < 4; u++) { \
        V v = LOAD(x, (p + u) * x_pitch + beside); \
        s[u] += value; \
      } \
    for (; p < last; p++) { \
      V v = LOAD(x, p * x_pitch + beside); \
      s[0] += value; \
    } \
    sum = (s[0] + s[1]) + (s[2] + s[3]); \
  } while (0)

RESNET_INLINE void JOIN(moments, LANES)(
    const void *x, int64_t x_pitch, int64_t positions, int64_t columns, float *mean, float *squares,
    int64_t result_pitch, int element) {
  const int64_t distance = DISTANCE;
  for (int64_t column = 0; column < columns; column++) {
    STORE_V(mean + column * result_pitch, (V){0});
    STORE_V(squares + column * result_pitch, (V){0});
  }
  EACH_BLOCK(first, last, column) {
    const int64_t beside = column * LANES;
    ASK_FOR(x, x_pitch);
    SUM_OF_BLOCK(sum, first, last, v);
    float *to = mean + column * result_pitch;
    STORE_V(to, LOAD_V(to) + sum);
  }
  for (int64_t column = 0; column < columns; column++) {
    float *to = mean + column * result_pitch;
    STORE_V(to, LOAD_V(to) / (float)positions);
  }
  EACH_BLOCK(first, last, column) {
    const int64_t beside = column * LANES;
    V m = LOAD_V(mean + column * result_pitch);
    SUM_OF_BLOCK(sum, first, last, (v - m) * (v - m));
    float *to = squares + column * result_pitch;
    STORE_V(to, LOAD_V(to) + sum);
  }
}

RESNET_INLINE void JOIN(apply_with, LANES)(
    const void *x, int64_t x_pitch, const void *addend, void *output, int64_t pitch, int64_t positions,
    int64_t columns, const float *a, const float *b, int relu, int element) {
  const int64_t distance = DISTANCE;
  EACH_BLOCK(first, last, column) {
    const int64_t beside = column * LANES;
    ASK_FOR(x, x_pitch);
    ASK_FOR(addend, pitch);
    V ka = LOAD_V(a + beside), kb = LOAD_V(b + beside);
    for (int64_t p = first; p < last; p++) {
      V z = LOAD(x, p * x_pitch + beside) * ka + kb;
      if (addend) z += LOAD(addend, p * pitch + beside);
      // A value that is not a number stays one, as in PyTorch.
      if (relu) z = (V)((M)z & ~(M)(z <= 0));
      STORE(output, p * pitch + beside, z);
    }
  }
}

RESNET_INLINE void JOIN(apply, LANES)(
    const void *x, int64_t x_pitch, const void *addend, void *output, int64_t pitch, int64_t positions,
    int64_t columns, const float *a, const float *b, int relu, int element) {
#define WITH(addend, relu) \
  JOIN(apply_with, LANES)(x, x_pitch, addend, output, pitch, positions, columns, a, b, relu, element)
  if (addend && relu) WITH(addend, 1);
  else if (addend) WITH(addend, 0);
  else if (relu) WITH(0, 1);
  else WITH(0, 0);
#undef WITH
}

// d becomes the gradient before the activation at a place: ReLU passed where `output` is positive, or where v · fa + fb
// is.
#define BEFORE_RELU(d, place, v, output, g, g2, fa, fb, relu) \
  V d = LOAD(g, place); \
  if (g2) d += LOAD(g2, place); \
  if (output) d = (V)((M)d & (M)(LOAD(output, place) > 0)); \
  else if (relu) { \
    V z = v * fa + fb; \
    d = (V)((M)d & (M)(z > 0)); \
  }

RESNET_INLINE void JOIN(gradient_with, LANES)(
    const void *x, int64_t x_pitch, const void *output, const void *g, const void *g2, void *dz, int64_t pitch,
    int64_t positions, int64_t columns, const float *mean, const float *a, const float *b, int relu, float *sum,
    float *product, int64_t result_pitch, int element) {
  const int64_t distance = DISTANCE;
  for (int64_t column = 0; column < columns; column++) {
    STORE_V(sum + column * result_pitch, (V){0});
    STORE_V(product + column * result_pitch, (V){0});
  }
  EACH_BLOCK(first, last, column) {
    const int64_t beside = column * LANES;
    ASK_FOR(x, x_pitch);
    ASK_FOR(output, pitch);
    ASK_FOR(g, pitch);
    ASK_FOR(g2, pitch);
    V m = LOAD_V(mean + beside), fa = LOAD_V(a + beside), fb = LOAD_V(b + beside), s[2] = {{0}}, t[2] = {{0}};
    for (int64_t p = first; p < last; p += 2)
      for (int u = 0; u < 2; u++) {
        if (p + u == last) break;
        const int64_t place = (p + u) * pitch + beside;
        V v = LOAD(x, (p + u) * x_pitch + beside);
        BEFORE_RELU(d, place, v, output, g, g2, fa, fb, relu)
        if (dz) STORE(dz, place, d);
        s[u] += d;
        t[u] += d * (v - m);
      }
    float *to = sum + column * result_pitch, *product_to = product + column * result_pitch;
    STORE_V(to, LOAD_V(to) + (s[0] + s[1]));
    STORE_V(product_to, LOAD_V(product_to) + (t[0] + t[1]));
  }
}

RESNET_INLINE void JOIN(gradient_sums, LANES)(
    const void *x, int64_t x_pitch, const void *output, const void *g, const void *g2, void *dz, int64_t pitch,
    int64_t positions, int64_t columns, const float *mean, const float *a, const float *b, int relu, float *sum,
    float *product, int64_t result_pitch, int element) {
#define WITH(output, g2, dz, relu) \
  JOIN(gradient_with, LANES) \
  (x, x_pitch, output, g, g2, dz, pitch, positions, columns, mean, a, b, relu, sum, product, result_pitch, element)
  if (output) {
    if (g2) WITH(output, g2, dz, 0);
    else WITH(output, 0, dz, 0);
  } else if (relu) {
    if (g2) WITH(0, g2, dz, 1);
    else WITH(0, 0, dz, 1);
  } else {
    if (g2) WITH(0, g2, dz, 0);
    else WITH(0, 0, dz, 0);
  }
#undef WITH
}

RESNET_INLINE void JOIN(gradient_apply_with, LANES)(
    const void *x, int64_t x_pitch, const void *g, const void *g2, void *dx, int64_t pitch, int64_t positions,
    int64_t columns, const float *a, const float *b, const float *c, const float *mean, const float *shift, int relu,
    int accumulates, int element) {
  const int64_t distance = DISTANCE;
  EACH_BLOCK(first, last, column) {
    const int64_t beside = column * LANES;
    ASK_FOR(x, x_pitch);
    ASK_FOR(g, pitch);
    ASK_FOR(g2, pitch);
    V ka = LOAD_V(a + beside), kb = LOAD_V(b + beside), kc = LOAD_V(c + beside);
    V m = LOAD_V(mean + beside), fb = LOAD_V(shift + beside);
    for (int64_t p = first; p < last; p++) {
      const void *output = 0;
      const int64_t place = p * pitch + beside, x_place = p * x_pitch + beside;
      V v = LOAD(x, x_place);
      BEFORE_RELU(dz, place, v, output, g, g2, ka, fb, relu)
      V d = dz * ka + (kb * (v - m) + kc);
      if (accumulates) d += LOAD(dx, x_place);
      STORE(dx, x_place, d);
    }
  }
}

RESNET_INLINE void JOIN(gradient_apply, LANES)(
    const void *x, int64_t x_pitch, const void *g, const void *g2, void *dx, int64_t pitch, int64_t positions,
    int64_t columns, const float *a, const float *b, const float *c, const float *mean, const float *shift, int relu,
    int accumulates, int element) {
#define WITH(g2, relu, accumulates) \
  JOIN(gradient_apply_with, LANES) \
  (x, x_pitch, g, g2, dx, pitch, positions, columns, a, b, c, mean, shift, relu, accumulates, element)
  if (g2 && relu) {
    if (accumulates) WITH(g2, 1, 1);
    else WITH(g2, 1, 0);
  } else if (g2) {
    if (accumulates) WITH(g2, 0, 1);
    else WITH(g2, 0, 0);
  } else if (relu) {
    if (accumulates) WITH(0, 1, 1);
    else WITH(0, 1, 0);
  } else {
    if (accumulates) WITH(0, 0, 1);
    else WITH(0, 0, 0);
  }
#undef WITH
}

#undef BEFORE_RELU
#undef EACH_BLOCK
#undef BYTES
#undef DISTANCE
#undef ASK_FOR
#undef SUM_OF_BLOCK
#undef JOIN
#undef JOIN2
#undef V
#undef M
#undef U
#undef H
#undef LOAD_V
#undef STORE_V
#undef LOAD
#undef STORE
