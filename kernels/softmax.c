/* Softmax over rows, y_j = exp(x_j − max) / Σ exp(x_k − max), and its logarithm. */
#include "kernels.h"
#include "softmax.h"

void softmax_forward(float *out, const float *x, int32_t N, int32_t F) {
  for (int32_t row = 0; row < N; row++, out += F, x += F) {
    vf largest = vf_set(row_max(x, F));
    row_sum sum = sum_start();
    EACH_PARTIAL(i, n, v, F) {
      vf power = vf_exp(vf_sub(vf_load_to(x + i, n), largest));
      vf_store_to(out + i, power, n);
      sum.part[v] = vf_add(sum.part[v], first_lanes_of(power, n));
    }
    vf total = vf_set(sum_end(sum));
    for (int32_t i = 0; i < F; i += LANES) vf_store_to(out + i, vf_div(vf_load_to(out + i, F - i), total), F - i);
  }
}

/* δx_j = y_j · (δy_j − Σ_k δy_k·y_k) */
void softmax_backward(float *dx, const float *dOut, const float *out, int32_t N, int32_t F) {
  for (int32_t row = 0; row < N; row++, dx += F, dOut += F, out += F) {
    row_sum sum = sum_start();
    EACH_PARTIAL(i, n, v, F) {
      sum.part[v] = vf_madd(vf_load_to(dOut + i, n), vf_load_to(out + i, n), sum.part[v]);
    }
    vf dot = vf_set(sum_end(sum));
    for (int32_t i = 0; i < F; i += LANES) {
      int32_t n = F - i;
      vf_store_to(dx + i, vf_mul(vf_load_to(out + i, n), vf_sub(vf_load_to(dOut + i, n), dot)), n);
    }
  }
}

void log_softmax_forward(float *out, const float *x, int32_t N, int32_t F) {
  for (int32_t row = 0; row < N; row++, out += F, x += F) {
    log_sum norm = log_sum_exp(x, F);
    for (int32_t i = 0; i < F; i += LANES) vf_store_to(out + i, log_softmax(vf_load_to(x + i, F - i), norm), F - i);
  }
}

/* δx_j = δlog y_j − y_j · Σ_k δlog y_k */
void log_softmax_backward(float *dx, const float *dOut, const float *out, int32_t N, int32_t F) {
  for (int32_t row = 0; row < N; row++, dx += F, dOut += F, out += F) {
    vf sum = vf_set(row_total(dOut, F));
    for (int32_t i = 0; i < F; i += LANES) {
      int32_t n = F - i;
      vf share = vf_mul(vf_exp(vf_load_to(out + i, n)), sum);
      vf_store_to(dx + i, vf_sub(vf_load_to(dOut + i, n), share), n);
    }
  }
}
