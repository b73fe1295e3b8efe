/* The shared parts of recurrent.h. */
#include "recurrent.h"

void copy_floats(float *to, const float *from, size_t n) {
  for (size_t i = 0; i < n; i += LANES) {
    const int left = n - i < LANES ? (int)(n - i) : LANES;
    vf_store_to(to + i, from ? vf_load_to(from + i, left) : vf_zero(), left);
  }
}

/* Lists the rows that step s does not skip; returns how many. */
static int32_t active_rows(int32_t *rows, const Sequence *q, int32_t s) {
  const float *mask = q->mask ? q->mask + (size_t)time_of(q, s) * (size_t)q->B : NULL;
  int32_t n = 0;
  for (int32_t b = 0; b < q->B; b++) {
    if ((!mask || mask[b] != 0.0f) && (!q->starts || s >= q->starts[b])) rows[n++] = b;
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

/* Gate g, feature k, unit u of a kernel is at k·gates·U + g·U + u. */
static Strides forwards(const Sequence *q) {
  return (Strides){.gate = (size_t)q->U, .feature = (size_t)(q->gates * q->U), .output = 1};
}
static Strides backwards(const Sequence *q) {
  return (Strides){.gate = (size_t)q->U, .feature = 1, .output = (size_t)(q->gates * q->U)};
}

/* ---- forward ---- */

Forward start_forward(const Sequence *q, const float *kernel, const float *recurrent, const float *bias,
                      int32_t columns, Room *room) {
  const int32_t I = q->table ? 0 : q->I, U = q->U, groups = dropout_groups(q), units = padded(U);
  Forward f;
  f.start = (const float **)(void *)take(room, (size_t)q->B * POINTER_FLOATS);
  f.rows = (int32_t *)(void *)take(room, (size_t)q->B);
  f.bias = bias;
  if (!bias) {
    float *zeros = take(room, (size_t)(q->gates * U));
    copy_floats(zeros, NULL, (size_t)(q->gates * U));
    f.bias = zeros;
  }
  f.p = (Projection){.z = take(room, (size_t)q->B * (size_t)(columns * units)),
                     .start = f.start,
                     .x = take_panel(room, groups, I, q->B),
                     .h = take_panel(room, groups, U, q->B),
                     .kernel = pack(room, kernel, q->gates, I, U, forwards(q)),
                     .recurrent = pack(room, recurrent, q->gates, U, U, forwards(q)),
                     .U = U,
                     .units = units,
                     .columns = columns};
  return f;
}

void gather_step(Forward *f, const Sequence *q, int32_t s, const float *hPrevious) {
  const size_t t = (size_t)time_of(q, s);
  f->p.rows = active_rows(f->rows, q, s);
  for (int32_t r = 0; r < f->p.rows; r++) {
    const int32_t b = f->rows[r];
    fill_input(&f->p.x, &f->p.h, r, q, s, b, hPrevious ? hPrevious + (size_t)b * (size_t)q->U : NULL);
    f->start[r] = f->bias;
    if (q->table) {
      const size_t id = (size_t)q->ids[(size_t)b * (size_t)q->T + t];
      f->start[r] = q->table + id * (size_t)(q->gates * q->U);
    }
  }
}

void carry_skipped(float *to, const float *from, const Sequence *q, int32_t s) {
  if (!q->mask || to == from) return;
  const float *mask = q->mask + (size_t)time_of(q, s) * (size_t)q->B;
  const size_t U = (size_t)q->U;
  for (size_t b = 0; b < (size_t)q->B; b++) {
    if (mask[b] == 0.0f) copy_floats(to + b * U, from ? from + b * U : NULL, U);
  }
}

/* Steps of padding that row b begins with, in processing order. */
static int32_t padding_of(const Sequence *q, int32_t b) {
  const float *ids = q->ids + (size_t)b * (size_t)q->T;
  int32_t s = 0;
  while (s < q->T && ids[time_of(q, s)] == 0.0f) s++;
  return s;
}

int32_t skip_padding(Sequence *q, const float *padded, Room *room) {
  if (!padded || !q->ids || q->mask) return 0;
  int32_t *starts = (int32_t *)(void *)take(room, (size_t)q->B), first = q->T;
  for (int32_t b = 0; b < q->B; b++) {
    starts[b] = padding_of(q, b);
    first = least(first, starts[b]);
  }
  q->starts = starts;
  return first;
}

void take_up(float *states, const Sequence *q, const float *padded) {
  const size_t U = (size_t)q->U;
  for (int32_t b = 0; q->starts && b < q->B; b++) {
    if (q->starts[b] > 0) copy_floats(states + (size_t)b * U, padded + (size_t)(q->starts[b] - 1) * U, U);
  }
}

void put_step(float *sequence, const Sequence *q, int32_t s, const float *states, const float *padded) {
  const size_t U = (size_t)q->U;
  copy_floats(sequence, states, (size_t)q->B * U);
  for (int32_t b = 0; q->starts && b < q->B; b++) {
    if (s < q->starts[b]) copy_floats(sequence + (size_t)b * U, padded + (size_t)s * U, U);
  }
}

/* ---- backward ---- */

Backward start_backward(const Sequence *q, Gradients to, const float *kernel, const float *recurrent, Columns columns,
                        int32_t hGroups, Room *room) {
  const int32_t I = q->I, U = q->U, units = padded(U), gates = q->gates;
  const int32_t capacity = q->B > CHUNK_ROWS ? q->B : CHUNK_ROWS / q->B * q->B;
  const size_t rows = (size_t)capacity, outer = (size_t)(I + U) * (size_t)(gates * units);
  Backward w = {.q = q, .to = to, .columns = columns, .capacity = capacity, .units = units};
  w.dz = take_panel(room, columns.count, U, capacity);
  w.x = take_panel(room, dropout_groups(q), I, capacity);
  w.h = take_panel(room, hGroups, U, capacity);
  w.steps = (int32_t *)(void *)take(room, rows);
  w.rows = (int32_t *)(void *)take(room, rows);
  w.hPrevious = (const float **)(void *)take(room, rows * POINTER_FLOATS);
  w.out = (float **)(void *)take(room, rows * POINTER_FLOATS);
  w.drop = (const float **)(void *)take(room, rows * POINTER_FLOATS);
  w.dh = take(room, (size_t)q->B * (size_t)units);
  for (size_t b = 0; b < (size_t)q->B; b++)
    copy_floats(w.dh + b * (size_t)units, to.dLast ? to.dLast + b * (size_t)U : NULL, (size_t)U);
  w.recurrentT = pack(room, recurrent, gates, U, U, backwards(q));
  if (to.dx) {
    w.kernelT = pack(room, kernel, gates, U, I, backwards(q));
    if (q->mask) copy_floats(to.dx, NULL, (size_t)q->T * (size_t)q->B * (size_t)I);
  }
  w.outer = take(room, outer);
  copy_floats(w.outer, NULL, outer);
  w.bias = take(room, (size_t)(columns.count * units));
  copy_floats(w.bias, NULL, (size_t)(columns.count * units));
  return w;
}

/* to [U] += from [U] */
INLINE void add_row(float *to, const float *from, int32_t U) {
  for (int32_t u = 0; u < U; u += LANES)
    vf_store_to(to + u, vf_add(vf_load_to(to + u, U - u), vf_load_to(from + u, U - u)), U - u);
}

int32_t begin_step(Backward *w, int32_t s) {
  const Sequence *q = w->q;
  const int32_t n = active_rows(w->rows + w->filled, q, s);
  for (int32_t r = 0; r < n; r++) w->steps[w->filled + r] = s;
  for (int32_t b = 0; w->to.dH && b < q->B; b++)
    add_row(w->dh + (size_t)b * (size_t)w->units, state_row(w->to.dH, NULL, q, s, b), q->U);
  return n;
}

void send_back(Backward *w, int32_t first, int32_t rows, const Columns *c, int32_t add) {
  const Sequence *q = w->q;
  const BackProjection p = {.dz = &w->dz,
                            .weights = w->recurrentT,
                            .out = w->out,
                            .drop = q->dropH ? w->drop : NULL,
                            .dropStride = (size_t)q->B * (size_t)q->U,
                            .firstRow = first,
                            .rows = rows,
                            .F = q->U,
                            .side = RECURRENT_SIDE,
                            .add = add};
  project_back(&p, c);
}

void send_back_step(Backward *w, int32_t first, int32_t rows, const Columns *c, int32_t add) {
  const Sequence *q = w->q;
  for (int32_t r = 0; r < rows; r++) {
    const size_t b = (size_t)w->rows[first + r];
    w->out[r] = w->dh + b * (size_t)w->units;
    w->drop[r] = q->dropH ? q->dropH + b * (size_t)q->U : NULL;
  }
  send_back(w, first, rows, c, add);
}

/* δx = δz·Wᵀ of the chunk. */
static void send_back_input(Backward *w) {
  const Sequence *q = w->q;
  const size_t B = (size_t)q->B, I = (size_t)q->I;
  for (int32_t r = 0; r < w->filled; r++) {
    const size_t b = (size_t)w->rows[r], t = (size_t)time_of(q, w->steps[r]);
    w->out[r] = w->to.dx + (t * B + b) * I;
    w->drop[r] = q->dropX ? q->dropX + b * I : NULL;
  }
  const BackProjection p = {.dz = &w->dz,
                            .weights = w->kernelT,
                            .out = w->out,
                            .drop = q->dropX ? w->drop : NULL,
                            .dropStride = q->GX == 1 ? 0 : B * I,
                            .rows = w->filled,
                            .F = q->I,
                            .side = INPUT_SIDE};
  project_back(&p, &w->columns);
}

/* Sums the chunk's deltas, all columns of a vector of units at once. */
static void sum_deltas(Backward *w) {
  const int32_t columns = w->columns.count;
  for (int32_t u = 0; u < w->q->U; u += LANES) {
    vf sums[4];
    for (int32_t j = 0; j < columns; j++) sums[j] = vf_load(w->bias + j * w->units + u);
    for (int32_t r = 0; r < w->filled; r++) {
      for (int32_t j = 0; j < columns; j++) sums[j] = vf_add(sums[j], vf_load(panel_at(&w->dz, j, u, r)));
    }
    for (int32_t j = 0; j < columns; j++) vf_store(w->bias + j * w->units + u, sums[j]);
  }
}

void fill_chunk(Backward *w) {
  for (int32_t r = 0; r < w->filled; r++)
    fill_input(&w->x, &w->h, r, w->q, w->steps[r], w->rows[r], w->hPrevious[r]);
}

void finish_chunk(Backward *w) {
  const Sequence *q = w->q;
  float *outerRecurrent = w->outer + (size_t)q->I * (size_t)(q->gates * w->units);
  accumulate_outer(w->outer, &w->x, &w->dz, w->filled, q->gates, w->units, &w->columns, INPUT_SIDE);
  accumulate_outer(outerRecurrent, &w->h, &w->dz, w->filled, q->gates, w->units, &w->columns, RECURRENT_SIDE);
  if (w->to.dBias) sum_deltas(w);
  if (w->to.dx) send_back_input(w);
  w->filled = 0;
}

/* to [rows][U] += from [rows][units] */
static void add_rows(float *to, const float *from, int32_t rows, int32_t U, int32_t units) {
  for (int32_t r = 0; r < rows; r++, to += U, from += units) add_row(to, from, U);
}

void add_bias(const Backward *w, float *dBias, int32_t side) {
  const int32_t U = w->q->U;
  for (int32_t column = 0; column < w->columns.count; column++) {
    const int32_t gate = gate_of(&w->columns, column, side);
    if (gate != NONE) add_row(dBias + gate * U, w->bias + column * w->units, U);
  }
}

void finish_backward(Backward *w, float *dh0) {
  const Sequence *q = w->q;
  const int32_t rows = q->I * q->gates;
  add_rows(w->to.dKernel, w->outer, rows, q->U, w->units);
  add_rows(w->to.dRecurrent, w->outer + (size_t)rows * (size_t)w->units, q->U * q->gates, q->U, w->units);
  if (w->to.dBias) add_bias(w, w->to.dBias, INPUT_SIDE);
  for (size_t b = 0; dh0 && b < (size_t)q->B; b++)
    copy_floats(dh0 + b * (size_t)q->U, w->dh + b * (size_t)w->units, (size_t)q->U);
}
