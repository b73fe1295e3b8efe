/*
 * What an exported module runs (src/formats/module): one row at a time, through little code. Whoever loads a module
 * loads this with it, so these are not the engine's kernels, which tile many rows at once and fuse more.
 *
 * Weights come in panels of eight columns, [N/8][K][8], the last one filled up with zeros; N counts whole panels. What a
 * product starts from and what it writes have room for as many. Where there is no WebAssembly,
 * src/formats/module/kernel-pieces.ts does the same in JavaScript, under the same names with the same arguments.
 */
#include "activations.h"
#include "rows.h"

#define EXPORT(name) __attribute__((export_name(#name), noinline))
#define PANEL_WIDTH 8

INLINE int32_t whole_panels(int32_t n) { return (n + PANEL_WIDTH - 1) / PANEL_WIDTH * PANEL_WIDTH; }

/* Sums of `vectors` vectors, those of one panel or of two, in registers. */
INLINE void tile(float *out, const float *start, const float *x, const float *panels, int32_t K, int32_t vectors) {
  vf sums[4];
  for (int32_t v = 0; v < vectors; v++) sums[v] = vf_load(start + v * LANES);
  for (int32_t k = 0; k < K; k++) {
    const vf value = vf_set(x[k]);
    for (int32_t v = 0; v < vectors; v++) {
      const float *panel = panels + (v / 2) * K * PANEL_WIDTH;
      sums[v] = vf_madd(value, vf_load(panel + k * PANEL_WIDTH + v % 2 * LANES), sums[v]);
    }
  }
  for (int32_t v = 0; v < vectors; v++) vf_store(out + v * LANES, sums[v]);
}

/* out [N] = start [N] + x [K] · panels */
EXPORT(product)
void row_product(float *out, const float *start, const float *x, const float *panels, int32_t K, int32_t N) {
  int32_t n = 0;
  for (; n + 2 * PANEL_WIDTH <= N; n += 2 * PANEL_WIDTH) tile(out + n, start + n, x, panels + n * K, K, 4);
  if (n < N) tile(out + n, start + n, x, panels + n * K, K, 2);
}

/* x [length] = f(x) */
static __attribute__((noinline)) void activate_row(float *x, int32_t length, int activation) {
  if (activation == LINEAR) return;
  for (int32_t i = 0; i < length; i += LANES)
    vf_store_to(x + i, activate(vf_load_to(x + i, length - i), activation), length - i);
}

/* What a cell's step works with. */
typedef struct {
  float *h;                        /* the state: h [U], for an LSTM then c [U] */
  const float *recurrent, *second; /* the recurrent weights, and what some cells have besides */
  float *room;                     /* 6U + 32 */
  int32_t U;
  int activation, recurrentActivation;
} Cell;

/*
 * A cell over a sequence. Steps in processing order, each by the address of its pre-activations from the input
 * [gates·U], or NULL: a hidden one, which leaves the state as it is. sequence [T][U] or NULL: h after each step.
 */
#define CELL(name)                                                                                                    \
  EXPORT(name)                                                                                                        \
  void row_##name(float *state, float *sequence, const float *const *steps, const float *recurrent,                   \
                  const float *second, float *room, int32_t T, int32_t U, int activation, int recurrentActivation) {  \
    const Cell cell = {state, recurrent, second, room, U, activation, recurrentActivation};                           \
    for (int32_t s = 0; s < T; s++) {                                                                                 \
      if (steps[s]) name##_step(&cell, steps[s]);                                                                     \
      if (sequence) copy_row(sequence + s * U, state, U);                                                             \
    }                                                                                                                 \
  }

/* h = f(z + h₋₁·R) */
INLINE void simple_rnn_step(const Cell *cell, const float *z) {
  const int32_t U = cell->U;
  row_product(cell->room, z, cell->h, cell->recurrent, U, whole_panels(U));
  activate_row(cell->room, U, cell->activation);
  copy_row(cell->h, cell->room, U);
}

/* c = f·c₋₁ + i·g, h = o·tanh(c); gates i f g o */
INLINE void lstm_step(const Cell *cell, const float *z) {
  const int32_t U = cell->U;
  float *gates = cell->room, *h = cell->h, *c = h + U, *i = gates, *f = i + U, *g = f + U, *o = g + U;
  row_product(gates, z, h, cell->recurrent, U, whole_panels(4 * U));
  activate_row(i, 2 * U, cell->recurrentActivation);
  activate_row(g, U, cell->activation);
  activate_row(o, U, cell->recurrentActivation);
  for (int32_t u = 0; u < U; u += LANES) {
    vf next = vf_madd(vf_load(f + u), vf_load_to(c + u, U - u), vf_mul(vf_load(i + u), vf_load(g + u)));
    vf_store_to(c + u, next, U - u);
    vf_store_to(h + u, next, U - u);
  }
  activate_row(h, U, cell->activation);
  for (int32_t u = 0; u < U; u += LANES)
    vf_store_to(h + u, vf_mul(vf_load_to(h + u, U - u), vf_load(o + u)), U - u);
}

/* h [U] = z·h + (1 − z)·h̃ */
INLINE void gru_state(float *h, const float *z, const float *candidate, int32_t U) {
  for (int32_t u = 0; u < U; u += LANES) {
    vf update = vf_load(z + u), next = vf_load(candidate + u);
    vf_store_to(h + u, vf_madd(update, vf_load_to(h + u, U - u), vf_nmadd(update, next, next)), U - u);
  }
}

/* The reset gate after the recurrent product, which has a bias of its own (second); gates z r h̃ */
INLINE void gru_reset_after_step(const Cell *cell, const float *z) {
  const int32_t U = cell->U;
  float *gates = cell->room, *r = gates + U, *candidate = r + U;
  row_product(gates, cell->second, cell->h, cell->recurrent, U, whole_panels(3 * U));
  add_row(gates, z, 2 * U);
  activate_row(gates, 2 * U, cell->recurrentActivation);
  for (int32_t u = 0; u < U; u += LANES) {
    vf sum = vf_madd(vf_load(r + u), vf_load(candidate + u), vf_load(z + 2 * U + u));
    vf_store_to(candidate + u, sum, U - u);
  }
  activate_row(candidate, U, cell->activation);
  gru_state(cell->h, gates, candidate, U);
}

/* The reset gate before it; second: the candidate's recurrent weights, `recurrent` those of z and r */
INLINE void gru_step(const Cell *cell, const float *z) {
  const int32_t U = cell->U;
  float *gates = cell->room, *reset = gates + whole_panels(2 * U), *candidate = reset + whole_panels(U);
  row_product(gates, z, cell->h, cell->recurrent, U, whole_panels(2 * U));
  activate_row(gates, 2 * U, cell->recurrentActivation);
  for (int32_t u = 0; u < U; u += LANES)
    vf_store(reset + u, vf_mul(vf_load(gates + U + u), vf_load_to(cell->h + u, U - u)));
  row_product(candidate, z + 2 * U, reset, cell->second, U, whole_panels(U));
  activate_row(candidate, U, cell->activation);
  gru_state(cell->h, gates, candidate, U);
}

CELL(simple_rnn)
CELL(lstm)
CELL(gru_reset_after)
CELL(gru)
