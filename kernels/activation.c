/* Activations on their own, and the product of a gradient with their slope. */
#include "activations.h"
#include "kernels.h"
#include "rows.h"

/* y = f(x); alpha: the leaky slope */
INLINE vf value(vf x, int32_t activation, float alpha) {
  return activation == LEAKY_RELU ? leaky(x, alpha) : activate(x, activation);
}

/* f′ from x and y = f(x) */
INLINE vf slope_of(vf x, vf y, int32_t activation, float alpha) {
  return activation == LEAKY_RELU ? leaky_slope(x, alpha) : slope(kept(x, y, activation), activation);
}

void activation_forward(float *out, const float *x, int32_t length, int32_t activation, float alpha) {
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf_store_to(out + i, value(vf_load_to(x + i, n), activation, alpha), n);
  }
}

void activation_backward(float *dx, const float *dOut, const float *x, const float *out, int32_t length,
                         int32_t activation, float alpha) {
  for (int32_t i = 0; i < length; i += LANES) {
    int32_t n = length - i;
    vf derivative = slope_of(vf_load_to(x + i, n), vf_load_to(out + i, n), activation, alpha);
    vf_store_to(dx + i, vf_mul(vf_load_to(dOut + i, n), derivative), n);
  }
}

void rectify_forward(float *out, const float *x, int32_t length, float slope, float threshold, float ceiling) {
  vf bend = vf_set(threshold), most = vf_set(ceiling), steepness = vf_set(slope);
  for (int32_t i = 0; i < length; i += LANES) {
    vf value = vf_load_to(x + i, length - i);
    /* Not 0 · x: that of an infinite x is not a number. */
    vf below = slope == 0.0f ? vf_zero() : vf_mul(steepness, vf_sub(value, bend));
    vf_store_to(out + i, vf_select(vf_lt(bend, value), vf_min(most, value), below), length - i);
  }
}

void rectify_backward(float *dx, const float *dOut, const float *x, int32_t length, float slope, float threshold,
                      float ceiling) {
  vf bend = vf_set(threshold), most = vf_set(ceiling), steepness = vf_set(slope);
  for (int32_t i = 0; i < length; i += LANES) {
    vf value = vf_load_to(x + i, length - i);
    vf above = vf_select(vf_lt(value, most), vf_set(1.0f), vf_zero());
    vf derivative = vf_select(vf_lt(bend, value), above, steepness);
    vf_store_to(dx + i, vf_mul(vf_load_to(dOut + i, length - i), derivative), length - i);
  }
}
