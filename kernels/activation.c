/* Activations on their own, and the product of a gradient with their slope. */
#include "activations.h"
#include "kernels.h"
#include "rows.h"

#define SQRT_HALF 0.70710678118654752f
#define INVERSE_SQRT_2_PI 0.39894228040143268f
/* √(2/π) and the cubic term of the tanh form of GELU */
#define GELU_SCALE 0.79788456080286536f
#define GELU_CUBIC 0.044715f

/* Φ(x) = (1 + erf(x/√2)) / 2 */
INLINE vf normal_distribution(vf x) {
  return vf_madd(vf_set(0.5f), vf_erf(vf_mul(x, vf_set(SQRT_HALF))), vf_set(0.5f));
}

/* (1 + tanh u) / 2 = σ(2u), u = √(2/π)·(x + 0.044715·x³) */
INLINE vf gelu_gate(vf x) {
  vf cubic = vf_madd(vf_mul(vf_set(GELU_CUBIC), vf_mul(x, x)), x, x);
  return vf_sigmoid(vf_mul(vf_set(2.0f * GELU_SCALE), cubic));
}

/* tanh(log(1 + eˣ)) = n / (n + 2) with n = eˣ·(eˣ + 2); past 20 it is 1 */
INLINE vf mish_n(vf x) {
  vf power = vf_exp_bounded(vf_clip(x, -87.0f, 20.0f));
  return vf_mul(power, vf_add(power, vf_set(2.0f)));
}

/* y = f(x) */
static vf value(vf x, int32_t activation, float alpha) {
  switch (activation) {
    case LEAKY_RELU: return vf_select(vf_lt(vf_zero(), x), x, vf_mul(vf_set(alpha), x));
    case SILU: return vf_mul(x, vf_sigmoid(x));
    case GELU: return vf_mul(x, normal_distribution(x));
    case GELU_APPROXIMATE: return vf_mul(x, gelu_gate(x));
    case MISH: {
      vf n = mish_n(x);
      return vf_div(vf_mul(x, n), vf_add(n, vf_set(2.0f)));
    }
    case HARD_SILU: return vf_div(vf_mul(x, vf_clip(vf_add(x, vf_set(3.0f)), 0.0f, 6.0f)), vf_set(6.0f));
    default: return activate(x, activation);
  }
}

/* f′(x) = Φ(x) + x·φ(x) */
INLINE vf gelu_slope(vf x) {
  vf density = vf_mul(vf_set(INVERSE_SQRT_2_PI), vf_exp(vf_mul(vf_set(-0.5f), vf_mul(x, x))));
  return vf_madd(x, density, normal_distribution(x));
}

/* s + x·2·s·(1 − s)·u′ */
INLINE vf gelu_approximate_slope(vf x) {
  vf s = gelu_gate(x);
  vf inner = vf_madd(vf_set(3.0f * GELU_CUBIC), vf_mul(x, x), vf_set(1.0f));
  vf outer = vf_mul(vf_mul(vf_set(2.0f * GELU_SCALE), x), vf_nmadd(s, s, s));
  return vf_madd(outer, inner, s);
}

/* t + x·(1 − t²)·σ(x), t = n / (n + 2), 1 − t² = 4 (n + 1) / (n + 2)² */
INLINE vf mish_slope(vf x) {
  const vf two = vf_set(2.0f);
  vf n = mish_n(x), below = vf_add(n, two);
  vf t = vf_div(n, below);
  vf rest = vf_div(vf_mul(vf_set(4.0f), vf_add(n, vf_set(1.0f))), vf_mul(below, below));
  return vf_madd(vf_mul(x, rest), vf_sigmoid(x), t);
}

INLINE vf hard_silu_slope(vf x) {
  vf middle = vf_div(vf_madd(vf_set(2.0f), x, vf_set(3.0f)), vf_set(6.0f));
  vf above = vf_select(vf_lt(x, vf_set(3.0f)), middle, vf_set(1.0f));
  return vf_select(vf_le(x, vf_set(-3.0f)), vf_zero(), above);
}

/* f′ from x and y = f(x) */
static vf slope_of(vf x, vf y, int32_t activation, float alpha) {
  switch (activation) {
    case LEAKY_RELU: return vf_select(vf_lt(vf_zero(), x), vf_set(1.0f), vf_set(alpha));
    case SILU: return vf_madd(vf_sigmoid(x), vf_sub(vf_set(1.0f), y), y);
    case GELU: return gelu_slope(x);
    case GELU_APPROXIMATE: return gelu_approximate_slope(x);
    case MISH: return mish_slope(x);
    case HARD_SILU: return hard_silu_slope(x);
    default: return slope(y, activation);
  }
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
