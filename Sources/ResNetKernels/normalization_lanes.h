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

// Several chains of additions hide the latency of one.
RESNET_INLINE void JOIN(moments, LANES)(
    const void *x, int64_t x_pitch, int64_t positions, float *mean, float *squares, int element) {
  V s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  int64_t p = 0;
  for (; p + 4 <= positions; p += 4) {
    s0 += LOAD(x, p * x_pitch), s1 += LOAD(x, (p + 1) * x_pitch);
    s2 += LOAD(x, (p + 2) * x_pitch), s3 += LOAD(x, (p + 3) * x_pitch);
  }
  for (; p < positions; p++) s0 += LOAD(x, p * x_pitch);
  V m = ((s0 + s1) + (s2 + s3)) / (float)positions;
  STORE_V(mean, m);
  s0 = s1 = s2 = s3 = (V){0};
  for (p = 0; p + 4 <= positions; p += 4) {
    V d0 = LOAD(x, p * x_pitch) - m, d1 = LOAD(x, (p + 1) * x_pitch) - m;
    V d2 = LOAD(x, (p + 2) * x_pitch) - m, d3 = LOAD(x, (p + 3) * x_pitch) - m;
    s0 += d0 * d0, s1 += d1 * d1, s2 += d2 * d2, s3 += d3 * d3;
  }
  for (; p < positions; p++) {
    V d = LOAD(x, p * x_pitch) - m;
    s0 += d * d;
  }
  STORE_V(squares, (s0 + s1) + (s2 + s3));
}

RESNET_INLINE void JOIN(apply_with, LANES)(
    const void *x, int64_t x_pitch, const void *addend, void *output, int64_t pitch, int64_t positions, const float *a,
    const float *b, int relu, int element) {
  V ka = LOAD_V(a), kb = LOAD_V(b);
  for (int64_t p = 0; p < positions; p++) {
    V z = LOAD(x, p * x_pitch) * ka + kb;
    if (addend) z += LOAD(addend, p * pitch);
    // A value that is not a number stays one, as in PyTorch.
    if (relu) z = (V)((M)z & ~(M)(z <= 0));
    STORE(output, p * pitch, z);
  }
}

RESNET_INLINE void JOIN(apply, LANES)(
    const void *x, int64_t x_pitch, const void *addend, void *output, int64_t pitch, int64_t positions, const float *a,
    const float *b, int relu, int element) {
#define WITH(addend, relu) JOIN(apply_with, LANES)(x, x_pitch, addend, output, pitch, positions, a, b, relu, element)
  if (addend && relu) WITH(addend, 1);
  else if (addend) WITH(addend, 0);
  else if (relu) WITH(0, 1);
  else WITH(0, 0);
#undef WITH
}

// d becomes the gradient before the activation at a position: ReLU passed where `output` is positive, or where
// v · fa + fb is.
#define BEFORE_RELU(d, p, v, output, g, g2, fa, fb, relu) \
  V d = LOAD(g, (p) * pitch); \
  if (g2) d += LOAD(g2, (p) * pitch); \
  if (output) d = (V)((M)d & (M)(LOAD(output, (p) * pitch) > 0)); \
  else if (relu) { \
    V z = v * fa + fb; \
    d = (V)((M)d & (M)(z > 0)); \
  }

RESNET_INLINE void JOIN(gradient_with, LANES)(
    const void *x, int64_t x_pitch, const void *output, const void *g, const void *g2, void *dz, int64_t pitch,
    int64_t positions, const float *mean, const float *a, const float *b, int relu, float *sum, float *product,
    int element) {
  V m = LOAD_V(mean), fa = LOAD_V(a), fb = LOAD_V(b), s[2] = {{0}}, t[2] = {{0}};
  for (int64_t p = 0; p < positions; p += 2)
    for (int u = 0; u < 2; u++) {
      if (p + u == positions) break;
      V v = LOAD(x, (p + u) * x_pitch);
      BEFORE_RELU(d, p + u, v, output, g, g2, fa, fb, relu)
      if (dz) STORE(dz, (p + u) * pitch, d);
      s[u] += d;
      t[u] += d * (v - m);
    }
  STORE_V(sum, s[0] + s[1]);
  STORE_V(product, t[0] + t[1]);
}

RESNET_INLINE void JOIN(gradient_sums, LANES)(
    const void *x, int64_t x_pitch, const void *output, const void *g, const void *g2, void *dz, int64_t pitch,
    int64_t positions, const float *mean, const float *a, const float *b, int relu, float *sum, float *product,
    int element) {
#define WITH(output, g2, dz, relu) \
  JOIN(gradient_with, LANES) \
  (x, x_pitch, output, g, g2, dz, pitch, positions, mean, a, b, relu, sum, product, element)
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
    const float *a, const float *b, const float *c, const float *mean, const float *shift, int relu, int accumulates,
    int element) {
  V ka = LOAD_V(a), kb = LOAD_V(b), kc = LOAD_V(c), m = LOAD_V(mean), fb = LOAD_V(shift);
  for (int64_t p = 0; p < positions; p++) {
    const void *output = 0;
    V v = LOAD(x, p * x_pitch);
    BEFORE_RELU(dz, p, v, output, g, g2, ka, fb, relu)
    V d = dz * ka + (kb * (v - m) + kc);
    if (accumulates) d += LOAD(dx, p * x_pitch);
    STORE(dx, p * x_pitch, d);
  }
}

RESNET_INLINE void JOIN(gradient_apply, LANES)(
    const void *x, int64_t x_pitch, const void *g, const void *g2, void *dx, int64_t pitch, int64_t positions,
    const float *a, const float *b, const float *c, const float *mean, const float *shift, int relu, int accumulates,
    int element) {
#define WITH(g2, relu, accumulates) \
  JOIN(gradient_apply_with, LANES) \
  (x, x_pitch, g, g2, dx, pitch, positions, a, b, c, mean, shift, relu, accumulates, element)
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
