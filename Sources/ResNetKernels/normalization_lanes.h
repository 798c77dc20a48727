// Included once for each number of lanes; LANES is 8 or 16.

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define V JOIN(Vector, LANES)
#define M JOIN(Mask, LANES)

typedef float V __attribute__((vector_size(LANES * 4)));
typedef int32_t M __attribute__((vector_size(LANES * 4)));
typedef float JOIN(Loose, LANES) __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

#define LOAD_V(pointer) (*(const JOIN(Loose, LANES) *)(pointer))
#define STORE_V(pointer, value) (*(JOIN(Loose, LANES) *)(pointer) = (value))

// Several chains of additions hide the latency of one.
RESNET_INLINE void JOIN(moments, LANES)(const float *x, int64_t positions, float *mean, float *squares) {
  V s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  int64_t p = 0;
  for (; p + 4 <= positions; p += 4) {
    const float *q = x + p * LANES;
    s0 += LOAD_V(q), s1 += LOAD_V(q + LANES), s2 += LOAD_V(q + 2 * LANES), s3 += LOAD_V(q + 3 * LANES);
  }
  for (; p < positions; p++) s0 += LOAD_V(x + p * LANES);
  V m = ((s0 + s1) + (s2 + s3)) / (float)positions;
  STORE_V(mean, m);
  s0 = s1 = s2 = s3 = (V){0};
  for (p = 0; p + 4 <= positions; p += 4) {
    const float *q = x + p * LANES;
    V d0 = LOAD_V(q) - m, d1 = LOAD_V(q + LANES) - m, d2 = LOAD_V(q + 2 * LANES) - m, d3 = LOAD_V(q + 3 * LANES) - m;
    s0 += d0 * d0, s1 += d1 * d1, s2 += d2 * d2, s3 += d3 * d3;
  }
  for (; p < positions; p++) {
    V d = LOAD_V(x + p * LANES) - m;
    s0 += d * d;
  }
  STORE_V(squares, (s0 + s1) + (s2 + s3));
}

RESNET_INLINE void JOIN(apply_with, LANES)(
    const float *x, const float *addend, float *output, int64_t positions, const float *a, const float *b, int relu) {
  V ka = LOAD_V(a), kb = LOAD_V(b);
  for (int64_t p = 0; p < positions; p++) {
    V z = LOAD_V(x + p * LANES) * ka + kb;
    if (addend) z += LOAD_V(addend + p * LANES);
    // A value that is not a number stays one, as in PyTorch.
    if (relu) z = (V)((M)z & ~(M)(z <= 0));
    STORE_V(output + p * LANES, z);
  }
}

RESNET_INLINE void JOIN(apply, LANES)(
    const float *x, const float *addend, float *output, int64_t positions, const float *a, const float *b, int relu) {
  if (addend && relu) JOIN(apply_with, LANES)(x, addend, output, positions, a, b, 1);
  else if (addend) JOIN(apply_with, LANES)(x, addend, output, positions, a, b, 0);
  else if (relu) JOIN(apply_with, LANES)(x, 0, output, positions, a, b, 1);
  else JOIN(apply_with, LANES)(x, 0, output, positions, a, b, 0);
}

// d becomes the gradient before the activation at element i: ReLU passed where `output` is positive, or where x · fa + fb
// is. A macro, because vectors as arguments of functions have no calling convention that all processors share.
#define BEFORE_RELU(d, i, x, output, g, g2, fa, fb, relu) \
  V d = LOAD_V((g) + (i)); \
  if (g2) d += LOAD_V((g2) + (i)); \
  if (output) d = (V)((M)d & (M)(LOAD_V((output) + (i)) > 0)); \
  else if (relu) { \
    V z = LOAD_V((x) + (i)) * fa + fb; \
    d = (V)((M)d & (M)(z > 0)); \
  }

RESNET_INLINE void JOIN(gradient_with, LANES)(
    const float *x, const float *output, const float *g, const float *g2, float *dz, int64_t positions,
    const float *mean, const float *a, const float *b, int relu, float *sum, float *product) {
  V m = LOAD_V(mean), fa = LOAD_V(a), fb = LOAD_V(b), s[2] = {{0}}, t[2] = {{0}};
  for (int64_t p = 0; p < positions; p += 2)
    for (int u = 0; u < 2; u++) {
      int64_t i = (p + u) * LANES;
      if (p + u == positions) break;
      BEFORE_RELU(d, i, x, output, g, g2, fa, fb, relu)
      if (dz) STORE_V(dz + i, d);
      s[u] += d;
      t[u] += d * (LOAD_V(x + i) - m);
    }
  STORE_V(sum, s[0] + s[1]);
  STORE_V(product, t[0] + t[1]);
}

RESNET_INLINE void JOIN(gradient_sums, LANES)(
    const float *x, const float *output, const float *g, const float *g2, float *dz, int64_t positions,
    const float *mean, const float *a, const float *b, int relu, float *sum, float *product) {
#define WITH(output, g2, dz, relu) JOIN(gradient_with, LANES)(x, output, g, g2, dz, positions, mean, a, b, relu, sum, product)
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
    const float *x, const float *g, const float *g2, float *dx, int64_t positions, const float *a, const float *b,
    const float *c, const float *mean, const float *shift, int relu, int accumulates) {
  V ka = LOAD_V(a), kb = LOAD_V(b), kc = LOAD_V(c), m = LOAD_V(mean), fb = LOAD_V(shift);
  for (int64_t p = 0; p < positions; p++) {
    int64_t i = p * LANES;
    const float *output = 0;
    BEFORE_RELU(dz, i, x, output, g, g2, ka, fb, relu)
    V d = dz * ka + (kb * (LOAD_V(x + i) - m) + kc);
    if (accumulates) d += LOAD_V(dx + i);
    STORE_V(dx + i, d);
  }
}

RESNET_INLINE void JOIN(gradient_apply, LANES)(
    const float *x, const float *g, const float *g2, float *dx, int64_t positions, const float *a, const float *b,
    const float *c, const float *mean, const float *shift, int relu, int accumulates) {
#define WITH(g2, relu, accumulates) \
  JOIN(gradient_apply_with, LANES)(x, g, g2, dx, positions, a, b, c, mean, shift, relu, accumulates)
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
#undef LOAD_V
#undef STORE_V
