/*
 * The LSTM with peepholes (Gers and Schmidhuber 2000), and without what may be taken from it (Greff et al. 2017):
 *
 *   i = σ(x·Wi + h₋₁·Ri + pi ⊙ c₋₁ + bi)    without: 1
 *   f = σ(x·Wf + h₋₁·Rf + pf ⊙ c₋₁ + bf)    without: 1; coupled: 1 − i
 *   g = φ(x·Wg + h₋₁·Rg + bg)
 *   c = f ⊙ c₋₁ + i ⊙ g
 *   o = σ(x·Wo + h₋₁·Ro + po ⊙ c + bo)      without: 1
 *   h = o ⊙ ψ(c)
 *
 * Only what there is has weights: G of i f g o side by side, kernel W [I][G·U], recurrent kernel R [U][G·U], bias b
 * [G·U], peepholes p [G − 1][U]. The same mathematics, backward too, is src/kernels/variant.ts.
 */
#include "recurrent.h"

typedef struct {
  int32_t i, f, g, o, count; /* the column of each, NONE where there is none; how many there are */
  int coupled, sigma, phi, psi;
  const float *pi, *pf, *po; /* [U], or NULL */
} Parts;

static Parts parts_of(int32_t inputGate, int32_t forgetGate, int32_t outputGate, int32_t coupled, int32_t activation,
                      int32_t outputActivation, int32_t recurrentActivation, const float *peepholes, int32_t U) {
  const int32_t g = inputGate + forgetGate;
  Parts p = {.i = inputGate ? 0 : NONE, .f = forgetGate ? inputGate : NONE, .g = g, .o = outputGate ? g + 1 : NONE,
             .count = g + 1 + outputGate, .coupled = coupled, .sigma = recurrentActivation, .phi = activation,
             .psi = outputActivation};
  if (!peepholes) return p;
  if (inputGate) p.pi = peepholes;
  if (forgetGate) p.pf = peepholes + inputGate * U;
  if (outputGate) p.po = peepholes + g * U;
  return p;
}

static Columns columns_of(const Parts *p) {
  return (Columns){.column = {{0, 0}, {1, 1}, {2, 2}, {3, 3}}, .count = p->count};
}

/* ---- forward ---- */

/* Four columns, as `project` fills them together; where there is no network, zeros. */
#define COLUMNS 4

static Columns forward_columns_of(const Parts *p) {
  Columns columns = columns_of(p);
  for (int32_t column = p->count; column < COLUMNS; column++) columns.column[column] = (Column){NONE, NONE};
  columns.count = COLUMNS;
  return columns;
}

/* A gate or candidate of pre-activations z that sees `state` through its peephole; what is kept of it in `gates`. */
NOINLINE vf gate(float *gates, const float *z, int32_t column, int32_t U, int32_t units, const float *peephole, vf state,
               int32_t u, int activation) {
  if (column == NONE) return vf_set(1.0f);
  const int32_t n = U - u;
  vf sum = vf_load(z + column * units + u);
  if (peephole) sum = vf_madd(vf_load_to(peephole + u, n), state, sum);
  vf value = activate_any(sum, activation);
  vf_store_to(gates + column * U + u, kept(sum, value, activation), n);
  return value;
}

/* One row: states [U] and gates [G][U] from pre-activations z [COLUMNS][units]; cPrevious [U] or NULL. */
INLINE void cell(float *h, float *c, float *gates, const float *cPrevious, const float *z, int32_t U, int32_t units,
                 const Parts *p) {
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    const vf before = cPrevious ? vf_load_to(cPrevious + u, n) : vf_zero();
    const vf i = gate(gates, z, p->i, U, units, p->pi, before, u, p->sigma);
    const vf f = p->coupled ? vf_sub(vf_set(1.0f), i) : gate(gates, z, p->f, U, units, p->pf, before, u, p->sigma);
    const vf g = gate(gates, z, p->g, U, units, NULL, before, u, p->phi);
    const vf now = vf_madd(f, before, vf_mul(i, g));
    const vf o = gate(gates, z, p->o, U, units, p->po, now, u, p->sigma);
    vf_store_to(c + u, now, n);
    vf_store_to(h + u, vf_mul(o, activate_any(now, p->psi)), n);
  }
}

void variant_forward(float *h, float *c, float *gates, const float *x, const float *mask, const float *h0,
                     const float *c0, const float *kernel, const float *recurrent, const float *bias,
                     const float *peepholes, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U,
                     int32_t inputGate, int32_t forgetGate, int32_t outputGate, int32_t coupled, int32_t activation,
                     int32_t outputActivation, int32_t recurrentActivation, int32_t reverse) {
  const Parts p = parts_of(inputGate, forgetGate, outputGate, coupled, activation, outputActivation,
                           recurrentActivation, peepholes, U);
  const Columns columns = forward_columns_of(&p);
  const Sequence q = {.x = x, .mask = mask, .B = B, .T = T, .I = I, .U = U, .GX = 1, .gates = p.count,
                      .reverse = reverse};
  Room room = room_of(variant_forward, scratch, B, I, U);
  Forward f = start_forward(&q, kernel, recurrent, bias, COLUMNS, &room);
  for (int32_t s = 0; s < T; s++) {
    const float *hPrevious = state_row(h, h0, &q, s - 1, 0), *cPrevious = state_row(c, c0, &q, s - 1, 0);
    float *hNow = h + (size_t)s * (size_t)B * (size_t)U, *cNow = c + (size_t)s * (size_t)B * (size_t)U;
    gather_step(&f, &q, s, hPrevious);
    project(&f.p, &columns);
    const float *z = f.p.z;
    for (int32_t r = 0; r < f.p.rows; r++, z += COLUMNS * f.p.units) {
      const size_t b = (size_t)f.rows[r], row = b * (size_t)U;
      float *saved = gates + ((size_t)s * (size_t)B + b) * (size_t)(p.count * U);
      cell(hNow + row, cNow + row, saved, cPrevious ? cPrevious + row : NULL, z, U, f.p.units, &p);
    }
    carry_skipped(hNow, hPrevious, &q, s);
    carry_skipped(cNow, cPrevious, &q, s);
  }
}

/* ---- backward ---- */

/* What a row's deltas follow from and go to, each [U] but gates [G][U]; cPrevious may be NULL. */
typedef struct {
  const float *gates, *c, *cPrevious, *dh;
  float *dc;             /* of this step; becomes that of the one before */
  float *dpi, *dpf, *dpo; /* [U], or NULL */
} Saved;

/* What was kept of a gate or candidate; nothing of one that there is not. */
INLINE vf load_kept(const float *gates, int32_t column, int32_t U, int32_t n) {
  return column == NONE ? vf_zero() : vf_load_to(gates + column * U, n);
}

INLINE vf gate_value(vf kept, int32_t column, int activation) {
  return column == NONE ? vf_set(1.0f) : kept_value(kept, activation);
}

/* A gate's δz from its δ, and its peephole's gradient; returns what it sends back to the state that it sees. */
INLINE vf send_to(const Panel *dz, int32_t r, int32_t column, int32_t u, int32_t n, vf delta, vf kept, vf state,
                  const float *peephole, float *dPeephole, int sigma) {
  if (column == NONE) return vf_zero();
  const vf d = vf_mul(delta, slope(kept, sigma));
  vf_store(panel_at(dz, column, u, r), d);
  if (!peephole) return vf_zero();
  if (dPeephole) vf_store_to(dPeephole + u, vf_madd(d, state, vf_load_to(dPeephole + u, n)), n);
  return vf_mul(d, vf_load_to(peephole + u, n));
}

/* Row r of dz from δh and δc. */
INLINE void cell_backward(const Panel *dz, int32_t r, const Saved *row, int32_t U, const Parts *p) {
  for (int32_t u = 0; u < U; u += LANES) {
    const int32_t n = U - u;
    const float *gates = row->gates + u;
    const vf before = row->cPrevious ? vf_load_to(row->cPrevious + u, n) : vf_zero();
    const vf ki = load_kept(gates, p->i, U, n), kf = load_kept(gates, p->f, U, n);
    const vf kg = load_kept(gates, p->g, U, n), ko = load_kept(gates, p->o, U, n);
    const vf i = gate_value(ki, p->i, p->sigma), g = kept_value(kg, p->phi), o = gate_value(ko, p->o, p->sigma);
    const vf f = p->coupled ? vf_sub(vf_set(1.0f), i) : gate_value(kf, p->f, p->sigma);
    const vf dh = vf_load_to(row->dh + u, n), c = vf_load_to(row->c + u, n);
    const vf activated = activate_any(c, p->psi);
    const vf seen = send_to(dz, r, p->o, u, n, vf_mul(dh, activated), ko, c, p->po, row->dpo, p->sigma);
    const vf dc = vf_add(vf_madd(vf_mul(dh, o), slope(kept(c, activated, p->psi), p->psi), vf_load_to(row->dc + u, n)), seen);
    vf_store(panel_at(dz, p->g, u, r), vf_mul(vf_mul(dc, i), slope(kg, p->phi)));
    const vf di = vf_mul(dc, p->coupled ? vf_sub(g, before) : g);
    const vf byInput = send_to(dz, r, p->i, u, n, di, ki, before, p->pi, row->dpi, p->sigma);
    const vf byForget = send_to(dz, r, p->f, u, n, vf_mul(dc, before), kf, before, p->pf, row->dpf, p->sigma);
    vf_store_to(row->dc + u, vf_settle(vf_madd(dc, f, vf_add(byInput, byForget))), n);
  }
}

void variant_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dPeepholes, float *dh0,
                      float *dc0, const float *dH, const float *dLast, const float *h, const float *c,
                      const float *gates, const float *x, const float *mask, const float *h0, const float *c0,
                      const float *kernel, const float *recurrent, const float *peepholes, float *scratch, int32_t B,
                      int32_t T, int32_t I, int32_t U, int32_t inputGate, int32_t forgetGate, int32_t outputGate,
                      int32_t coupled, int32_t activation, int32_t outputActivation, int32_t recurrentActivation,
                      int32_t reverse) {
  const Parts p = parts_of(inputGate, forgetGate, outputGate, coupled, activation, outputActivation,
                           recurrentActivation, peepholes, U);
  const Columns columns = columns_of(&p);
  const Sequence q = {.x = x, .mask = mask, .B = B, .T = T, .I = I, .U = U, .GX = 1, .gates = p.count,
                      .reverse = reverse};
  Room room = room_of(variant_backward, scratch, B, I, U);
  float *dc = take(&room, (size_t)B * (size_t)U);
  copy_floats(dc, NULL, (size_t)B * (size_t)U);
  const Gradients to = {dx, dKernel, dRecurrent, dBias, dH, dLast};
  Backward w = start_backward(&q, to, kernel, recurrent, columns, 1, &room);
  Saved row = {.dpi = dPeepholes && inputGate ? dPeepholes : NULL,
               .dpf = dPeepholes && forgetGate ? dPeepholes + inputGate * U : NULL,
               .dpo = dPeepholes && outputGate ? dPeepholes + p.g * U : NULL};
  for (int32_t s = T - 1; s >= 0; s--) {
    const int32_t first = w.filled, n = begin_step(&w, s);
    for (int32_t r = first; r < first + n; r++) {
      const int32_t b = w.rows[r];
      row.gates = gates + ((size_t)s * (size_t)B + (size_t)b) * (size_t)(p.count * U);
      row.c = state_row(c, NULL, &q, s, b);
      row.cPrevious = state_row(c, c0, &q, s - 1, b);
      row.dh = w.dh + (size_t)b * (size_t)w.units;
      row.dc = dc + (size_t)b * (size_t)U;
      cell_backward(&w.dz, r, &row, U, &p);
      w.hPrevious[r] = state_row(h, h0, &q, s - 1, b);
    }
    send_back_step(&w, first, n, &columns, 0);
    w.filled += n;
    if (!chunk_full(&w, s)) continue;
    fill_chunk(&w);
    finish_chunk(&w);
  }
  finish_backward(&w, dh0);
  if (dc0) copy_floats(dc0, dc, (size_t)B * (size_t)U);
}
