/*
 * GRU (Cho et al. 2014), Keras's formulation.
 *
 *   z = σ(x·Wz + h₋₁·Rz + bz)   update gate      r = σ(x·Wr + h₋₁·Rr + br)   reset gate
 *   h̃ = tanh(x·Wh + bh + r ⊙ (h₋₁·Rh + b′h))    candidate, resetAfter (Keras's and cuDNN's default)
 *   h̃ = tanh(x·Wh + bh + (r ⊙ h₋₁)·Rh)          candidate of the 2014 paper
 *   h = z ⊙ h₋₁ + (1 − z) ⊙ h̃
 *
 * Backward, from δh: δz = δh ⊙ (h₋₁ − h̃), δh̃ = δh ⊙ (1 − z), δh₋₁ = δh ⊙ z, plus, through the candidate,
 *   resetAfter: δr = δh̃ ⊙ (h₋₁·Rh + b′h), and the recurrent part receives δh̃ ⊙ r;
 *   otherwise:  δ(r ⊙ h₋₁) = δh̃·Rhᵀ, so δr = that ⊙ h₋₁ and δh₋₁ += that ⊙ r;
 * each times its activation's derivative; then δW += xᵀδ, δR += h₋₁ᵀδ, δb += δ, δx = δ·Wᵀ, δh₋₁ += δ·Rᵀ.
 *
 * Gates lie side by side in the order z r h̃: kernel W [I][3U], recurrent kernel R [U][3U]; bias [3U], or with
 * resetAfter [2][3U]: the input's and the recurrent one. The same mathematics, step by step, is src/kernels/gru.ts.
 */
#include "recurrent.h"

#define GATES 3
#define CANDIDATE 2
/* Columns of pre-activations, of saved gates and of deltas: z r h̃ and the recurrent part of the candidate. */
#define COLUMNS 4
#define RECURRENT_PART 3

/* With resetAfter h₋₁ meets all gates … */
static const Columns AFTER = {.column = {{0, 0}, {1, 1}, {CANDIDATE, NONE}, {NONE, CANDIDATE}}, .count = COLUMNS};
/* … otherwise z and r first, then r ⊙ h₋₁ the candidate. */
static const Columns BEFORE = {.column = {{0, 0}, {1, 1}, {CANDIDATE, NONE}, {NONE, NONE}}, .count = COLUMNS};
static const Columns RESET = {.column = {{NONE, NONE}, {NONE, NONE}, {NONE, CANDIDATE}, {NONE, NONE}}, .count = COLUMNS};
/* Whose deltas meet which weights in the end. */
static const Columns ALL = {.column = {{0, 0}, {1, 1}, {CANDIDATE, CANDIDATE}, {NONE, NONE}}, .count = COLUMNS};

typedef struct {
  int activation, recurrent;
} Activations;

/* ---- forward ---- */

typedef struct {
  Forward f;
  Projection candidates;      /* the second product of a step that resets before: on top of column CANDIDATE of f's z */
  const float *recurrentBias; /* [3U], zeros where the layer has none; resetAfter only */
  Activations a;
  int32_t resetAfter;
} Gru;

static Gru start_gru(const Sequence *q, const float *kernel, const float *recurrent, const float *bias, Activations a,
                     int32_t resetAfter, Room *room) {
  Gru g = {.f = start_forward(q, kernel, recurrent, bias, COLUMNS, room), .a = a, .resetAfter = resetAfter};
  g.recurrentBias = bias ? bias + GATES * q->U : g.f.bias;
  g.candidates = g.f.p;
  g.candidates.resume = 1;
  if (!resetAfter) g.candidates.h = take_panel(room, 1, q->U, q->B);
  return g;
}

/* h = z ⊙ h₋₁ + (1 − z) ⊙ h̃ */
INLINE vf blend(vf z, vf hPrevious, vf candidate) { return vf_madd(z, vf_sub(hPrevious, candidate), candidate); }

/* One row with resetAfter: h [U], and gates [4U] unless NULL, from columns [4][units]. hPrevious may be NULL or h. */
INLINE void cell_after(float *h, float *gates, const float *columns, const float *hPrevious, const Gru *g, int32_t U,
                       Activations a) {
  const int32_t units = g->f.p.units;
  const float *bias = g->recurrentBias;
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf zx = vf_add(vf_load(columns + u), vf_load_to(bias + u, n));
    vf rx = vf_add(vf_load(columns + units + u), vf_load_to(bias + U + u, n));
    vf z = activate(zx, a.recurrent), r = activate(rx, a.recurrent);
    vf part = vf_add(vf_load(columns + 3 * units + u), vf_load_to(bias + 2 * U + u, n));
    vf cx = vf_madd(r, part, vf_load(columns + 2 * units + u));
    vf candidate = activate(cx, a.activation);
    vf_store_to(h + u, blend(z, hPrevious ? vf_load_to(hPrevious + u, n) : vf_zero(), candidate), n);
    if (!gates) continue;
    vf_store_to(gates + u, kept(zx, z, a.recurrent), n);
    vf_store_to(gates + U + u, kept(rx, r, a.recurrent), n);
    vf_store_to(gates + 2 * U + u, kept(cx, candidate, a.activation), n);
    vf_store_to(gates + 3 * U + u, part, n);
  }
}

/* One row of the candidate's input panel: (r ⊙ h₋₁) ⊙ drop for the product; what is kept of r in its place. */
INLINE void reset_row(const Panel *to, int32_t row, float *columns, const float *hPrevious, const float *drop,
                      int32_t U, int32_t units, int activation) {
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf rx = vf_load(columns + units + u), r = activate(rx, activation);
    vf_store(columns + units + u, kept(rx, r, activation));
    vf value = hPrevious ? vf_mul(r, vf_load_to(hPrevious + u, n)) : vf_zero();
    if (drop) value = vf_mul(value, vf_load_to(drop + u, n));
    vf_store(panel_at(to, 0, u, row), value);
  }
}

/* One row after the candidate's product. */
INLINE void cell_before(float *h, float *gates, const float *columns, const float *hPrevious, int32_t U, int32_t units,
                        Activations a) {
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf zx = vf_load(columns + u), z = activate(zx, a.recurrent);
    vf cx = vf_load(columns + CANDIDATE * units + u), candidate = activate(cx, a.activation);
    vf_store_to(h + u, blend(z, hPrevious ? vf_load_to(hPrevious + u, n) : vf_zero(), candidate), n);
    if (!gates) continue;
    vf_store_to(gates + u, kept(zx, z, a.recurrent), n);
    vf_store_to(gates + U + u, vf_load(columns + units + u), n);
    vf_store_to(gates + 2 * U + u, kept(cx, candidate, a.activation), n);
  }
}

/* Where a step reads and writes: h₋₁ [B][U] or NULL for zeros, h [B][U] (may be the same), gates [B][4U] or NULL. */
typedef struct {
  const float *hPrevious;
  float *h, *gates;
} Step;

INLINE const float *previous_row(const Step *step, size_t b, size_t U) {
  return step->hPrevious ? step->hPrevious + b * U : NULL;
}
INLINE float *gates_row(const Step *step, size_t b, size_t U) {
  return step->gates ? step->gates + b * COLUMNS * U : NULL;
}

NOINLINE void cells_after(const Gru *g, const Step *step, int32_t U) {
  const Projection *p = &g->f.p;
  const int usual = g->a.activation == TANH && g->a.recurrent == SIGMOID;
  for (int32_t r = 0; r < p->rows; r++) {
    const size_t b = (size_t)g->f.rows[r], width = (size_t)U;
    const float *columns = p->z + (size_t)r * (size_t)(COLUMNS * p->units), *hPrevious = previous_row(step, b, width);
    float *h = step->h + b * width, *gates = gates_row(step, b, width);
    if (usual) cell_after(h, gates, columns, hPrevious, g, U, (Activations){TANH, SIGMOID});
    else cell_after(h, gates, columns, hPrevious, g, U, g->a);
  }
}

NOINLINE void cells_before(Gru *g, const Step *step, const Sequence *q) {
  const Projection *p = &g->f.p;
  const size_t U = (size_t)q->U, width = (size_t)(COLUMNS * p->units);
  const float *drop = q->dropH ? q->dropH + (size_t)q->B * U * CANDIDATE : NULL;
  for (int32_t r = 0; r < p->rows; r++) {
    const size_t b = (size_t)g->f.rows[r];
    reset_row(&g->candidates.h, r, p->z + (size_t)r * width, previous_row(step, b, U), drop ? drop + b * U : NULL, q->U,
              p->units, g->a.recurrent);
  }
  g->candidates.rows = p->rows;
  project(&g->candidates, &RESET);
  for (int32_t r = 0; r < p->rows; r++) {
    const size_t b = (size_t)g->f.rows[r];
    cell_before(step->h + b * U, gates_row(step, b, U), p->z + (size_t)r * width, previous_row(step, b, U), q->U,
                p->units, g->a);
  }
}

static void forward_step(Gru *g, const Sequence *q, int32_t s, Step step) {
  gather_step(&g->f, q, s, step.hPrevious);
  project(&g->f.p, g->resetAfter ? &AFTER : &BEFORE);
  if (g->resetAfter) cells_after(g, &step, q->U);
  else cells_before(g, &step, q);
  carry_skipped(step.h, step.hPrevious, q, s);
}

void gru_forward(float *h, float *gates, const float *x, const float *mask, const float *h0, const float *kernel,
                 const float *recurrent, const float *bias, const float *dropX, const float *dropH, float *scratch,
                 int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX, int32_t activation,
                 int32_t recurrentActivation, int32_t resetAfter, int32_t reverse) {
  const Sequence q = {.x = x, .mask = mask, .dropX = dropX, .dropH = dropH, .B = B, .T = T, .I = I, .U = U, .GX = GX,
                      .gates = GATES, .reverse = reverse};
  const size_t size = (size_t)B * (size_t)U;
  Room room = room_of(gru_forward, scratch, B, I, U);
  Gru g = start_gru(&q, kernel, recurrent, bias, (Activations){activation, recurrentActivation}, resetAfter, &room);
  for (int32_t s = 0; s < T; s++) {
    const size_t now = (size_t)s * size;
    forward_step(&g, &q, s, (Step){state_row(h, h0, &q, s - 1, 0), h + now, gates + now * COLUMNS});
  }
}

void gru_infer(float *hLast, float *sequence, const float *x, const float *ids, const float *table,
               const float *paddedH, const float *mask, const float *h0, const float *kernel, const float *recurrent,
               const float *bias, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation,
               int32_t recurrentActivation, int32_t resetAfter, int32_t reverse) {
  Sequence q = {.x = x, .ids = ids, .table = table, .mask = mask, .B = B, .T = T, .I = I, .U = U, .GX = 1,
                .gates = GATES, .reverse = reverse};
  const size_t size = (size_t)B * (size_t)U;
  Room room = room_of(gru_infer, scratch, B, I, U);
  Gru g = start_gru(&q, kernel, recurrent, bias, (Activations){activation, recurrentActivation}, resetAfter, &room);
  copy_floats(hLast, h0, size);
  const int32_t first = skip_padding(&q, paddedH, &room);
  take_up(hLast, &q, paddedH);
  for (int32_t s = 0; s < T; s++) {
    if (s >= first) forward_step(&g, &q, s, (Step){hLast, hLast, NULL});
    if (sequence) put_step(sequence + (size_t)s * size, &q, s, hLast, paddedH);
  }
}

/* ---- backward ---- */

/* A row's values, [U] but gates [4U], as the forward kept them; hPrevious may be NULL. */
typedef struct {
  const float *gates, *hPrevious;
  float *dh; /* of this step; leaves with what reaches h₋₁ directly */
} Saved;

/* δz, δh̃ and, with resetAfter, δr and the recurrent part's δ, into row r of the panel; δh ⊙ z into dh. */
INLINE void cell_backward(const Panel *dz, int32_t r, Saved row, int32_t U, Activations a, int32_t resetAfter) {
  const size_t column = group_stride(dz);
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf kz = vf_load_to(row.gates + u, n), z = kept_value(kz, a.recurrent);
    vf kc = vf_load_to(row.gates + 2 * U + u, n), candidate = kept_value(kc, a.activation);
    vf dh = vf_load_to(row.dh + u, n);
    vf hPrevious = row.hPrevious ? vf_load_to(row.hPrevious + u, n) : vf_zero();
    vf dCandidate = vf_mul(vf_nmadd(dh, z, dh), slope(kc, a.activation));
    float *to = panel_at(dz, 0, u, r);
    vf_store(to, vf_mul(vf_mul(dh, vf_sub(hPrevious, candidate)), slope(kz, a.recurrent)));
    vf_store(to + CANDIDATE * column, dCandidate);
    vf_store_to(row.dh + u, vf_mul(dh, z), n);
    if (!resetAfter) continue;
    vf kr = vf_load_to(row.gates + U + u, n), reset = kept_value(kr, a.recurrent);
    vf part = vf_load_to(row.gates + 3 * U + u, n);
    vf_store(to + column, vf_mul(vf_mul(dCandidate, part), slope(kr, a.recurrent)));
    vf_store(to + RECURRENT_PART * column, vf_mul(dCandidate, reset));
  }
}

/* Without resetAfter: δr from δ(r ⊙ h₋₁) [units], whose other part joins dh. */
INLINE void reset_backward(const Panel *dz, int32_t r, Saved row, const float *dReset, int32_t U, int activation) {
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf d = vf_load_to(dReset + u, n);
    vf kr = vf_load_to(row.gates + U + u, n), reset = kept_value(kr, activation);
    vf hPrevious = row.hPrevious ? vf_load_to(row.hPrevious + u, n) : vf_zero();
    vf_store(panel_at(dz, 1, u, r), vf_mul(vf_mul(d, hPrevious), slope(kr, activation)));
    vf_store_to(row.dh + u, vf_madd(d, reset, vf_load_to(row.dh + u, n)), n);
  }
}

/* What the candidate's weights met: (r ⊙ h₋₁) ⊙ drop in its group of the chunk's panel. */
INLINE void fill_reset(const Panel *h, int32_t r, Saved row, const float *drop, int32_t U, int activation) {
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf reset = kept_value(vf_load_to(row.gates + U + u, n), activation);
    vf value = row.hPrevious ? vf_mul(reset, vf_load_to(row.hPrevious + u, n)) : vf_zero();
    if (drop) value = vf_mul(value, vf_load_to(drop + u, n));
    vf_store(panel_at(h, CANDIDATE, u, r), value);
  }
}

typedef struct {
  Backward w;
  const float *h, *h0, *gates;
  float *dReset; /* [B][units] */
  Activations a;
  int32_t resetAfter;
} GruBackward;

INLINE Saved saved_row(const GruBackward *g, int32_t r) {
  const Sequence *q = g->w.q;
  const int32_t s = g->w.steps[r], b = g->w.rows[r];
  const size_t row = (size_t)s * (size_t)q->B + (size_t)b;
  return (Saved){g->gates + row * (size_t)(COLUMNS * q->U), state_row(g->h, g->h0, q, s - 1, b),
                 g->w.dh + (size_t)b * (size_t)g->w.units};
}

NOINLINE void cells_backward(GruBackward *g, int32_t first, int32_t n) {
  const int usual = g->a.activation == TANH && g->a.recurrent == SIGMOID;
  for (int32_t r = first; r < first + n; r++) {
    const Saved row = saved_row(g, r);
    if (usual) cell_backward(&g->w.dz, r, row, g->w.q->U, (Activations){TANH, SIGMOID}, g->resetAfter);
    else cell_backward(&g->w.dz, r, row, g->w.q->U, g->a, g->resetAfter);
    g->w.hPrevious[r] = row.hPrevious;
  }
}

/* δ(r ⊙ h₋₁) = δh̃·Rhᵀ, then what follows from it. */
NOINLINE void resets_backward(GruBackward *g, int32_t first, int32_t n) {
  Backward *w = &g->w;
  const size_t U = (size_t)w->q->U;
  for (int32_t r = 0; r < n; r++) {
    w->out[r] = g->dReset + (size_t)r * (size_t)w->units;
    w->drop[r] = w->q->dropH ? w->q->dropH + (size_t)w->rows[first + r] * U : NULL;
  }
  send_back(w, first, n, &RESET, 0);
  for (int32_t r = 0; r < n; r++)
    reset_backward(&w->dz, first + r, saved_row(g, first + r), w->out[r], w->q->U, g->a.recurrent);
}

NOINLINE void fill_resets(GruBackward *g) {
  const Sequence *q = g->w.q;
  const size_t U = (size_t)q->U;
  const float *drop = q->dropH ? q->dropH + (size_t)q->B * U * CANDIDATE : NULL;
  for (int32_t r = 0; r < g->w.filled; r++)
    fill_reset(&g->w.h, r, saved_row(g, r), drop ? drop + (size_t)g->w.rows[r] * U : NULL, q->U,
               g->a.recurrent);
}

void gru_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, const float *dH,
                  const float *dLast, const float *h, const float *gates, const float *x, const float *mask,
                  const float *h0, const float *kernel, const float *recurrent, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX,
                  int32_t activation, int32_t recurrentActivation, int32_t resetAfter, int32_t reverse) {
  const Sequence q = {.x = x, .mask = mask, .dropX = dropX, .dropH = dropH, .B = B, .T = T, .I = I, .U = U, .GX = GX,
                      .gates = GATES, .reverse = reverse};
  Room room = room_of(gru_backward, scratch, B, I, U);
  GruBackward g = {.h = h, .h0 = h0, .gates = gates, .a = {activation, recurrentActivation}, .resetAfter = resetAfter};
  const Gradients to = {dx, dKernel, dRecurrent, dBias, dH, dLast};
  g.w = start_backward(&q, to, kernel, recurrent, resetAfter ? AFTER : ALL, resetAfter ? dropout_groups(&q) : GATES,
                       &room);
  g.dReset = take(&room, (size_t)B * (size_t)g.w.units);
  for (int32_t s = T - 1; s >= 0; s--) {
    const int32_t first = g.w.filled, n = begin_step(&g.w, s);
    cells_backward(&g, first, n);
    if (!resetAfter) resets_backward(&g, first, n);
    send_back_step(&g.w, first, n, resetAfter ? &AFTER : &BEFORE, 1);
    g.w.filled += n;
    if (!chunk_full(&g.w, s)) continue;
    fill_chunk(&g.w);
    if (!resetAfter) fill_resets(&g);
    finish_chunk(&g.w);
  }
  finish_backward(&g.w, dh0);
  if (dBias && resetAfter) add_bias(&g.w, dBias + GATES * U, RECURRENT_SIDE);
}
