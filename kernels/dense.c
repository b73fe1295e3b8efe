/* Dense: out = f(x·W + b); δz = δout ⊙ f′, δW += xᵀ·δz, δb += Σ δz, δx = δz·Wᵀ. */
#include "activations.h"
#include "kernels.h"
#include "matrix.h"

void dense_forward(float *out, const float *x, const float *kernel, const float *bias, float *scratch, int32_t N,
                   int32_t I, int32_t U, int32_t activation) {
  for (int32_t n = 0; n < N; n++) {
    if (bias) copy_row(out + n * U, bias, U);
    else fill(out + n * U, U, 0.0f);
  }
  Room room = room_of(dense_forward, scratch, N, U);
  add_product(out, (matrix){x, I, 1}, (matrix){kernel, U, 1}, take(&room, PANEL_ELEMENTS), N, I, U);
  if (activation != LINEAR) activation_forward(out, out, N * U, activation, 0.0f);
}

void dense_backward(float *dx, float *dKernel, float *dBias, const float *dOut, const float *out, const float *x,
                    const float *kernel, float *scratch, int32_t N, int32_t I, int32_t U, int32_t activation) {
  Room room = room_of(dense_backward, scratch, N, U);
  float *panel = take(&room, PANEL_ELEMENTS);
  const float *dz = dOut;
  if (activation != LINEAR) {
    float *product = take(&room, (size_t)N * (size_t)U);
    activation_backward(product, dOut, out, out, N * U, activation, 0.0f);
    dz = product;
  }
  if (dBias) {
    for (int32_t n = 0; n < N; n++) add_row(dBias, dz + n * U, U);
  }
  add_product(dKernel, (matrix){x, 1, I}, (matrix){dz, U, 1}, panel, I, N, U);
  if (!dx) return;
  fill(dx, N * I, 0.0f);
  add_product(dx, (matrix){dz, U, 1}, (matrix){kernel, 1, U}, panel, N, U, I);
}
