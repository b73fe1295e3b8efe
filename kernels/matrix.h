/*
 * One blocked matrix product. out [M][J] is computed in tiles of TILE_ROWS rows × TILE_VECTORS vectors that stay in
 * registers while k runs; the right-hand matrix is copied, a panel at a time, into the order in which it is read.
 * Every output element starts from what lies in `out` and takes its products in the order of k, one fused
 * multiply-add each, so the sums are the same on every machine and for every way of cutting.
 */
#ifndef CELLSTATE_MATRIX_H
#define CELLSTATE_MATRIX_H

#include "kernels.h"
#include "room.h"
#include "rows.h"

#if LANES == 16
#define TILE_ROWS 6
#define TILE_VECTORS 4
#elif LANES == 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#else
#define TILE_ROWS 4
#define TILE_VECTORS 2
#endif

/* The widest panel, and the steps of k that it holds: 64 KB. */
#define PANEL_COLUMNS 64
#define PANEL_DEPTH (PANEL_ELEMENTS / PANEL_COLUMNS)
_Static_assert(TILE_VECTORS * LANES <= PANEL_COLUMNS, "a panel is at most so wide");
/* Fewer rows than this do not pay for the copy. */
#define PACK_ROWS 8

/* A matrix by its strides: element (i, k) at p[i·row + k·column]. Swapping the strides transposes it. */
typedef struct {
  const float *p;
  int32_t row;
  int32_t column;
} matrix;

/* out rows × vectors tile += a (rows × depth) · panel (depth × vectors), `stride` elements from one k to the next;
   the last vector has `lanes` columns. rows and vectors are constants where this is inlined. */
INLINE void tile_product(float *out, int32_t outRow, matrix a, const float *panel, int32_t stride, int32_t depth,
                         int rows, int vectors, int32_t lanes) {
  vf sum[TILE_ROWS][TILE_VECTORS];
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      const float *from = out + r * outRow + v * LANES;
      sum[r][v] = v == vectors - 1 ? vf_load_to(from, lanes) : vf_load(from);
    }
  }
  for (int32_t k = 0; k < depth; k++) {
    vf right[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) right[v] = vf_load(panel + k * stride + v * LANES);
    for (int r = 0; r < rows; r++) {
      vf left = vf_set(a.p[r * a.row + k * a.column]);
      for (int v = 0; v < vectors; v++) sum[r][v] = vf_madd(left, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      float *to = out + r * outRow + v * LANES;
      if (v == vectors - 1) vf_store_to(to, sum[r][v], lanes);
      else vf_store(to, sum[r][v]);
    }
  }
}

/* All rows against one panel of `vectors` vectors. */
INLINE void panel_product(float *out, int32_t outRow, matrix a, const float *panel, int32_t stride, int32_t depth,
                          int32_t M, int vectors, int32_t lanes) {
  int32_t m = 0;
  for (; m + TILE_ROWS <= M; m += TILE_ROWS, out += TILE_ROWS * outRow, a.p += TILE_ROWS * a.row) {
    tile_product(out, outRow, a, panel, stride, depth, TILE_ROWS, vectors, lanes);
  }
  switch (M - m) {
    case 1: tile_product(out, outRow, a, panel, stride, depth, 1, vectors, lanes); break;
    case 2: tile_product(out, outRow, a, panel, stride, depth, 2, vectors, lanes); break;
    case 3: tile_product(out, outRow, a, panel, stride, depth, 3, vectors, lanes); break;
#if TILE_ROWS > 4
    case 4: tile_product(out, outRow, a, panel, stride, depth, 4, vectors, lanes); break;
    case 5: tile_product(out, outRow, a, panel, stride, depth, 5, vectors, lanes); break;
#endif
  }
}

/* panel [depth][width] = columns j … of b, those past `columns` zero. */
INLINE void pack_panel(float *panel, matrix b, int32_t depth, int32_t columns, int32_t width) {
  for (int32_t k = 0; k < depth; k++) {
    float *row = panel + k * width;
    const float *from = b.p + k * b.row;
    if (b.column == 1) {
      for (int32_t j = 0; j < width; j += LANES) {
        vf_store(row + j, columns - j > 0 ? vf_load_to(from + j, columns - j) : vf_zero());
      }
    } else {
      for (int32_t j = 0; j < width; j++) row[j] = j < columns ? from[j * b.column] : 0.0f;
    }
  }
}

/* out [M][J], its rows outRow apart, += a [M][K] · b [K][J]; panel holds PANEL_ELEMENTS. */
NOINLINE void add_block_product(float *out, int32_t outRow, matrix a, matrix b, float *scratch, int32_t M,
                                     int32_t K, int32_t J) {
  const int32_t wide = TILE_VECTORS * LANES;
  for (int32_t k = 0; k < K; k += PANEL_DEPTH) {
    int32_t depth = K - k < PANEL_DEPTH ? K - k : PANEL_DEPTH;
    matrix left = {a.p + k * a.column, a.row, a.column};
    for (int32_t j = 0; j < J;) {
      int32_t columns = J - j;
      int32_t width = columns >= wide ? wide : LANES;
      matrix right = {b.p + k * b.row + j * b.column, b.row, b.column};
      const float *panel = right.p;
      int32_t stride = b.row;
      if (M >= PACK_ROWS || b.column != 1 || columns < width) {
        pack_panel(scratch, right, depth, columns, width);
        panel = scratch;
        stride = width;
      }
      if (width == wide) panel_product(out + j, outRow, left, panel, stride, depth, M, TILE_VECTORS, LANES);
      else panel_product(out + j, outRow, left, panel, stride, depth, M, 1, columns);
      j += width;
    }
  }
}

/* As above, out's rows one after another. */
INLINE void add_product(float *out, matrix a, matrix b, float *scratch, int32_t M, int32_t K, int32_t J) {
  add_block_product(out, J, a, b, scratch, M, K, J);
}

#endif
