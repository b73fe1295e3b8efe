/*
 * What the recurrent cells share: which rows take part in a step, a step's input, and the backward pass around a
 * cell's own deltas.
 *
 * Letters: B batch, T time, I input, U units; s is the step in processing order, t the time it reads; r numbers the
 * rows that take part, b those of the batch. `units` is U rounded up to LANES.
 */
#ifndef CELLSTATE_RECURRENT_H
#define CELLSTATE_RECURRENT_H

#include "activations.h"
#include "kernels.h"
#include "products.h"

typedef struct {
  const float *x;                   /* [T][B][I] */
  const float *ids, *table;         /* [B][T], [V][gates·U]; replace x where given */
  const float *mask;                /* [T][B] or NULL */
  const float *dropX, *dropH;       /* [GX][B][I], [gates][B][U], or NULL */
  int32_t B, T, I, U, GX, gates, reverse;
} Sequence;

/* Floats that a pointer takes of the working room. */
#define POINTER_FLOATS (sizeof(uintptr_t) / sizeof(float))

INLINE int32_t time_of(const Sequence *q, int32_t s) { return q->reverse ? q->T - 1 - s : s; }

/* Lists the rows that step s does not skip; returns how many. */
INLINE int32_t active_rows(int32_t *rows, const Sequence *q, int32_t s) {
  const float *mask = q->mask ? q->mask + (size_t)time_of(q, s) * (size_t)q->B : NULL;
  int32_t n = 0;
  for (int32_t b = 0; b < q->B; b++) {
    if (!mask || mask[b] != 0.0f) rows[n++] = b;
  }
  return n;
}

/* Row r of the panels is row b of step s: x_t ⊙ dropX and h₋₁ ⊙ dropH. hPrevious [U] or NULL for zeros. */
INLINE void fill_input(const Panel *x, const Panel *h, int32_t r, const Sequence *q, int32_t s, int32_t b,
                       const float *hPrevious) {
  const size_t B = (size_t)q->B, I = (size_t)q->I, U = (size_t)q->U, row = (size_t)b;
  if (x->features > 0) {
    const float *drop = q->dropX ? q->dropX + row * I : NULL;
    fill_row(x, r, q->x + ((size_t)time_of(q, s) * B + row) * I, drop, q->GX == 1 ? 0 : B * I);
  }
  fill_row(h, r, hPrevious, q->dropH ? q->dropH + row * U : NULL, B * U);
}

/* Copies of a panel: one a gate where a gate has its own mask. */
INLINE int32_t dropout_groups(const Sequence *q) {
  return q->dropH || (q->dropX && q->GX > 1) ? q->gates : 1;
}

/* states [T][B][U] at step s, initial [B][U] before the first (NULL: zeros) */
INLINE const float *state_row(const float *states, const float *initial, const Sequence *q, int32_t s, int32_t b) {
  const size_t U = (size_t)q->U;
  if (s >= 0) return states + ((size_t)s * (size_t)q->B + (size_t)b) * U;
  return initial ? initial + (size_t)b * U : NULL;
}

/* NULL: zeros */
NOINLINE void copy(float *to, const float *from, size_t n) {
  for (size_t i = 0; i < n; i += LANES) {
    int left = n - i < LANES ? (int)(n - i) : LANES;
    vf_store_to(to + i, from ? vf_load_to(from + i, left) : vf_zero(), left);
  }
}

/* ---- forward ---- */

/* What every step of a forward pass works with. */
typedef struct {
  Projection p;
  int32_t *rows;       /* the active ones */
  const float **start;
  const float *bias;   /* [gates·U], zeros where the layer has none */
} Forward;

/* Packs the weights and hands out the working room; columns: of z, a row. */
NOINLINE Forward start_forward(const Sequence *q, const float *kernel, const float *recurrent, const float *bias,
                             int32_t columns, Room *room) {
  const int32_t I = q->table ? 0 : q->I, U = q->U, units = round_up(U, LANES), gates = q->gates;
  float *packed = take(room, (size_t)(I + U) * (size_t)(gates * units));
  if (I > 0) pack_gates(packed, kernel, 0, I, I + U, U, gates, 0, gates);
  pack_gates(packed, recurrent, I, U, I + U, U, gates, 0, gates);
  Forward f;
  f.start = (const float **)(void *)take(room, (size_t)q->B * POINTER_FLOATS);
  f.rows = (int32_t *)(void *)take(room, (size_t)q->B);
  if (bias) f.bias = bias;
  else {
    float *zeros = take(room, (size_t)(gates * U));
    copy(zeros, NULL, (size_t)(gates * U));
    f.bias = zeros;
  }
  const int32_t groups = dropout_groups(q);
  f.p = (Projection){.z = take(room, (size_t)q->B * (size_t)(columns * units)),
                     .start = f.start,
                     .packed = packed,
                     .x = take_panel(room, groups, I, q->B),
                     .h = take_panel(room, groups, U, q->B),
                     .U = U,
                     .units = units};
  return f;
}

/* Gathers step s: the active rows, their inputs, and what their pre-activations start from. h₋₁ [B][U] or NULL. */
NOINLINE void gather_step(Forward *f, const Sequence *q, int32_t s, const float *hPrevious) {
  f->p.rows = active_rows(f->rows, q, s);
  for (int32_t r = 0; r < f->p.rows; r++) {
    int32_t b = f->rows[r];
    fill_input(&f->p.x, &f->p.h, r, q, s, b, hPrevious ? hPrevious + (size_t)b * (size_t)q->U : NULL);
    f->start[r] = f->bias;
    if (q->table) {
      int32_t id = (int32_t)q->ids[(size_t)b * (size_t)q->T + (size_t)time_of(q, s)];
      f->start[r] = q->table + (size_t)id * (size_t)(q->gates * q->U);
    }
  }
}

/* States [B][U] carry through step s where the mask skips a row. */
INLINE void carry_skipped(float *to, const float *from, const Sequence *q, int32_t s) {
  if (!q->mask || to == from) return;
  const float *mask = q->mask + (size_t)time_of(q, s) * (size_t)q->B;
  const size_t U = (size_t)q->U;
  for (size_t b = 0; b < (size_t)q->B; b++) {
    if (mask[b] == 0.0f) copy(to + b * U, from ? from + b * U : NULL, U);
  }
}

/* ---- backward ---- */

/* Rows whose deltas are gathered before they meet the weight gradients: few enough to stay in cache. */
#define CHUNK_ROWS 128

typedef struct {
  float *dx, *dKernel, *dRecurrent, *dBias; /* dx [T][B][I] or NULL; gradients of the weights; dBias or NULL */
  const float *dH;                          /* [T][B][U] or NULL */
} Gradients;

/*
 * A chunk is the active rows of the last few steps; row r of dz, x and h belongs to batch row rows[r] at step steps[r].
 * Deltas are summed over the batch chunk by chunk, each from the last step to the first: one order for any chunk size.
 */
typedef struct {
  const Sequence *q;
  Gradients to;
  Columns inputColumns, recurrentColumns; /* whose deltas meet x, whose meet h₋₁ */
  Panel dz, x, h;
  int32_t *steps, *rows;
  int32_t filled, capacity, units;
  float *dh;                               /* [B][units] */
  float *kernelT, *recurrentT;             /* packed */
  float *outer;                            /* [I + U][gates][units]: gradients of both kernels */
  float *bias;                             /* [columns][units] */
  float **out;
  const float **drop;
  const float **hPrevious;                 /* a pointer a row to [U], or NULL for zeros */
} Backward;

NOINLINE Backward start_backward(const Sequence *q, Gradients to, const float *kernel, const float *recurrent,
                               const float *dLast, Columns x, Columns h, int32_t hGroups, Room *room) {
  const int32_t I = q->I, U = q->U, units = round_up(U, LANES), gates = q->gates;
  const int32_t capacity = q->B > CHUNK_ROWS ? q->B : CHUNK_ROWS / q->B * q->B;
  const size_t pointers = (size_t)capacity * POINTER_FLOATS;
  Backward w = {.q = q, .to = to, .inputColumns = x, .recurrentColumns = h, .capacity = capacity, .units = units};
  w.dz = take_panel(room, x.columns, U, capacity);
  w.x = take_panel(room, dropout_groups(q), I, capacity);
  w.h = take_panel(room, hGroups, U, capacity);
  w.steps = (int32_t *)(void *)take(room, (size_t)capacity);
  w.rows = (int32_t *)(void *)take(room, (size_t)capacity);
  w.out = (float **)(void *)take(room, pointers);
  w.drop = (const float **)(void *)take(room, pointers);
  w.hPrevious = (const float **)(void *)take(room, pointers);
  w.dh = take(room, (size_t)q->B * (size_t)units);
  for (size_t b = 0; b < (size_t)q->B; b++)
    copy(w.dh + b * (size_t)units, dLast ? dLast + b * (size_t)U : NULL, (size_t)U);
  w.recurrentT = take(room, (size_t)(gates * U) * (size_t)units);
  pack_transposed(w.recurrentT, recurrent, U, U, gates);
  if (to.dx) {
    w.kernelT = take(room, (size_t)(gates * U) * (size_t)round_up(I, LANES));
    pack_transposed(w.kernelT, kernel, I, U, gates);
    if (q->mask) copy(to.dx, NULL, (size_t)q->T * (size_t)q->B * (size_t)I);
  }
  const size_t outer = (size_t)(I + U) * (size_t)(gates * units), bias = (size_t)(x.columns * units);
  w.outer = take(room, outer);
  copy(w.outer, NULL, outer);
  w.bias = take(room, bias);
  copy(w.bias, NULL, bias);
  return w;
}

/* Lists the rows of step s after those of the chunk so far, and adds the step's own gradient; returns how many. */
INLINE int32_t begin_step(Backward *w, int32_t s) {
  const Sequence *q = w->q;
  const size_t U = (size_t)q->U, units = (size_t)w->units;
  if (w->to.dH) {
    for (size_t b = 0; b < (size_t)q->B; b++) {
      const float *dH = w->to.dH + ((size_t)s * (size_t)q->B + b) * U;
      float *dh = w->dh + b * units;
      for (int32_t u = 0; u < q->U; u += LANES)
        vf_store_to(dh + u, vf_add(vf_load_to(dh + u, q->U - u), vf_load_to(dH + u, q->U - u)), q->U - u);
    }
  }
  int32_t n = active_rows(w->rows + w->filled, q, s);
  for (int32_t r = 0; r < n; r++) w->steps[w->filled + r] = s;
  return n;
}

/* δz·Rᵀ of `rows` rows from `first` on, to w->out under w->drop (pointers to [gates][B][U], by row). */
NOINLINE void send_back(Backward *w, int32_t first, int32_t rows, const Columns *c, int32_t add) {
  const BackProjection p = {.dz = &w->dz,
                            .packed = w->recurrentT,
                            .out = w->out,
                            .drop = w->q->dropH ? w->drop : NULL,
                            .dropStride = (size_t)w->q->B * (size_t)w->q->U,
                            .firstRow = first,
                            .rows = rows,
                            .F = w->q->U,
                            .add = add};
  project_back(&p, c);
}

/* δh₋₁ = δz·Rᵀ of the rows of one step, in place of their δh or, with `add`, on top of it. */
NOINLINE void send_back_step(Backward *w, int32_t first, int32_t rows, const Columns *c, int32_t add) {
  const Sequence *q = w->q;
  for (int32_t r = 0; r < rows; r++) {
    const size_t b = (size_t)w->rows[first + r];
    w->out[r] = w->dh + b * (size_t)w->units;
    w->drop[r] = q->dropH ? q->dropH + b * (size_t)q->U : NULL;
  }
  send_back(w, first, rows, c, add);
}

/* Sums the chunk's deltas, a column at a time. */
NOINLINE void sum_deltas(Backward *w, int32_t rows) {
  for (int32_t u = 0; u < w->units; u += LANES) {
    vf sums[4];
    const int32_t columns = w->inputColumns.columns;
    for (int32_t j = 0; j < columns; j++) sums[j] = vf_load(w->bias + j * w->units + u);
    for (int32_t r = 0; r < rows; r++) {
      for (int32_t j = 0; j < columns; j++)
        sums[j] = vf_add(sums[j], vf_load(panel_at(&w->dz, j, u / PANEL * PANEL, r) + u % PANEL));
    }
    for (int32_t j = 0; j < columns; j++) vf_store(w->bias + j * w->units + u, sums[j]);
  }
}

/* δx = δz·Wᵀ of the chunk. */
INLINE void send_back_input(Backward *w) {
  const Sequence *q = w->q;
  const size_t B = (size_t)q->B, I = (size_t)q->I;
  for (int32_t r = 0; r < w->filled; r++) {
    size_t b = (size_t)w->rows[r], t = (size_t)time_of(q, w->steps[r]);
    w->out[r] = w->to.dx + (t * B + b) * I;
    w->drop[r] = q->dropX ? q->dropX + b * I : NULL;
  }
  const BackProjection p = {.dz = &w->dz,
                            .packed = w->kernelT,
                            .out = w->out,
                            .drop = q->dropX ? w->drop : NULL,
                            .dropStride = q->GX == 1 ? 0 : B * I,
                            .rows = w->filled,
                            .F = q->I};
  project_back(&p, &w->inputColumns);
}

/* The chunk's inputs, as forward saw them. */
NOINLINE void fill_chunk(Backward *w) {
  for (int32_t r = 0; r < w->filled; r++)
    fill_input(&w->x, &w->h, r, w->q, w->steps[r], w->rows[r], w->hPrevious[r]);
}

/* Everything that need not wait for the next step: gradients of weights and input from the chunk's deltas. */
NOINLINE void finish_chunk(Backward *w) {
  const Sequence *q = w->q;
  const int32_t rows = w->filled;
  float *outerRecurrent = w->outer + (size_t)q->I * (size_t)(q->gates * w->units);
  accumulate_outer(w->outer, &w->x, &w->dz, rows, w->units, &w->inputColumns);
  accumulate_outer(outerRecurrent, &w->h, &w->dz, rows, w->units, &w->recurrentColumns);
  if (w->to.dBias) sum_deltas(w, rows);
  if (w->to.dx) send_back_input(w);
  w->filled = 0;
}

/* to [rows][U] += from [rows][units] */
NOINLINE void add_rows(float *to, const float *from, int32_t rows, int32_t U, int32_t units) {
  for (int32_t r = 0; r < rows; r++, to += U, from += units) {
    for (int32_t u = 0; u < U; u += LANES)
      vf_store_to(to + u, vf_add(vf_load_to(to + u, U - u), vf_load(from + u)), U - u);
  }
}

/* dBias [gates·U] += the sums of its columns */
NOINLINE void add_bias(const Backward *w, float *dBias, const Columns *c) {
  const int32_t U = w->q->U;
  for (int32_t gate = 0; gate < c->gates; gate++)
    add_rows(dBias + gate * U, w->bias + column_of(*c, gate) * w->units, 1, U, w->units);
}

NOINLINE void finish_backward(Backward *w, float *dh0) {
  const Sequence *q = w->q;
  const int32_t rows = q->I * q->gates;
  add_rows(w->to.dKernel, w->outer, rows, q->U, w->units);
  add_rows(w->to.dRecurrent, w->outer + (size_t)rows * (size_t)w->units, q->U * q->gates, q->U, w->units);
  if (w->to.dBias) add_bias(w, w->to.dBias, &w->inputColumns);
  for (size_t b = 0; dh0 && b < (size_t)q->B; b++)
    copy(dh0 + b * (size_t)q->U, w->dh + b * (size_t)w->units, (size_t)q->U);
}

#endif
