/*
 * SimpleRNN (Elman 1990): h = tanh(x·W + h₋₁·R + b).
 *
 * Backward, from δh: δz = δh ⊙ f′(z), (1 − h²) for tanh; δW += xᵀδz, δR += h₋₁ᵀδz, δb += δz, δx = δz·Wᵀ, δh₋₁ = δz·Rᵀ.
 *
 * Kernel W [I][U], recurrent kernel R [U][U], bias b [U]. The same mathematics, step by step, is
 * src/kernels/rnn.ts.
 */
#include "recurrent.h"

static const Columns ONE = {.column = {{0, 0}}, .count = 1};

/* h [B][U] from h₋₁ [B][U] (NULL: zeros), which may be the same; what is kept for slopes into zs [B][U] unless NULL. */
static void forward_step(Forward *f, const Sequence *q, int32_t s, const float *hPrevious, float *h, float *zs,
                         int activation) {
  const int32_t U = q->U;
  gather_step(f, q, s, hPrevious);
  project(&f->p, &ONE);
  const float *z = f->p.z;
  for (int32_t r = 0; r < f->p.rows; r++, z += f->p.units) {
    const size_t row = (size_t)f->rows[r] * (size_t)U;
    for (int32_t u = 0; u < U; u += LANES) {
      const vf x = vf_load(z + u), y = activate(x, activation);
      vf_store_to(h + row + u, y, U - u);
      if (zs) vf_store_to(zs + row + u, kept(x, y, activation), U - u);
    }
  }
  carry_skipped(h, hPrevious, q, s);
}

void rnn_forward(float *h, float *z, const float *x, const float *mask, const float *h0, const float *kernel,
                 const float *recurrent, const float *bias, const float *dropX, const float *dropH, float *scratch,
                 int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse) {
  const Sequence q = {.x = x, .mask = mask, .dropX = dropX, .dropH = dropH, .B = B, .T = T, .I = I, .U = U, .GX = 1,
                      .gates = 1, .reverse = reverse};
  Room room = room_of(rnn_forward, scratch, B, I, U);
  Forward f = start_forward(&q, kernel, recurrent, bias, 1, &room);
  for (int32_t s = 0; s < T; s++) {
    const size_t now = (size_t)s * (size_t)B * (size_t)U;
    forward_step(&f, &q, s, state_row(h, h0, &q, s - 1, 0), h + now, z ? z + now : NULL, activation);
  }
}

void rnn_infer(float *hLast, float *sequence, const float *x, const float *ids, const float *table,
               const float *paddedH, const float *mask, const float *h0, const float *kernel, const float *recurrent,
               const float *bias, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse) {
  Sequence q = {.x = x, .ids = ids, .table = table, .mask = mask, .B = B, .T = T, .I = I, .U = U, .GX = 1,
                .gates = 1, .reverse = reverse};
  const size_t size = (size_t)B * (size_t)U;
  Room room = room_of(rnn_infer, scratch, B, I, U);
  Forward f = start_forward(&q, kernel, recurrent, bias, 1, &room);
  copy_floats(hLast, h0, size);
  const int32_t first = skip_padding(&q, paddedH, &room);
  take_up(hLast, &q, paddedH);
  for (int32_t s = 0; s < T; s++) {
    if (s >= first) forward_step(&f, &q, s, hLast, hLast, NULL, activation);
    if (sequence) put_step(sequence + (size_t)s * size, &q, s, hLast, paddedH);
  }
}

/* Row r of dz from δh and what is kept of the activation, both [U]. */
INLINE void cell_backward(const Panel *dz, int32_t r, const float *dh, const float *kept, int32_t U, int activation) {
  for (int32_t u = 0; u < U; u += LANES) {
    float *to = panel_at(dz, 0, u, r);
    vf_store(to, vf_mul(vf_load_to(dh + u, U - u), slope(vf_load_to(kept + u, U - u), activation)));
  }
}

void rnn_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, const float *dH,
                  const float *dLast, const float *h, const float *z, const float *x, const float *mask, const float *h0,
                  const float *kernel, const float *recurrent, const float *dropX, const float *dropH, float *scratch,
                  int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse) {
  const Sequence q = {.x = x, .mask = mask, .dropX = dropX, .dropH = dropH, .B = B, .T = T, .I = I, .U = U, .GX = 1,
                      .gates = 1, .reverse = reverse};
  Room room = room_of(rnn_backward, scratch, B, I, U);
  const float *kept = z ? z : h;
  const Gradients to = {dx, dKernel, dRecurrent, dBias, dH, dLast};
  Backward w = start_backward(&q, to, kernel, recurrent, ONE, 1, &room);
  for (int32_t s = T - 1; s >= 0; s--) {
    const int32_t first = w.filled, n = begin_step(&w, s);
    for (int32_t r = first; r < first + n; r++) {
      const int32_t b = w.rows[r];
      cell_backward(&w.dz, r, w.dh + (size_t)b * (size_t)w.units, state_row(kept, NULL, &q, s, b), U, activation);
      w.hPrevious[r] = state_row(h, h0, &q, s - 1, b);
    }
    send_back_step(&w, first, n, &ONE, 0);
    w.filled += n;
    if (!chunk_full(&w, s)) continue;
    fill_chunk(&w);
    finish_chunk(&w);
  }
  finish_backward(&w, dh0);
}
