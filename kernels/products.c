/* The matrix products of products.h. */
#include "products.h"

/*
 * A tile is ROWS rows by two vectors. Registers hold its sums, its two vectors of weights and a broadcast value; V8
 * moves the loads of a loop together, so that there the values of all rows must fit as well. A row alone takes several
 * columns (gates) at once instead: fewer sums than the arithmetic is deep would leave it idle.
 */
#if LANES == 16 || defined(__ARM_NEON)
#define ROWS 8
#define OUTER_ROWS 8
#elif LANES == 8
#define ROWS 6
#define OUTER_ROWS 4
#else
#define ROWS 4
#define OUTER_ROWS 4
#endif
#if LANES == 4 && !defined(__ARM_NEON)
#define ROW_COLUMNS 2
#define ROW_BLOCKS 3
#else
#define ROW_COLUMNS 4
#define ROW_BLOCKS 2
#endif

#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

Packed pack(Room *room, const float *matrix, int32_t gates, int32_t F, int32_t N, Strides s) {
  const int32_t blocks = padded(N) / LANES;
  Packed p = {take(room, (size_t)(gates * blocks) * (size_t)F * LANES), F, blocks};
  if (F == 0) return p;
  float *to = p.at;
  for (int32_t gate = 0; gate < gates; gate++) {
    for (int32_t n = 0; n < blocks * LANES; n += LANES) {
      const float *from = matrix + (size_t)gate * s.gate + (size_t)n * s.output;
      const int32_t left = least(N - n, LANES);
      for (int32_t k = 0; k < F; k++, from += s.feature, to += LANES) {
        if (s.output == 1 && left > 0) vf_store(to, vf_load_to(from, left));
        else
          for (int32_t lane = 0; lane < LANES; lane++) to[lane] = lane < left ? from[(size_t)lane * s.output] : 0.0f;
      }
    }
  }
  return p;
}

/* sums[m][b] += a[row m][k] · w[b][k] over the features of a group; w [block][k][LANES] */
INLINE void add_group(vf sums[ROWS][2], const Panel *a, int32_t group, int32_t row, const float *w, size_t wBlock,
                      const int M, const int NB) {
  for (int32_t k0 = 0; k0 < a->features; k0 += PANEL) {
    const float *rows = panel_at(a, group, k0, row);
    const int32_t n = least(PANEL, a->features - k0);
    for (int32_t k = 0; k < n; k++, rows++, w += LANES) {
      vf weights[2];
      UNROLL for (int b = 0; b < NB; b++) weights[b] = vf_load_kept(w + (size_t)b * wBlock);
      UNROLL for (int m = 0; m < M; m++) {
        vf value = vf_set(rows[(size_t)m * PANEL]);
        UNROLL for (int b = 0; b < NB; b++) sums[m][b] = vf_madd(value, weights[b], sums[m][b]);
      }
    }
  }
}

/* ---- project ---- */

INLINE float *z_at(const Projection *p, int32_t row, int32_t column, int32_t u) {
  return p->z + ((size_t)row * (size_t)p->columns + (size_t)column) * (size_t)p->units + u;
}

/* What a column of a row starts from: NB vectors from unit u on. */
INLINE void start_sums(vf *sums, const Projection *p, Column c, int32_t row, int32_t column, int32_t u, const int NB) {
  const float *z = z_at(p, row, column, u), *start = c.x == NONE ? NULL : p->start[row] + (size_t)c.x * (size_t)p->U + u;
  const int32_t left = p->U - u;
  UNROLL for (int b = 0; b < NB; b++) {
    if (p->resume) sums[b] = vf_load(z + b * LANES);
    else if (!start || left <= b * LANES) sums[b] = vf_zero();
    else sums[b] = vf_load_to(start + b * LANES, left - b * LANES);
  }
}

INLINE int32_t group_of(const Panel *p, int32_t gate) { return p->groups == 1 ? 0 : gate; }

INLINE void project_tile(const Projection *p, int32_t row, int32_t u, int32_t column, Column c, const int M,
                         const int NB) {
  vf sums[ROWS][2];
  if (p->resume || c.x == NONE || u + NB * LANES > p->U) {
    UNROLL for (int m = 0; m < M; m++) start_sums(sums[m], p, c, row + m, column, u, NB);
  } else {
    const float *const *start = p->start + row;
    const size_t at = (size_t)c.x * (size_t)p->U + (size_t)u;
    UNROLL for (int m = 0; m < M; m++) {
      UNROLL for (int b = 0; b < NB; b++) sums[m][b] = vf_load(start[m] + at + b * LANES);
    }
  }
  for (int side = INPUT_SIDE; side <= RECURRENT_SIDE; side++) {
    const int32_t gate = side == INPUT_SIDE ? c.x : c.h;
    const Panel *a = side == INPUT_SIDE ? &p->x : &p->h;
    const Packed *w = side == INPUT_SIDE ? &p->kernel : &p->recurrent;
    if (gate != NONE) add_group(sums, a, group_of(a, gate), row, packed_at(w, gate, u), packed_block(w), M, NB);
  }
  float *z = z_at(p, row, column, u);
  const size_t zRow = (size_t)(p->columns * p->units);
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) vf_store(z + (size_t)m * zRow + b * LANES, sums[m][b]);
  }
}

/* One row, columns from … from + ROW_COLUMNS − 1. A column without a gate on a side adds zeros there. */
INLINE void project_row(const Projection *p, int32_t row, int32_t u, int32_t from, const Columns *c, const int NB) {
  static const float zeros[PANEL];
  vf sums[ROW_COLUMNS][ROW_BLOCKS];
  UNROLL for (int j = 0; j < ROW_COLUMNS; j++) start_sums(sums[j], p, c->column[from + j], row, from + j, u, NB);
  for (int side = INPUT_SIDE; side <= RECURRENT_SIDE; side++) {
    const Panel *a = side == INPUT_SIDE ? &p->x : &p->h;
    const Packed *packed = side == INPUT_SIDE ? &p->kernel : &p->recurrent;
    const size_t wBlock = packed_block(packed);
    const float *w[ROW_COLUMNS], *values[ROW_COLUMNS];
    size_t step[ROW_COLUMNS]; /* from block to block of features */
    if (a->features == 0) continue;
    UNROLL for (int j = 0; j < ROW_COLUMNS; j++) {
      const int32_t gate = gate_of(c, from + j, side);
      w[j] = packed_at(packed, gate == NONE ? 0 : gate, u);
      values[j] = gate == NONE ? zeros : panel_at(a, group_of(a, gate), 0, row);
      step[j] = gate == NONE ? 0 : block_stride(a);
    }
    for (int32_t left = a->features; left > 0; left -= PANEL) {
      const int32_t n = least(PANEL, left);
      for (int32_t k = 0; k < n; k++) {
        UNROLL for (int j = 0; j < ROW_COLUMNS; j++) {
          vf value = vf_set(values[j][k]);
          UNROLL for (int b = 0; b < NB; b++) sums[j][b] = vf_madd(value, vf_load(w[j] + (size_t)b * wBlock), sums[j][b]);
          w[j] += LANES;
        }
      }
      UNROLL for (int j = 0; j < ROW_COLUMNS; j++) values[j] += step[j];
    }
  }
  float *z = z_at(p, row, from, u);
  UNROLL for (int j = 0; j < ROW_COLUMNS; j++, z += p->units) {
    UNROLL for (int b = 0; b < NB; b++) vf_store(z + b * LANES, sums[j][b]);
  }
}

/* Tiles of one column, of single rows too if it is the only one; returns how many rows they cover. */
INLINE int32_t project_rows(const Projection *p, int32_t u, int32_t column, Column c, int only, const int NB) {
  int32_t row = 0;
  for (; row + ROWS <= p->rows; row += ROWS) project_tile(p, row, u, column, c, ROWS, NB);
  if (ROWS > 4 && row + 4 <= p->rows) project_tile(p, row, u, column, c, 4, NB), row += 4;
  if (!only) return row;
  for (; row < p->rows; row++) project_tile(p, row, u, column, c, 1, NB);
  return row;
}

INLINE int in_use(Column c) { return c.x != NONE || c.h != NONE; }

/* The rows from `row` on, each alone. */
INLINE void project_last_rows(const Projection *p, int32_t row, const Columns *c) {
  for (; row < p->rows; row++) {
    for (int32_t from = 0; from < c->count; from += ROW_COLUMNS) {
      int32_t u = 0;
      for (; u + ROW_BLOCKS * LANES <= p->units; u += ROW_BLOCKS * LANES) project_row(p, row, u, from, c, ROW_BLOCKS);
      if (ROW_BLOCKS > 2 && u + 2 * LANES <= p->units) project_row(p, row, u, from, c, 2), u += 2 * LANES;
      if (u < p->units) project_row(p, row, u, from, c, 1);
    }
  }
}

void project(const Projection *p, const Columns *c) {
  int32_t used = 0, done = 0;
  for (int32_t column = 0; column < c->count; column++) used += in_use(c->column[column]);
  for (int32_t column = 0; column < c->count && (p->rows >= 4 || used == 1); column++) {
    const Column gates = c->column[column];
    if (!in_use(gates)) continue;
    int32_t u = 0;
    for (; u + 2 * LANES <= p->units; u += 2 * LANES) done = project_rows(p, u, column, gates, used == 1, 2);
    if (SINGLES && u < p->units) done = project_rows(p, u, column, gates, used == 1, 1);
  }
  project_last_rows(p, done, c);
}

/* ---- project_back ---- */

/* Without dropout one chain of sums runs through all gates; with it, each gate's sum is masked first. */
INLINE void project_back_tile(const BackProjection *p, int32_t row, int32_t f, const Columns *c, const int M,
                              const int NB) {
  vf sums[ROWS][2], totals[ROWS][2];
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      const int32_t at = f + b * LANES;
      totals[m][b] = p->add && at < p->F ? vf_load_to(p->out[row + m] + at, p->F - at) : vf_zero();
      sums[m][b] = p->drop ? vf_zero() : totals[m][b];
    }
  }
  for (int32_t column = 0; column < c->count; column++) {
    const int32_t gate = gate_of(c, column, p->side);
    if (gate == NONE) continue;
    const float *w = packed_at(&p->weights, gate, f);
    add_group(sums, p->dz, column, p->firstRow + row, w, packed_block(&p->weights), M, NB);
    if (!p->drop) continue;
    UNROLL for (int m = 0; m < M; m++) {
      const float *drop = p->drop[row + m] + (size_t)gate * p->dropStride;
      UNROLL for (int b = 0; b < NB; b++) {
        const int32_t at = f + b * LANES;
        if (at < p->F) totals[m][b] = vf_madd(sums[m][b], vf_load_to(drop + at, p->F - at), totals[m][b]);
        sums[m][b] = vf_zero();
      }
    }
  }
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int b = 0; b < NB; b++) {
      const int32_t at = f + b * LANES;
      if (at < p->F) vf_store_to(p->out[row + m] + at, vf_settle(p->drop ? totals[m][b] : sums[m][b]), p->F - at);
    }
  }
}

INLINE void project_back_rows(const BackProjection *p, int32_t f, const Columns *c, const int NB) {
  int32_t row = 0;
  for (; row + ROWS <= p->rows; row += ROWS) project_back_tile(p, row, f, c, ROWS, NB);
  if (ROWS > 4 && row + 4 <= p->rows) project_back_tile(p, row, f, c, 4, NB), row += 4;
  for (; row < p->rows; row++) project_back_tile(p, row, f, c, 1, NB);
}

void project_back(const BackProjection *p, const Columns *c) {
  int32_t f = 0;
  for (; f + 2 * LANES <= padded(p->F); f += 2 * LANES) project_back_rows(p, f, c, 2);
  if (SINGLES && f < p->F) project_back_rows(p, f, c, 1);
}

/* ---- accumulate_outer ---- */

/* out [M features][N vectors of a gate] += aᵀ · dz over rows 0 … rows − 1 */
INLINE void outer_tile(float *out, size_t outStride, const float *a, const float *dz, size_t dzVector, int32_t rows,
                       const int M, const int N) {
  vf sums[OUTER_ROWS][2];
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

/* All features of a group of a against one or two vectors of a gate's deltas. */
INLINE void outer_features(float *out, size_t outStride, const Panel *a, int32_t group, const float *dz, size_t dzVector,
                           int32_t rows, const int N) {
  int32_t k = 0;
  for (; k + OUTER_ROWS <= a->features; k += OUTER_ROWS)
    outer_tile(out + (size_t)k * outStride, outStride, panel_at(a, group, k, 0), dz, dzVector, rows, OUTER_ROWS, N);
  for (; k < a->features; k++)
    outer_tile(out + (size_t)k * outStride, outStride, panel_at(a, group, k, 0), dz, dzVector, rows, 1, N);
}

void accumulate_outer(float *out, const Panel *a, const Panel *dz, int32_t rows, int32_t gates, int32_t units,
                      const Columns *c, int32_t side) {
  const size_t outStride = (size_t)gates * (size_t)units;
  const size_t vector = LANES == PANEL ? block_stride(dz) : LANES;
  for (int32_t column = 0; column < c->count; column++) {
    const int32_t gate = gate_of(c, column, side);
    if (gate == NONE) continue;
    float *to = out + (size_t)gate * (size_t)units;
    int32_t u = 0;
    for (; u + 2 * LANES <= units; u += 2 * LANES)
      outer_features(to + u, outStride, a, group_of(a, gate), panel_at(dz, column, u, 0), vector, rows, 2);
    if (SINGLES && u < units)
      outer_features(to + u, outStride, a, group_of(a, gate), panel_at(dz, column, u, 0), vector, rows, 1);
  }
}
