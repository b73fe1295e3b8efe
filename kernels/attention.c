/*
 * Attention: y_t = Σ_s a_ts v_s, a_t = softmax over s of the scores of query q_t with keys k_s: σ · q·k, or
 * w · Σ tanh(σ · (q + k)). Row by row of the batch, whose steps are matrices with B rows between one and the next.
 */
#include "kernels.h"
#include "matrix.h"
#include "softmax.h"

/* What is taken off a hidden step's score, as Keras does: where all steps are hidden, none of them is. */
#define HIDDEN 1.0e9f

typedef struct {
  int32_t B, T, S, I, F;
} sizes;

/* What scores are made of; of row b of the batch. */
typedef struct {
  const float *query, *key; /* [T] and [S] steps, each B·I after the one before */
  float scale;              /* σ, 1 where there is none */
  const float *weight;      /* w, or NULL: dot products */
} scoring;

INLINE scoring scoring_of(const sizes *z, const float *query, const float *key, const float *scale,
                          const float *concatWeight, int32_t b) {
  return (scoring){query + b * z->I, key + b * z->I, scale ? *scale : 1.0f, concatWeight};
}

/* A row's steps as a matrix [steps][width], and the same turned over. */
INLINE matrix steps_of(const float *x, const sizes *z, int32_t width) { return (matrix){x, z->B * width, 1}; }
INLINE matrix turned(matrix m) { return (matrix){m.p, m.column, m.row}; }

/* x [length] *= factor */
INLINE void scale_row(float *x, int32_t length, float factor) {
  for (int32_t i = 0; i < length; i += LANES) {
    vf_store_to(x + i, vf_mul(vf_load_to(x + i, length - i), vf_set(factor)), length - i);
  }
}

/* Σ x·y over [length] */
INLINE float dot_row(const float *x, const float *y, int32_t length) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, length) sum.part[v] = vf_madd(vf_load_to(x + i, n), vf_load_to(y + i, n), sum.part[v]);
  return sum_end(sum);
}

/* Σ tanh(σ · (q + k)) over [I]; where a row ends, tanh 0 adds nothing. */
INLINE float tanh_sum(const float *q, const float *k, float scale, int32_t I) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, I) {
    vf z = vf_mul(vf_set(scale), vf_add(vf_load_to(q + i, n), vf_load_to(k + i, n)));
    sum.part[v] = vf_add(sum.part[v], vf_tanh(z));
  }
  return sum_end(sum);
}

/* scores [T][S] */
static void score(float *scores, const sizes *z, const scoring *a, float *panel) {
  const int32_t T = z->T, S = z->S, I = z->I;
  if (a->weight) {
    for (int32_t t = 0; t < T; t++) {
      for (int32_t s = 0; s < S; s++) {
        scores[t * S + s] = *a->weight * tanh_sum(a->query + t * z->B * I, a->key + s * z->B * I, a->scale, I);
      }
    }
    return;
  }
  fill(scores, T * S, 0.0f);
  add_product(scores, steps_of(a->query, z, I), turned(steps_of(a->key, z, I)), panel, T, I, S);
  scale_row(scores, T * S, a->scale);
}

/* Of row b: takes HIDDEN off the scores [T][S] of steps that the mask [S][B] hides. */
INLINE void hide_steps(float *scores, const float *mask, const sizes *z, int32_t b) {
  for (int32_t s = 0; s < z->S; s++) {
    if (mask[s * z->B + b] != 0.0f) continue;
    for (int32_t t = 0; t < z->T; t++) scores[t * z->S + s] -= HIDDEN;
  }
}

/* out [T][S] = x ⊙ drop, of which each step's scores lie `stride` after those before; drop as x */
INLINE void drop_scores(float *out, const float *x, int32_t xStride, const float *drop, int32_t stride, const sizes *z) {
  for (int32_t t = 0; t < z->T; t++) multiply_mask(out + t * z->S, x + t * xStride, drop + t * stride, 1, z->S, 1);
}

void attention_forward(float *out, float *weights, const float *query, const float *value, const float *key,
                       const float *queryMask, const float *valueMask, const float *drop, const float *scale,
                       const float *concatWeight, float *scratch, int32_t B, int32_t T, int32_t S, int32_t I,
                       int32_t F) {
  const sizes z = {B, T, S, I, F};
  Room room = room_of(attention_forward, scratch, T, S);
  float *panel = take(&room, PANEL_ELEMENTS), *scores = take(&room, (size_t)T * (size_t)S);
  for (int32_t b = 0; b < B; b++) {
    const scoring a = scoring_of(&z, query, key, scale, concatWeight, b);
    score(scores, &z, &a, panel);
    if (valueMask) hide_steps(scores, valueMask, &z, b);
    softmax_forward(scores, scores, T, S);
    if (weights) copy_rows(weights + b * S, scores, T, S, B * S, S);
    if (drop) drop_scores(scores, scores, S, drop + b * S, B * S, &z);
    for (int32_t t = 0; t < T; t++) fill(out + (t * B + b) * F, F, 0.0f);
    add_block_product(out + b * F, B * F, (matrix){scores, S, 1}, steps_of(value + b * F, &z, F), panel, T, S, F);
  }
  if (queryMask) choose(out, queryMask, out, 0, T * B, F, 0.0f);
}

/* What the backward of scores writes, of row b; room for what it sums. */
typedef struct {
  float *dQuery, *dKey, *dScale, *dWeight;
  float *room; /* [T·I], or with a concat weight twice [I] on cache lines */
} score_gradients;

/* P = dScores·K: dσ += Σ q·P, dq = σ P; dk = σ dScoresᵀ·Q. dScores is left multiplied by σ. */
static void dot_backward(const score_gradients *g, float *dScores, const sizes *z, const scoring *a, float *panel) {
  const int32_t T = z->T, S = z->S, I = z->I, B = z->B;
  if (g->dQuery || g->dScale) {
    fill(g->room, T * I, 0.0f);
    add_product(g->room, (matrix){dScores, S, 1}, steps_of(a->key, z, I), panel, T, S, I);
    for (int32_t t = 0; t < T; t++) {
      float *product = g->room + t * I;
      if (g->dScale) *g->dScale += dot_row(a->query + t * B * I, product, I);
      if (!g->dQuery) continue;
      scale_row(product, I, a->scale);
      copy_row(g->dQuery + t * B * I, product, I);
    }
  }
  if (!g->dKey) return;
  scale_row(dScores, T * S, a->scale);
  for (int32_t s = 0; s < S; s++) fill(g->dKey + s * B * I, I, 0.0f);
  add_block_product(g->dKey, B * I, turned((matrix){dScores, S, 1}), steps_of(a->query, z, I), panel, S, T, I);
}

/* h = tanh(σ (q + k)), δz = δe w (1 − h²): dq += σ δz, dk += σ δz, dσ += Σ δz (q + k), dw += Σ δe h; a sum a feature. */
static void concat_backward(const score_gradients *g, const float *dScores, const sizes *z, const scoring *a) {
  const int32_t T = z->T, S = z->S, I = z->I, B = z->B;
  float *scaleSums = g->room, *weightSums = g->room + ((I + 15) & ~15);
  const vf by = vf_set(a->scale), w = vf_set(*a->weight), one = vf_set(1.0f);
  fill(scaleSums, I, 0.0f);
  fill(weightSums, I, 0.0f);
  for (int32_t t = 0; t < T && g->dQuery; t++) fill(g->dQuery + t * B * I, I, 0.0f);
  for (int32_t s = 0; s < S && g->dKey; s++) fill(g->dKey + s * B * I, I, 0.0f);
  for (int32_t t = 0; t < T; t++) {
    for (int32_t s = 0; s < S; s++) {
      const vf dScore = vf_set(dScores[t * S + s]), dSum = vf_mul(dScore, w);
      const int32_t query = t * B * I, key = s * B * I;
      for (int32_t i = 0; i < I; i += LANES) {
        const int32_t n = I - i;
        vf sum = vf_add(vf_load_to(a->query + query + i, n), vf_load_to(a->key + key + i, n));
        vf h = vf_tanh(vf_mul(by, sum)), dz = vf_mul(dSum, vf_nmadd(h, h, one));
        if (g->dQuery) {
          float *d = g->dQuery + query + i;
          vf_store_to(d, vf_madd(by, dz, vf_load_to(d, n)), n);
        }
        if (g->dKey) {
          float *d = g->dKey + key + i;
          vf_store_to(d, vf_madd(by, dz, vf_load_to(d, n)), n);
        }
        vf_store_to(scaleSums + i, vf_madd(dz, sum, vf_load_to(scaleSums + i, n)), n);
        vf_store_to(weightSums + i, vf_madd(dScore, h, vf_load_to(weightSums + i, n)), n);
      }
    }
  }
  if (g->dScale) *g->dScale += row_total(scaleSums, I);
  if (g->dWeight) *g->dWeight += row_total(weightSums, I);
}

INLINE float *offset(float *x, int32_t elements) { return x ? x + elements : 0; }

void attention_backward(float *dQuery, float *dValue, float *dKey, float *dScale, float *dConcatWeight,
                        const float *dOut, const float *weights, const float *query, const float *value,
                        const float *key, const float *queryMask, const float *drop, const float *scale,
                        const float *concatWeight, float *scratch, int32_t B, int32_t T, int32_t S, int32_t I,
                        int32_t F) {
  const sizes z = {B, T, S, I, F};
  Room room = room_of(attention_backward, scratch, T, S, I, F);
  float *panel = take(&room, PANEL_ELEMENTS);
  float *met = take(&room, (size_t)T * (size_t)S), *dScores = take(&room, (size_t)T * (size_t)S);
  float *dy = take(&room, (size_t)T * (size_t)F);
  float *sums = take(&room, concatWeight ? 2 * (((size_t)I + 15) & ~(size_t)15) : (size_t)T * (size_t)I);
  for (int32_t b = 0; b < B; b++) {
    const scoring a = scoring_of(&z, query, key, scale, concatWeight, b);
    const score_gradients g = {offset(dQuery, b * I), offset(dKey, b * I), dScale, dConcatWeight, sums};
    for (int32_t t = 0; t < T; t++) {
      const int32_t row = t * B + b;
      if (queryMask && queryMask[row] == 0.0f) fill(dy + t * F, F, 0.0f);
      else copy_row(dy + t * F, dOut + row * F, F);
    }
    /* The weights as they met the values. */
    if (drop) drop_scores(met, weights + b * S, B * S, drop + b * S, B * S, &z);
    else copy_rows(met, weights + b * S, T, S, S, B * S);
    if (dValue) {
      for (int32_t s = 0; s < S; s++) fill(dValue + (s * B + b) * F, F, 0.0f);
      add_block_product(dValue + b * F, B * F, turned((matrix){met, S, 1}), (matrix){dy, F, 1}, panel, S, T, F);
    }
    fill(dScores, T * S, 0.0f);
    add_product(dScores, (matrix){dy, F, 1}, turned(steps_of(value + b * F, &z, F)), panel, T, F, S);
    if (drop) drop_scores(dScores, dScores, S, drop + b * S, B * S, &z);
    for (int32_t t = 0; t < T; t++) softmax_backward(dScores + t * S, dScores + t * S, weights + (t * B + b) * S, 1, S);
    if (concatWeight) concat_backward(&g, dScores, &z, &a);
    else dot_backward(&g, dScores, &z, &a, panel);
  }
}
