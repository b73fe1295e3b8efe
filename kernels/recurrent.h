/*
 * What the recurrent cells share: which rows take part in a step, a step's input, and the backward pass around a
 * cell's own deltas.
 *
 * Letters: B batch, T time, I input, U units; s is the step in processing order, t the time it reads; r numbers the
 * rows that take part, b those of the batch. `units` is U padded to a tile's width.
 */
#ifndef CELLSTATE_RECURRENT_H
#define CELLSTATE_RECURRENT_H

#include "activations.h"
#include "kernels.h"
#include "products.h"

#define copy_floats PER_ISA(copy_floats)
#define start_forward PER_ISA(start_forward)
#define gather_step PER_ISA(gather_step)
#define carry_skipped PER_ISA(carry_skipped)
#define skip_padding PER_ISA(skip_padding)
#define take_up PER_ISA(take_up)
#define put_step PER_ISA(put_step)
#define start_backward PER_ISA(start_backward)
#define begin_step PER_ISA(begin_step)
#define send_back PER_ISA(send_back)
#define send_back_step PER_ISA(send_back_step)
#define fill_chunk PER_ISA(fill_chunk)
#define finish_chunk PER_ISA(finish_chunk)
#define finish_backward PER_ISA(finish_backward)
#define add_bias PER_ISA(add_bias)

typedef struct {
  const float *x;             /* [T][B][I] */
  const float *ids, *table;   /* [B][T], [V][gates·U]; replace x where given */
  const float *mask;          /* [T][B] or NULL */
  const int32_t *starts;      /* [B] the step at which a row begins; NULL: 0 */
  const float *dropX, *dropH; /* [GX][B][I], [gates][B][U], or NULL */
  int32_t B, T, I, U, GX, gates, reverse;
} Sequence;

/* The time that step s reads. */
INLINE int32_t time_of(const Sequence *q, int32_t s) { return q->reverse ? q->T - 1 - s : s; }

/* Copies of a panel: one a gate where a gate has its own mask. */
INLINE int32_t dropout_groups(const Sequence *q) { return q->dropH || (q->dropX && q->GX > 1) ? q->gates : 1; }

/* Row b of states [T][B][U] at step s, of initial [B][U] before the first (NULL: zeros). */
INLINE const float *state_row(const float *states, const float *initial, const Sequence *q, int32_t s, int32_t b) {
  const size_t U = (size_t)q->U;
  if (s >= 0) return states + ((size_t)s * (size_t)q->B + (size_t)b) * U;
  return initial ? initial + (size_t)b * U : NULL;
}

/* to [n] = from [n], or zeros where it is NULL */
void copy_floats(float *to, const float *from, size_t n);

/* ---- forward ---- */

/* What every step of a forward pass works with. */
typedef struct {
  Projection p;
  int32_t *rows;     /* the rows that take part, p.rows of them */
  const float **start;
  const float *bias; /* [gates·U], zeros where the layer has none */
} Forward;

/* Packs the weights and hands out the working room; columns: of z, a row. */
Forward start_forward(const Sequence *q, const float *kernel, const float *recurrent, const float *bias,
                      int32_t columns, Room *room);

/* Gathers step s: the rows that take part, their inputs, and what their pre-activations start from.
   hPrevious [B][U] or NULL for zeros. */
void gather_step(Forward *f, const Sequence *q, int32_t s, const float *hPrevious);

/* States [B][U] carry through step s where the mask skips a row. */
void carry_skipped(float *to, const float *from, const Sequence *q, int32_t s);

/*
 * Rows that begin with padding (id 0) are to begin behind it. Returns the step at which the first row begins. Nothing is
 * skipped, and 0 returned, where padded is NULL or there is a mask, which skips by itself.
 */
int32_t skip_padding(Sequence *q, const float *padded, Room *room);

/* states [B][U] of rows that begin behind padding = what so much of it leaves: padded [T][U], after 1 … T steps. */
void take_up(float *states, const Sequence *q, const float *padded);

/* sequence [B][U] of step s: the states, and for rows that have not begun what padding leaves. */
void put_step(float *sequence, const Sequence *q, int32_t s, const float *states, const float *padded);

/* ---- backward ---- */

typedef struct {
  float *dx, *dKernel, *dRecurrent, *dBias; /* dx [T][B][I] or NULL; gradients of the weights; dBias or NULL */
  const float *dH, *dLast;                  /* [T][B][U], [B][U]; or NULL */
} Gradients;

/*
 * A chunk is the rows that take part in the last few steps; row r of dz, x and h belongs to batch row rows[r] at step
 * steps[r]. Deltas are summed over the batch chunk by chunk, each from the last step to the first: one order for any
 * chunk size.
 */
typedef struct {
  const Sequence *q;
  Gradients to;
  Columns columns; /* whose deltas meet which weights */
  Panel dz, x, h;
  int32_t *steps, *rows;
  const float **hPrevious;      /* a pointer a row to [U], or NULL for zeros: the cell sets it */
  int32_t filled, capacity, units;
  float *dh;                    /* [B][units] */
  Packed kernelT, recurrentT;
  float *outer;                 /* [I + U][gates][units]: gradients of both kernels */
  float *bias;                  /* [columns][units] */
  float **out;                  /* of send_back: where a row's product goes … */
  const float **drop;           /* … and its mask */
} Backward;

/* hGroups: copies of h₋₁ in the panel of recurrent inputs. */
Backward start_backward(const Sequence *q, Gradients to, const float *kernel, const float *recurrent, Columns columns,
                        int32_t hGroups, Room *room);

/* Lists the rows of step s after those of the chunk so far, and adds the step's own gradient; returns how many. */
int32_t begin_step(Backward *w, int32_t s);

/* δz·Rᵀ of `rows` rows from `first` on, to w->out under w->drop. */
void send_back(Backward *w, int32_t first, int32_t rows, const Columns *c, int32_t add);

/* δh₋₁ = δz·Rᵀ of the rows of one step, in place of their δh or, with `add`, on top of it. */
void send_back_step(Backward *w, int32_t first, int32_t rows, const Columns *c, int32_t add);

/* Whether the chunk is to be finished after step s. */
INLINE int chunk_full(const Backward *w, int32_t s) { return s == 0 || w->filled + w->q->B > w->capacity; }

/* The chunk's inputs, as forward saw them. */
void fill_chunk(Backward *w);

/* Everything that need not wait for the next step: gradients of weights and input from the chunk's deltas. */
void finish_chunk(Backward *w);

/* Hands over what the chunks have gathered; dh0 [B][U] or NULL. */
void finish_backward(Backward *w, float *dh0);

/* dBias [gates·U] += the sums of the columns of one side; finish_backward does it for the input's. */
void add_bias(const Backward *w, float *dBias, int32_t side);

#endif
