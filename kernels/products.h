/*
 * The three matrix products of the recurrent kernels, each a loop over register tiles:
 *
 *   project           z = start + x·W + h₋₁·R     all gates of a tile of rows in one pass over the features
 *   project_back      dx = Σ gates drop ⊙ (dz·Wᵀ)
 *   accumulate_outer  dW += xᵀ·dz
 *
 * Every output element is one chain of vf_madd in ascending order of what it sums over (rows, for the last), whatever
 * the tile and the vector width.
 */
#ifndef CELLSTATE_PRODUCTS_H
#define CELLSTATE_PRODUCTS_H

#include "panel.h"

/*
 * Registers hold a tile's sums, one vector of weights and the broadcast values: 32 registers take 24 sums, 16 take 12,
 * and V8 spills beyond 8.
 */
#if LANES == 16 || defined(__ARM_NEON)
#define TILE_SUMS 24
#define UNIT_BLOCKS 2
#define BACK_ROWS 8
#define OUTER_ROWS 8
#elif LANES == 8
#define TILE_SUMS 12
#define UNIT_BLOCKS 1
#define BACK_ROWS 4
#define OUTER_ROWS 4
#else
#define TILE_SUMS 8
#define UNIT_BLOCKS 1
#define BACK_ROWS 4
#define OUTER_ROWS 4
#endif
/* Packed weights that stay in the first-level cache while all rows pass by, in bytes. */
#define WEIGHTS_IN_CACHE 32768

#define MOST_ROWS 8
#define MOST_SUMS 8

#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

/* ---- project ---- */

/*
 * Gates from … to − 1 of a matrix with `gates` of them. A gate's column of z or dz has its own number, but for the
 * third gate's, which is `third`: GRU keeps the recurrent part of its candidate apart. (No array: the compiler must see
 * through it to unroll.)
 */
typedef struct {
  int32_t gates, from, to, columns, third;
} Columns;

INLINE int32_t column_of(Columns c, int32_t gate) { return gate == 2 ? c.third : gate; }

typedef struct {
  float *z;                  /* [rows][columns][units] */
  const float *const *start; /* a pointer a row to [gates·U], what z starts from in the first `gates` columns */
  const float *packed;       /* [unit block][I + U][gates][LANES] */
  Panel x, h;
  int32_t rows, U, units;    /* units: U rounded up to LANES */
} Projection;

/* Blocks of units a tile holds: one column alone has room for two. */
INLINE int unit_blocks(Columns c) { return c.columns == 1 ? 2 : UNIT_BLOCKS; }

typedef struct {
  int32_t xFrom, xTo, hFrom, hTo;
} Features;

/* sums[m][block·columns + column] += a[row m][k] · w[block][k][gate] for k = from … to − 1 */
INLINE void add_features(vf sums[MOST_ROWS][MOST_SUMS], const Panel *a, int32_t row, const float *w, size_t wBlock,
                         int32_t from, int32_t to, Columns c, const int M, const int NB, const int grouped) {
  for (int32_t k0 = from; k0 < to; k0 += PANEL) {
    const float *rows = panel_at(a, 0, k0, row);
    size_t group = grouped ? group_stride(a) : 0;
    int32_t n = least(PANEL, to - k0);
    for (int32_t k = 0; k < n; k++, w += c.gates * LANES) {
      UNROLL for (int gate = c.from; gate < c.to; gate++) {
        vf weights[2];
        UNROLL for (int b = 0; b < NB; b++) weights[b] = vf_load_kept(w + (size_t)b * wBlock + gate * LANES);
        UNROLL for (int m = 0; m < M; m++) {
          vf value = vf_set(rows[(size_t)gate * group + (size_t)(m * PANEL + k)]);
          UNROLL for (int b = 0; b < NB; b++) {
            vf *sum = &sums[m][b * c.columns + column_of(c, gate)];
            *sum = vf_madd(value, weights[b], *sum);
          }
        }
      }
    }
  }
}

INLINE void project_tile(const Projection *p, int32_t row, int32_t u, Features f, Columns cx, Columns ch, const int M,
                         const int NB, const int grouped) {
  vf sums[MOST_ROWS][MOST_SUMS];
  const int first = f.xFrom == 0 && f.hFrom == 0;
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      int32_t at = u + b * LANES;
      UNROLL for (int column = 0; column < cx.columns; column++) {
        const float *z = p->z + ((size_t)(row + m) * (size_t)cx.columns + (size_t)column) * (size_t)p->units;
        vf *sum = &sums[m][b * cx.columns + column];
        if (!first) *sum = vf_load(z + at);
        else if (column >= cx.gates) *sum = vf_zero(); /* the recurrent part of GRU's candidate */
        else *sum = vf_load_to(p->start[row + m] + (size_t)column * (size_t)p->U + at, p->U - at);
      }
    }
  }
  int32_t K = p->x.features + p->h.features;
  size_t wBlock = (size_t)K * (size_t)(cx.gates * LANES);
  const float *w = p->packed + (size_t)(u / LANES) * wBlock;
  add_features(sums, &p->x, row, w + f.xFrom * cx.gates * LANES, wBlock, f.xFrom, f.xTo, cx, M, NB, grouped);
  w += (p->x.features + f.hFrom) * ch.gates * LANES;
  add_features(sums, &p->h, row, w, wBlock, f.hFrom, f.hTo, ch, M, NB, grouped);
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      UNROLL for (int column = 0; column < cx.columns; column++) {
        float *z = p->z + ((size_t)(row + m) * (size_t)cx.columns + (size_t)column) * (size_t)p->units;
        vf_store(z + u + b * LANES, sums[m][b * cx.columns + column]);
      }
    }
  }
}

/* All rows of NB blocks of units. */
INLINE void project_rows(const Projection *p, int32_t u, Features f, Columns cx, Columns ch, const int NB,
                         const int grouped) {
  const int M = least(TILE_SUMS / (cx.columns * unit_blocks(cx)), 8);
  int32_t row = 0;
  for (; row + M <= p->rows; row += M) project_tile(p, row, u, f, cx, ch, M, NB, grouped);
  if (M > 4 && row + 4 <= p->rows) project_tile(p, row, u, f, cx, ch, 4, NB, grouped), row += 4;
  if (M > 2 && row + 2 <= p->rows) project_tile(p, row, u, f, cx, ch, 2, NB, grouped), row += 2;
  if (M > 1 && row + 1 <= p->rows) project_tile(p, row, u, f, cx, ch, 1, NB, grouped);
}

INLINE void project_features(const Projection *p, Features f, Columns cx, Columns ch, const int grouped) {
  const int NB = unit_blocks(cx);
  int32_t u = 0;
  for (; u + NB * LANES <= p->units; u += NB * LANES) project_rows(p, u, f, cx, ch, NB, grouped);
  if (NB > 1 && u < p->units) project_rows(p, u, f, cx, ch, 1, grouped);
}

/*
 * start + x·W + h₋₁·R of all rows. Weights that outgrow the cache go in runs of features, x's first, each run past all
 * rows; the sums rest in z between runs.
 */
INLINE void project_all(const Projection *p, Columns cx, Columns ch, const int grouped) {
  const int32_t I = p->x.features, K = I + p->h.features;
  int32_t run = WEIGHTS_IN_CACHE / (int32_t)sizeof(float) / (unit_blocks(cx) * LANES * cx.gates) / PANEL * PANEL;
  if (K <= run + run / 2) run = K;
  for (int32_t from = 0; from < K;) {
    int32_t to = least(from + run, from < I && run < K ? I : K);
    Features f = {least(from, I), least(to, I), from > I ? from - I : 0, to > I ? to - I : 0};
    project_features(p, f, cx, ch, grouped);
    from = to;
  }
}

/* ---- project_back ---- */

typedef struct {
  const Panel *dz;           /* groups: columns of deltas; features: units */
  const float *packed;       /* pack_transposed: [feature block][gates][U][LANES] */
  float *const *out;         /* a pointer a row to [F] */
  const float *const *drop;  /* a pointer a row to [F], one gate dropStride after the other; NULL: no dropout */
  size_t dropStride;
  int32_t firstRow, rows, F; /* rows of dz */
  int32_t add;               /* += instead of = */
} BackProjection;

/* sums[m][block] += dz[row m][u] · w[block][u] over the units of one column of deltas */
INLINE void add_deltas(vf sums[MOST_ROWS][2], const Panel *dz, int32_t column, int32_t row, const float *w,
                       size_t wBlock, const int M, const int NB) {
  for (int32_t u0 = 0; u0 < dz->features; u0 += PANEL) {
    const float *rows = panel_at(dz, column, u0, row);
    const int32_t n = least(PANEL, dz->features - u0);
    for (int32_t u = 0; u < n; u++, w += LANES) {
      vf weights[2];
      UNROLL for (int b = 0; b < NB; b++) weights[b] = vf_load_kept(w + (size_t)b * wBlock);
      UNROLL for (int m = 0; m < M; m++) {
        vf value = vf_set(rows[m * PANEL + u]);
        UNROLL for (int b = 0; b < NB; b++) sums[m][b] = vf_madd(value, weights[b], sums[m][b]);
      }
    }
  }
}

/* Without dropout one chain of sums runs through all gates; with it, each gate's sum is masked first. */
INLINE void project_back_tile(const BackProjection *p, int32_t row, int32_t f, const Columns *c, const int M,
                              const int NB) {
  const size_t wGate = (size_t)p->dz->features * LANES, wBlock = (size_t)c->gates * wGate;
  const float *w = p->packed + (size_t)(f / LANES) * wBlock + (size_t)c->from * wGate;
  vf sums[MOST_ROWS][2], totals[MOST_ROWS][2];
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      const int32_t at = f + b * LANES;
      totals[m][b] = p->add ? vf_load_to(p->out[row + m] + at, p->F - at) : vf_zero();
      sums[m][b] = p->drop ? vf_zero() : totals[m][b];
    }
  }
  for (int32_t gate = c->from; gate < c->to; gate++, w += wGate) {
    add_deltas(sums, p->dz, column_of(*c, gate), p->firstRow + row, w, wBlock, M, NB);
    if (!p->drop) continue;
    UNROLL for (int m = 0; m < M; m++) {
      const float *drop = p->drop[row + m] + (size_t)gate * p->dropStride;
      UNROLL for (int b = 0; b < NB; b++) {
        const int32_t at = f + b * LANES;
        totals[m][b] = vf_madd(sums[m][b], vf_load_to(drop + at, p->F - at), totals[m][b]);
        sums[m][b] = vf_zero();
      }
    }
  }
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      const int32_t at = f + b * LANES;
      vf_store_to(p->out[row + m] + at, p->drop ? totals[m][b] : sums[m][b], p->F - at);
    }
  }
}

INLINE void project_back_rows(const BackProjection *p, int32_t f, const Columns *c, const int NB) {
  int32_t row = 0;
  for (; row + BACK_ROWS <= p->rows; row += BACK_ROWS) project_back_tile(p, row, f, c, BACK_ROWS, NB);
  if (BACK_ROWS > 4 && (p->rows - row) & 4) project_back_tile(p, row, f, c, 4, NB), row += 4;
  if ((p->rows - row) & 2) project_back_tile(p, row, f, c, 2, NB), row += 2;
  if ((p->rows - row) & 1) project_back_tile(p, row, f, c, 1, NB);
}

/* out [row][F] = Σ gates drop ⊙ (dz of the gate · its weightsᵀ) */
NOINLINE void project_back(const BackProjection *p, const Columns *c) {
  int32_t f = 0;
  for (; f + LANES < p->F; f += 2 * LANES) project_back_rows(p, f, c, 2);
  if (f < p->F) project_back_rows(p, f, c, 1);
}

/* ---- accumulate_outer ---- */

/* out [8 features or fewer of a][2 vectors or 1 of a gate] += aᵀ · dz over rows 0 … rows − 1 */
INLINE void outer_tile(float *out, size_t outStride, const float *a, const float *dz, size_t dzVector, int32_t rows,
                       const int M, const int N) {
  vf sums[MOST_ROWS][2];
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int n = 0; n < N; n++) sums[m][n] = vf_load(out + (size_t)m * outStride + n * LANES);
  }
  for (int32_t row = 0; row < rows; row++, a += PANEL, dz += PANEL) {
    vf deltas[2];
    UNROLL for (int n = 0; n < N; n++) deltas[n] = vf_load_kept(dz + (size_t)n * dzVector);
    UNROLL for (int m = 0; m < M; m++) {
      vf value = vf_set(a[m]);
      UNROLL for (int n = 0; n < N; n++) sums[m][n] = vf_madd(value, deltas[n], sums[m][n]);
    }
  }
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int n = 0; n < N; n++) vf_store(out + (size_t)m * outStride + n * LANES, sums[m][n]);
  }
}

/* Features k … of a against one or two vectors of a gate's deltas. */
INLINE void outer_rows(float *out, size_t outStride, const Panel *a, int32_t group, const float *dz, size_t dzVector,
                       int32_t rows, const int N) {
  for (int32_t k = 0; k < a->features; k += OUTER_ROWS, out += OUTER_ROWS * outStride) {
    const float *features = panel_at(a, group, k / PANEL * PANEL, 0) + k % PANEL;
    int32_t left = least(OUTER_ROWS, a->features - k);
    if (left == OUTER_ROWS) outer_tile(out, outStride, features, dz, dzVector, rows, OUTER_ROWS, N);
    else
      for (int32_t m = 0; m < left; m++)
        outer_tile(out + (size_t)m * outStride, outStride, features + m, dz, dzVector, rows, 1, N);
  }
}

/* out [F][gates][units] += aᵀ · dz over the first `rows` rows of both; a has one group, or one a gate */
NOINLINE void accumulate_outer(float *out, const Panel *a, const Panel *dz, int32_t rows, int32_t units, const Columns *c) {
  const size_t outStride = (size_t)c->gates * (size_t)units;
  for (int32_t gate = 0; gate < c->gates; gate++) {
    int32_t group = a->groups == 1 ? 0 : gate;
    for (int32_t u = 0; u < units; u += 2 * LANES) {
      const float *deltas = panel_at(dz, column_of(*c, gate), u / PANEL * PANEL, 0) + u % PANEL;
      size_t vector = LANES == PANEL ? block_stride(dz) : LANES;
      float *to = out + (size_t)gate * (size_t)units + (size_t)u;
      if (u + LANES < units) outer_rows(to, outStride, a, group, deltas, vector, rows, 2);
      else outer_rows(to, outStride, a, group, deltas, vector, rows, 1);
    }
  }
}

#endif
