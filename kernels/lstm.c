/*
 * LSTM (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000), Keras's formulation.
 *
 *   i = σ(x·Wi + h₋₁·Ri + bi)    input gate          f = σ(x·Wf + h₋₁·Rf + bf)   forget gate
 *   g = tanh(x·Wg + h₋₁·Rg + bg) candidate           o = σ(x·Wo + h₋₁·Ro + bo)   output gate
 *   c = f ⊙ c₋₁ + i ⊙ g          cell state          h = o ⊙ tanh(c)             hidden state
 *
 * Backward, from δh (the output's gradient plus what the next step sent back) and δc:
 *   δo = δh ⊙ tanh(c)     δc += δh ⊙ o ⊙ (1 − tanh²(c))
 *   δi = δc ⊙ g   δg = δc ⊙ i   δf = δc ⊙ c₋₁   δc₋₁ = δc ⊙ f
 * each times its activation's derivative is δz; δW += xᵀδz, δR += h₋₁ᵀδz, δb += δz, δx = δz·Wᵀ, δh₋₁ = δz·Rᵀ.
 *
 * Gates lie side by side in the order i f g o: kernel W [I][4U], recurrent kernel R [U][4U], bias b [4U].
 * The same mathematics, step by step, is src/kernels/lstm.ts.
 */
#include "recurrent.h"

#define GATES 4
static const Columns ALL = {.column = {{0, 0}, {1, 1}, {2, 2}, {3, 3}}, .count = GATES};

typedef struct {
  int activation, recurrent;
} Activations;

/* ---- forward ---- */

/* Where a step reads and writes, all [B][U] but what is kept of the gates [B][4U]; previous states may be NULL (zeros), gates too. */
typedef struct {
  const float *hPrevious, *cPrevious;
  float *h, *c, *gates;
} Step;

/* One row: states [U] from pre-activations z [4][units]. */
INLINE void cell(const Step *to, const float *z, int32_t b, int32_t U, int32_t units, Activations a) {
  const size_t row = (size_t)b * (size_t)U;
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    vf zi = vf_load(z + u), zf = vf_load(z + units + u), zg = vf_load(z + 2 * units + u), zo = vf_load(z + 3 * units + u);
    vf i = activate(zi, a.recurrent);
    vf f = activate(zf, a.recurrent);
    vf g = activate(zg, a.activation);
    vf o = activate(zo, a.recurrent);
    vf cPrevious = to->cPrevious ? vf_load_to(to->cPrevious + row + u, n) : vf_zero();
    vf c = vf_madd(f, cPrevious, vf_mul(i, g));
    vf_store_to(to->c + row + u, c, n);
    vf_store_to(to->h + row + u, vf_mul(o, activate(c, a.activation)), n);
    if (!to->gates) continue;
    float *gates = to->gates + row * GATES + u;
    vf_store_to(gates, kept(zi, i, a.recurrent), n);
    vf_store_to(gates + U, kept(zf, f, a.recurrent), n);
    vf_store_to(gates + 2 * U, kept(zg, g, a.activation), n);
    vf_store_to(gates + 3 * U, kept(zo, o, a.recurrent), n);
  }
}

/* All rows of a step; an instance of its own for the activations nearly every LSTM has. */
NOINLINE void cells(const Forward *f, const Step *to, int32_t U, Activations a) {
  const int32_t units = f->p.units;
  const float *z = f->p.z;
  const int usual = a.activation == TANH && a.recurrent == SIGMOID;
  for (int32_t r = 0; r < f->p.rows; r++, z += GATES * units) {
    if (usual) cell(to, z, f->rows[r], U, units, (Activations){TANH, SIGMOID});
    else cell(to, z, f->rows[r], U, units, a);
  }
}

static void forward_step(Forward *f, const Sequence *q, int32_t s, Step step, Activations a) {
  gather_step(f, q, s, step.hPrevious);
  project(&f->p, &ALL);
  cells(f, &step, q->U, a);
  carry_skipped(step.h, step.hPrevious, q, s);
  carry_skipped(step.c, step.cPrevious, q, s);
}

void lstm_forward(float *h, float *c, float *gates, const float *x, const float *mask, const float *h0,
                  const float *c0, const float *kernel, const float *recurrent, const float *bias, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX,
                  int32_t activation, int32_t recurrentActivation, int32_t reverse) {
  const Sequence q = {.x = x, .mask = mask, .dropX = dropX, .dropH = dropH, .B = B, .T = T, .I = I, .U = U, .GX = GX,
                      .gates = GATES, .reverse = reverse};
  const Activations a = {activation, recurrentActivation};
  Room room = room_of(lstm_forward, scratch, B, I, U);
  Forward f = start_forward(&q, kernel, recurrent, bias, GATES, &room);
  for (int32_t s = 0; s < T; s++) {
    const size_t now = (size_t)s * (size_t)B * (size_t)U;
    Step step = {state_row(h, h0, &q, s - 1, 0), state_row(c, c0, &q, s - 1, 0), h + now, c + now, gates + now * GATES};
    forward_step(&f, &q, s, step, a);
  }
}

/* ---- a row alone: what an app asks, one text at a time ---- */

/*
 * Latency is all that counts here: the gates share each broadcast of h₋₁ and stay in registers from their sums to the
 * new state. The sums run in the order of `project`, so that a row comes out as it does in a batch.
 */
typedef struct {
  Packed kernel, recurrent;
  const float *x, *start, *hPrevious; /* [I] or unused, [4U], [U] */
  float *h, *c;                       /* [units]; h not that of hPrevious */
  int32_t I, U;
} Alone;

INLINE void add_alone(vf z[GATES][2], const float *values, int32_t count, const Packed *packed, int32_t u, const int NB) {
  const size_t block = packed_block(packed);
  const float *w[GATES];
  for (int g = 0; g < GATES; g++) w[g] = packed_at(packed, g, u);
  for (size_t k = 0; k < (size_t)count; k++) {
    const vf value = vf_set(values[k]);
    for (int g = 0; g < GATES; g++) {
      for (int b = 0; b < NB; b++) z[g][b] = vf_madd(value, vf_load(w[g] + (size_t)b * block + k * LANES), z[g][b]);
    }
  }
}

/* Units u … of a step. */
INLINE void alone(const Alone *p, int32_t u, Activations a, const int NB) {
  vf z[GATES][2];
  for (int g = 0; g < GATES; g++) {
    for (int b = 0; b < NB; b++) {
      const int32_t at = u + b * LANES;
      z[g][b] = at < p->U ? vf_load_to(p->start + g * p->U + at, p->U - at) : vf_zero();
    }
  }
  if (p->I > 0) add_alone(z, p->x, p->I, &p->kernel, u, NB);
  add_alone(z, p->hPrevious, p->U, &p->recurrent, u, NB);
  for (int b = 0; b < NB; b++) {
    float *c = p->c + u + b * LANES;
    const vf kept = vf_mul(activate(z[0][b], a.recurrent), activate(z[2][b], a.activation));
    const vf now = vf_madd(activate(z[1][b], a.recurrent), vf_load(c), kept);
    vf_store(c, now);
    vf_store(p->h + u + b * LANES, vf_mul(activate(z[3][b], a.recurrent), activate(now, a.activation)));
  }
}

INLINE void alone_step(const Alone *p, Activations a) {
  int32_t u = 0;
  for (; u + 2 * LANES <= padded(p->U); u += 2 * LANES) alone(p, u, a, 2);
  if (SINGLES && u < p->U) alone(p, u, a, 1);
}

static void infer_alone(float *hLast, float *cLast, float *sequence, const Sequence *q, const Forward *f, Activations a,
                        int32_t first, Room *room) {
  const int32_t units = f->p.units;
  float *h = take(room, (size_t)units), *hNext = take(room, (size_t)units), *c = take(room, (size_t)units);
  const int usual = a.activation == TANH && a.recurrent == SIGMOID;
  copy_floats(h, hLast, (size_t)q->U);
  copy_floats(c, cLast, (size_t)q->U);
  for (int32_t s = first; s < q->T; s++) {
    const int32_t t = time_of(q, s);
    if (!q->mask || q->mask[t] != 0.0f) {
      const float *start = q->table ? q->table + (size_t)q->ids[t] * (size_t)(GATES * q->U) : f->bias;
      const int32_t I = q->table ? 0 : q->I;
      const float *x = q->table ? NULL : q->x + (size_t)t * (size_t)q->I;
      const Alone p = {f->p.kernel, f->p.recurrent, x, start, h, hNext, c, I, q->U};
      if (usual) alone_step(&p, (Activations){TANH, SIGMOID});
      else alone_step(&p, a);
      float *swap = h;
      h = hNext;
      hNext = swap;
    }
    if (sequence) copy_floats(sequence + (size_t)s * (size_t)q->U, h, (size_t)q->U);
  }
  copy_floats(hLast, h, (size_t)q->U);
  copy_floats(cLast, c, (size_t)q->U);
}

void lstm_infer(float *hLast, float *cLast, float *sequence, const float *x, const float *ids, const float *table,
                const float *paddedH, const float *paddedC, const float *mask, const float *h0, const float *c0,
                const float *kernel, const float *recurrent, const float *bias, float *scratch, int32_t B, int32_t T,
                int32_t I, int32_t U, int32_t activation, int32_t recurrentActivation, int32_t reverse) {
  Sequence q = {.x = x, .ids = ids, .table = table, .mask = mask, .B = B, .T = T, .I = I, .U = U, .GX = 1,
                .gates = GATES, .reverse = reverse};
  const Activations a = {activation, recurrentActivation};
  const size_t size = (size_t)B * (size_t)U;
  Room room = room_of(lstm_infer, scratch, B, I, U);
  Forward f = start_forward(&q, kernel, recurrent, bias, GATES, &room);
  copy_floats(hLast, h0, size);
  copy_floats(cLast, c0, size);
  const int32_t first = skip_padding(&q, paddedH, &room);
  take_up(hLast, &q, paddedH);
  take_up(cLast, &q, paddedC);
  for (int32_t s = 0; sequence && s < first; s++) put_step(sequence + (size_t)s * size, &q, s, hLast, paddedH);
  if (B == 1) {
    infer_alone(hLast, cLast, sequence, &q, &f, a, first, &room);
    return;
  }
  for (int32_t s = first; s < T; s++) {
    forward_step(&f, &q, s, (Step){hLast, cLast, hLast, cLast, NULL}, a);
    if (sequence) put_step(sequence + (size_t)s * size, &q, s, hLast, paddedH);
  }
}

/* ---- backward ---- */

/* What a row's deltas follow from, each [U] but gates [4U], as the forward kept them; cPrevious may be NULL. */
typedef struct {
  const float *gates, *c, *activated, *cPrevious, *dh; /* activated: tanh(c) */
  float *dc;                                           /* of this step; becomes that of the one before */
  size_t step;                                         /* from a row of states to the same row a step before */
} Saved;

/* Row r of dz from δh and δc. */
INLINE void cell_backward(const Panel *dz, int32_t r, Saved row, int32_t U, Activations a) {
  const size_t gate = group_stride(dz);
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    const float *gates = row.gates + u;
    vf ki = vf_load_to(gates, n);
    vf kf = vf_load_to(gates + U, n);
    vf kg = vf_load_to(gates + 2 * U, n);
    vf ko = vf_load_to(gates + 3 * U, n);
    vf i = kept_value(ki, a.recurrent);
    vf f = kept_value(kf, a.recurrent);
    vf g = kept_value(kg, a.activation);
    vf o = kept_value(ko, a.recurrent);
    for (int k = 0; k < GATES; k++) __builtin_prefetch(gates + k * U - GATES * row.step);
    vf dh = vf_load_to(row.dh + u, n);
    vf cPrevious = row.cPrevious ? vf_load_to(row.cPrevious + u, n) : vf_zero();
    vf activated = vf_load(row.activated + u);
    vf kc = kept(vf_load_to(row.c + u, n), activated, a.activation);
    vf dc = vf_madd(vf_mul(dh, o), slope(kc, a.activation), vf_load_to(row.dc + u, n));
    vf_store_to(row.dc + u, vf_settle(vf_mul(dc, f)), n);
    float *to = panel_at(dz, 0, u, r);
    vf_store(to, vf_mul(vf_mul(dc, g), slope(ki, a.recurrent)));
    vf_store(to + gate, vf_mul(vf_mul(dc, cPrevious), slope(kf, a.recurrent)));
    vf_store(to + 2 * gate, vf_mul(vf_mul(dc, i), slope(kg, a.activation)));
    vf_store(to + 3 * gate, vf_mul(vf_mul(dh, activated), slope(ko, a.recurrent)));
  }
}

/* out [units] = activation(x [U]) */
INLINE void activate_row(float *out, const float *x, int32_t U, int activation) {
  for (int32_t u = 0; u < U; u += LANES) vf_store(out + u, activate(vf_load_to(x + u, U - u), activation));
}

void lstm_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, float *dc0,
                   const float *dH, const float *dLast, const float *h, const float *c, const float *gates,
                   const float *x, const float *mask, const float *h0, const float *c0, const float *kernel,
                   const float *recurrent, const float *dropX, const float *dropH, float *scratch, int32_t B,
                   int32_t T, int32_t I, int32_t U, int32_t GX, int32_t activation, int32_t recurrentActivation,
                   int32_t reverse) {
  const Sequence q = {.x = x, .mask = mask, .dropX = dropX, .dropH = dropH, .B = B, .T = T, .I = I, .U = U, .GX = GX,
                      .gates = GATES, .reverse = reverse};
  const Activations a = {activation, recurrentActivation};
  Room room = room_of(lstm_backward, scratch, B, I, U);
  float *dc = take(&room, (size_t)B * (size_t)U);
  copy_floats(dc, NULL, (size_t)B * (size_t)U);
  float *activated = take(&room, (size_t)B * (size_t)padded(U));
  const Gradients to = {dx, dKernel, dRecurrent, dBias, dH, dLast};
  Backward w = start_backward(&q, to, kernel, recurrent, ALL, dropout_groups(&q), &room);
  for (int32_t s = T - 1; s >= 0; s--) {
    const int32_t first = w.filled, n = begin_step(&w, s);
    for (int32_t r = 0; r < n; r++)
      activate_row(activated + r * w.units, state_row(c, NULL, &q, s, w.rows[first + r]), U, activation);
    for (int32_t r = first; r < first + n; r++) {
      const int32_t b = w.rows[r];
      Saved row = {gates + ((size_t)s * (size_t)B + (size_t)b) * (size_t)(GATES * U),
                   state_row(c, NULL, &q, s, b),
                   activated + (r - first) * w.units,
                   state_row(c, c0, &q, s - 1, b),
                   w.dh + (size_t)b * (size_t)w.units,
                   dc + (size_t)b * (size_t)U,
                   (size_t)B * (size_t)U};
      if (activation == TANH && recurrentActivation == SIGMOID) cell_backward(&w.dz, r, row, U, (Activations){TANH, SIGMOID});
      else cell_backward(&w.dz, r, row, U, a);
      w.hPrevious[r] = state_row(h, h0, &q, s - 1, b);
    }
    send_back_step(&w, first, n, &ALL, 0);
    w.filled += n;
    if (!chunk_full(&w, s)) continue;
    fill_chunk(&w);
    finish_chunk(&w);
  }
  finish_backward(&w, dh0);
  if (dc0) copy_floats(dc0, dc, (size_t)B * (size_t)U);
}
