/*
 * Conv1D: out_s = f(Σ_k x_{s·stride + k·dilation − before} · W_k + b), W [K][I/groups][U]; steps outside the sequence
 * count as zeros. Sequences are time-major, so for one k the rows of all windows that follow each other in steps of one
 * are one matrix: a blocked product a k (and, for other strides, a window).
 */
#include "activations.h"
#include "kernels.h"
#include "matrix.h"

typedef struct {
  int32_t B, T, I, S, U, stride, dilation, before, groups;
} sizes;

/* `count` windows from s on that, with weights k, meet the steps from t on. */
typedef struct {
  int32_t s, t, count;
} run;

/* The windows from s on that one product can take; none left when count is 0. */
static run next_run(const sizes *z, int32_t k, int32_t s) {
  int32_t shift = k * z->dilation - z->before;
  while (s < z->S && s * z->stride + shift < 0) s++;
  int32_t t = s * z->stride + shift;
  int32_t left = z->S - s < z->T - t ? z->S - s : z->T - t;
  if (left <= 0) return (run){s, t, 0};
  return (run){s, t, z->stride == 1 ? left : 1};
}

#define EACH_RUN(r, z, k) for (run r = next_run(z, k, 0); r.count > 0; r = next_run(z, k, r.s + r.count))

void conv1d_forward(float *out, const float *x, const float *kernel, const float *bias, float *scratch, int32_t B,
                    int32_t T, int32_t I, int32_t S, int32_t U, int32_t K, int32_t stride, int32_t dilation,
                    int32_t before, int32_t groups, int32_t activation) {
  const sizes z = {B, T, I, S, U, stride, dilation, before, groups};
  const int32_t inputs = I / groups, outputs = U / groups;
  Room room = room_of(conv1d_forward, scratch, B, S, U);
  float *panel = take(&room, PANEL_ELEMENTS);
  for (int32_t row = 0; row < S * B; row++) {
    if (bias) copy_row(out + row * U, bias, U);
    else fill(out + row * U, U, 0.0f);
  }
  for (int32_t k = 0; k < K; k++) {
    EACH_RUN(r, &z, k) {
      for (int32_t g = 0; g < groups; g++) {
        matrix steps = {x + r.t * B * I + g * inputs, I, 1};
        matrix weights = {kernel + k * inputs * U + g * outputs, U, 1};
        add_block_product(out + r.s * B * U + g * outputs, U, steps, weights, panel, r.count * B, inputs, outputs);
      }
    }
  }
  if (activation != LINEAR) activation_forward(out, out, S * B * U, activation, 0.0f);
}

void conv1d_backward(float *dx, float *dKernel, float *dBias, const float *dOut, const float *out, const float *x,
                     const float *kernel, float *scratch, int32_t B, int32_t T, int32_t I, int32_t S, int32_t U,
                     int32_t K, int32_t stride, int32_t dilation, int32_t before, int32_t groups, int32_t activation) {
  const sizes z = {B, T, I, S, U, stride, dilation, before, groups};
  const int32_t inputs = I / groups, outputs = U / groups;
  Room room = room_of(conv1d_backward, scratch, B, S, U);
  float *panel = take(&room, PANEL_ELEMENTS);
  const float *dz = dOut;
  if (activation != LINEAR) {
    float *product = take(&room, (size_t)S * (size_t)B * (size_t)U);
    activation_backward(product, dOut, out, out, S * B * U, activation, 0.0f);
    dz = product;
  }
  if (dBias) {
    for (int32_t row = 0; row < S * B; row++) add_row(dBias, dz + row * U, U);
  }
  if (dx) fill(dx, T * B * I, 0.0f);
  for (int32_t k = 0; k < K; k++) {
    EACH_RUN(r, &z, k) {
      const int32_t rows = r.count * B;
      for (int32_t g = 0; g < groups; g++) {
        const float *deltas = dz + r.s * B * U + g * outputs;
        const int32_t from = r.t * B * I + g * inputs, weights = k * inputs * U + g * outputs;
        add_block_product(dKernel + weights, U, (matrix){x + from, 1, I}, (matrix){deltas, U, 1}, panel, inputs, rows,
                          outputs);
        if (!dx) continue;
        add_block_product(dx + from, I, (matrix){deltas, U, 1}, (matrix){kernel + weights, 1, U}, panel, rows, outputs,
                          inputs);
      }
    }
  }
}
