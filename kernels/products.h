/*
 * The three matrix products of the recurrent kernels, each a loop over register tiles:
 *
 *   project           z = start + x·W + h₋₁·R
 *   project_back      dx = Σ gates drop ⊙ (dz·Wᵀ)
 *   accumulate_outer  dW += xᵀ·dz
 *
 * They go gate by gate, so that it makes no difference whether the gates see one input or, with recurrent dropout, each
 * its own. Every output element is one chain of vf_madd in ascending order of what it sums over (in the order of rows,
 * for the last), whatever the tile and the vector width.
 */
#ifndef CELLSTATE_PRODUCTS_H
#define CELLSTATE_PRODUCTS_H

#include "panel.h"

/* A column of z or dz: the gate of W that meets x and the gate of R that meets h₋₁ there; NONE where neither does. */
#define NONE (-1)
typedef struct {
  int32_t x, h;
} Column;

typedef struct {
  Column column[4];
  int32_t count;
} Columns;

/* The sides of a Column. */
enum { INPUT_SIDE, RECURRENT_SIDE };
INLINE int32_t gate_of(const Columns *c, int32_t column, int32_t side) {
  return side == INPUT_SIDE ? c->column[column].x : c->column[column].h;
}

typedef struct {
  float *z;                        /* [rows][columns][units] */
  const float *const *start;       /* a pointer a row to [gates·U]: where columns that meet x start; others start at 0 */
  Panel x, h;                      /* one group, or one a gate */
  Packed kernel, recurrent;
  int32_t rows, U, units, columns; /* units: U padded */
  int32_t resume;                  /* columns start from what z holds */
} Projection;

typedef struct {
  const Panel *dz;           /* a group a column */
  Packed weights;            /* of one side, transposed: features are units, outputs the F features of that side */
  float *const *out;         /* a pointer a row to [F] */
  const float *const *drop;  /* a pointer a row to [F], one gate dropStride after the other; NULL: no dropout */
  size_t dropStride;
  int32_t firstRow, rows, F; /* rows of dz */
  int32_t side, add;         /* add: += instead of = */
} BackProjection;

#define pack PER_ISA(pack)
#define project PER_ISA(project)
#define project_back PER_ISA(project_back)
#define accumulate_outer PER_ISA(accumulate_outer)

/* The element of gate g, feature k and output n at matrix[g·gate + k·feature + n·output]. */
typedef struct {
  size_t gate, feature, output;
} Strides;

/* Packs `gates` matrices of F features and N outputs. */
Packed pack(Room *room, const float *matrix, int32_t gates, int32_t F, int32_t N, Strides s);

/* The columns of z, where c says what meets in each. */
void project(const Projection *p, const Columns *c);

/* out [row][F] = (or +=) Σ gates drop ⊙ (dz of the gate's column · its weightsᵀ) */
void project_back(const BackProjection *p, const Columns *c);

/* out [F][gates][units] += aᵀ · dz over the first `rows` rows of both; a has one group, or one a gate */
void accumulate_outer(float *out, const Panel *a, const Panel *dz, int32_t rows, int32_t gates, int32_t units,
                      const Columns *c, int32_t side);

#endif
