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
#elif LANES == 8
#define TILE_SUMS 12
#define UNIT_BLOCKS 1
#else
#define TILE_SUMS 8
#define UNIT_BLOCKS 1
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

/* Which columns of z a product's gates add to. */
typedef struct {
  int32_t gates;      /* of the matrix */
  int32_t columns;    /* of z */
  int32_t column[4];
} Columns;

typedef struct {
  float *z;                  /* [rows][columns][units] */
  const float *const *start; /* a pointer a row to [gates·U], what z starts from in the first `gates` columns */
  const float *packed;       /* [unit block][I + U][gates][LANES] */
  Panel x, h;
  int32_t rows, U, units;    /* units: U rounded up to LANES */
} Projection;

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
      UNROLL for (int gate = 0; gate < c.gates; gate++) {
        vf weights[UNIT_BLOCKS];
        UNROLL for (int b = 0; b < NB; b++) weights[b] = vf_load(w + (size_t)b * wBlock + gate * LANES);
        UNROLL for (int m = 0; m < M; m++) {
          vf value = vf_set(rows[(size_t)gate * group + (size_t)(m * PANEL + k)]);
          UNROLL for (int b = 0; b < NB; b++) {
            vf *sum = &sums[m][b * c.columns + c.column[gate]];
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
        else if (column >= cx.gates) *sum = vf_zero();
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
  const int M = TILE_SUMS / (cx.columns * UNIT_BLOCKS) < 6 ? TILE_SUMS / (cx.columns * UNIT_BLOCKS) : 6;
  int32_t row = 0;
  for (; row + M <= p->rows; row += M) project_tile(p, row, u, f, cx, ch, M, NB, grouped);
  int32_t left = p->rows - row;
  if (M > 5 && left == 5) project_tile(p, row, u, f, cx, ch, 5, NB, grouped);
  if (M > 4 && left == 4) project_tile(p, row, u, f, cx, ch, 4, NB, grouped);
  if (M > 3 && left == 3) project_tile(p, row, u, f, cx, ch, 3, NB, grouped);
  if (M > 2 && left == 2) project_tile(p, row, u, f, cx, ch, 2, NB, grouped);
  if (M > 1 && left == 1) project_tile(p, row, u, f, cx, ch, 1, NB, grouped);
}

INLINE void project_features(const Projection *p, Features f, Columns cx, Columns ch, const int grouped) {
  int32_t u = 0;
  for (; u + UNIT_BLOCKS * LANES <= p->units; u += UNIT_BLOCKS * LANES)
    project_rows(p, u, f, cx, ch, UNIT_BLOCKS, grouped);
  if (UNIT_BLOCKS > 1 && u < p->units) project_rows(p, u, f, cx, ch, 1, grouped);
}

/* start + x·W + h₋₁·R of all rows. Where the weights of a tile's units outgrow the cache, in runs of features. */
INLINE void project_all(const Projection *p, Columns cx, Columns ch, const int grouped) {
  const int32_t run = WEIGHTS_IN_CACHE / (int32_t)sizeof(float) / (UNIT_BLOCKS * LANES * 4) / PANEL * PANEL;
  const int32_t I = p->x.features, U = p->h.features;
  if (I + U <= 2 * run) {
    project_features(p, (Features){0, I, 0, U}, cx, ch, grouped);
    return;
  }
  for (int32_t k = 0; k < I; k += run)
    project_features(p, (Features){k, least(k + run, I), 0, 0}, cx, ch, grouped);
  for (int32_t k = 0; k < U; k += run)
    project_features(p, (Features){I, I, k, least(k + run, U)}, cx, ch, grouped);
}

/* ---- project_back ---- */

typedef struct {
  const Panel *dz;           /* groups: columns of deltas; features: units */
  const float *packed;       /* pack_transposed: [feature block][gates][U][LANES] */
  float *const *out;         /* a pointer a row to [F] */
  const float *const *drop;  /* a pointer a row to [F], one gate dropStride after the other; NULL: no dropout */
  size_t dropStride;
  int32_t firstRow, rows, F; /* rows of dz */
} BackProjection;

INLINE void project_back_tile(const BackProjection *p, int32_t row, int32_t f, Columns c, const int add, const int M,
                              const int NB) {
  const int32_t U = p->dz->features;
  const size_t wBlock = (size_t)c.gates * (size_t)U * LANES;
  const float *w = p->packed + (size_t)(f / LANES) * wBlock;
  vf totals[MOST_ROWS][2];
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      int32_t at = f + b * LANES;
      totals[m][b] = add ? vf_load_to(p->out[row + m] + at, p->F - at) : vf_zero();
    }
  }
  for (int gate = 0; gate < c.gates; gate++) {
    vf sums[MOST_ROWS][2];
    UNROLL for (int m = 0; m < M; m++) {
      UNROLL for (int b = 0; b < NB; b++) sums[m][b] = vf_zero();
    }
    for (int32_t u0 = 0; u0 < U; u0 += PANEL) {
      const float *dz = panel_at(p->dz, c.column[gate], u0, p->firstRow + row);
      int32_t n = least(PANEL, U - u0);
      for (int32_t u = 0; u < n; u++, w += LANES) {
        vf weights[2];
        UNROLL for (int b = 0; b < NB; b++) weights[b] = vf_load(w + (size_t)b * wBlock);
        UNROLL for (int m = 0; m < M; m++) {
          vf value = vf_set(dz[m * PANEL + u]);
          UNROLL for (int b = 0; b < NB; b++) sums[m][b] = vf_madd(value, weights[b], sums[m][b]);
        }
      }
    }
    UNROLL for (int m = 0; m < M; m++) {
      UNROLL for (int b = 0; b < NB; b++) {
        int32_t at = f + b * LANES;
        vf sum = sums[m][b];
        if (p->drop) sum = vf_mul(sum, vf_load_to(p->drop[row + m] + (size_t)gate * p->dropStride + at, p->F - at));
        totals[m][b] = vf_add(totals[m][b], sum);
      }
    }
  }
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      int32_t at = f + b * LANES;
      vf_store_to(p->out[row + m] + at, totals[m][b], p->F - at);
    }
  }
}

INLINE void project_back_rows(const BackProjection *p, int32_t f, Columns c, const int add, const int NB) {
  const int M = TILE_SUMS / 4;
  int32_t row = 0;
  for (; row + M <= p->rows; row += M) project_back_tile(p, row, f, c, add, M, NB);
  int32_t left = p->rows - row;
  if (M > 5 && left == 5) project_back_tile(p, row, f, c, add, 5, NB);
  if (M > 4 && left == 4) project_back_tile(p, row, f, c, add, 4, NB);
  if (M > 3 && left == 3) project_back_tile(p, row, f, c, add, 3, NB);
  if (M > 2 && left == 2) project_back_tile(p, row, f, c, add, 2, NB);
  if (M > 1 && left == 1) project_back_tile(p, row, f, c, add, 1, NB);
}

/* out [row][F] = (with `add`, +=) Σ gates drop ⊙ (dz of the gate · its weightsᵀ) */
INLINE void project_back(const BackProjection *p, Columns c, const int add) {
  int32_t f = 0;
  for (; f + LANES < p->F; f += 2 * LANES) project_back_rows(p, f, c, add, 2);
  if (f < p->F) project_back_rows(p, f, c, add, 1);
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
    UNROLL for (int n = 0; n < N; n++) deltas[n] = vf_load(dz + (size_t)n * dzVector);
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
  const int M = LANES == 4 ? 4 : LANES == 8 ? 4 : 8;
  for (int32_t k = 0; k < a->features; k += M, out += M * outStride) {
    const float *features = panel_at(a, group, k / PANEL * PANEL, 0) + k % PANEL;
    int32_t left = least(M, a->features - k);
    if (left == M) outer_tile(out, outStride, features, dz, dzVector, rows, M, N);
    else
      for (int32_t m = 0; m < left; m++)
        outer_tile(out + (size_t)m * outStride, outStride, features + m, dz, dzVector, rows, 1, N);
  }
}

/* out [F][gates][units] += aᵀ · dz over the first `rows` rows of both; a has one group, or one a gate */
INLINE void accumulate_outer(float *out, const Panel *a, const Panel *dz, int32_t rows, int32_t units, Columns c) {
  const size_t outStride = (size_t)c.gates * (size_t)units;
  for (int32_t gate = 0; gate < c.gates; gate++) {
    int32_t group = a->groups == 1 ? 0 : gate;
    for (int32_t u = 0; u < units; u += 2 * LANES) {
      const float *deltas = panel_at(dz, c.column[gate], u / PANEL * PANEL, 0) + u % PANEL;
      size_t vector = LANES == PANEL ? block_stride(dz) : LANES;
      float *to = out + (size_t)gate * (size_t)units + (size_t)u;
      if (u + LANES < units) outer_rows(to, outStride, a, group, deltas, vector, rows, 2);
      else outer_rows(to, outStride, a, group, deltas, vector, rows, 1);
    }
  }
}

#endif
