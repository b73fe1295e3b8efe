/*
 * Activations of single numbers. Definitions are those of src/kernels/activations.ts and of Keras 3.
 *
 * Most are fused: the slope follows from the output alone, so that dense layers and cells apply them in place. Of the
 * others cells keep the input: what is kept of an activation, and what `slope` takes, is its output or that.
 */
#ifndef CELLSTATE_ACTIVATIONS_H
#define CELLSTATE_ACTIVATIONS_H

#include "kernels.h"
#include "vmath.h"

#define SELU_SCALE 1.0507009873554805f
#define SELU_ALPHA 1.6732632423543772f
/* Keras's slope of leaky_relu where an activation is named without parameters */
#define LEAKY_SLOPE 0.2f
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

INLINE vf leaky(vf x, float slope) { return vf_select(vf_lt(vf_zero(), x), x, vf_mul(vf_set(slope), x)); }

/* Whether the slope does not follow from the output. */
INLINE int keeps_input(int activation) { return activation >= LEAKY_RELU && activation <= HARD_SILU; }

/* y = f(x), all but the most common */
NOINLINE vf activate_other(vf x, int activation) {
  const vf zero = vf_zero(), one = vf_set(1.0f);
  switch (activation) {
  case RELU: return vf_max(zero, x);
  case HARD_SIGMOID: return vf_div(vf_clip(vf_add(x, vf_set(3.0f)), 0.0f, 6.0f), vf_set(6.0f));
  case HARD_SIGMOID2: return vf_clip(vf_madd(vf_set(0.2f), x, vf_set(0.5f)), 0.0f, 1.0f);
  case SOFTSIGN: return vf_div(x, vf_add(one, vf_abs(x)));
  case SOFTPLUS: return vf_softplus(x);
  case ELU: return vf_select(vf_lt(zero, x), x, vf_expm1(x));
  case SELU: {
    vf negative = vf_mul(vf_set(SELU_ALPHA), vf_expm1(x));
    return vf_mul(vf_set(SELU_SCALE), vf_select(vf_lt(zero, x), x, negative));
  }
  case EXPONENTIAL: return vf_exp(x);
  case RELU6: return vf_clip(x, 0.0f, 6.0f);
  case HARD_TANH: return vf_clip(x, -1.0f, 1.0f);
  case LEAKY_RELU: return leaky(x, LEAKY_SLOPE);
  case SILU: return vf_mul(x, vf_sigmoid(x));
  case GELU: return vf_mul(x, normal_distribution(x));
  case GELU_APPROXIMATE: return vf_mul(x, gelu_gate(x));
  case MISH: {
    vf n = mish_n(x);
    return vf_div(vf_mul(x, n), vf_add(n, vf_set(2.0f)));
  }
  case HARD_SILU: return vf_div(vf_mul(x, vf_clip(vf_add(x, vf_set(3.0f)), 0.0f, 6.0f)), vf_set(6.0f));
  default: return x; /* LINEAR */
  }
}

NOINLINE vf activate_any(vf x, int activation) {
  if (activation == TANH) return vf_tanh(x);
  if (activation == SIGMOID) return vf_sigmoid(x);
  return activate_other(x, activation);
}

/* y = f(x): in place where the compiler knows which f, a call where it does not. */
INLINE vf activate(vf x, int activation) {
  if (!__builtin_constant_p(activation)) return activate_any(x, activation);
  if (activation == TANH) return vf_tanh(x);
  return activation == SIGMOID ? vf_sigmoid(x) : activate_other(x, activation);
}

/* What is kept of y = f(x) for the slope, … */
INLINE vf kept(vf x, vf y, int activation) { return keeps_input(activation) ? x : y; }
/* … and y from it. */
INLINE vf kept_value(vf kept, int activation) { return keeps_input(activation) ? activate(kept, activation) : kept; }

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

INLINE vf leaky_slope(vf x, float slope) { return vf_select(vf_lt(vf_zero(), x), vf_set(1.0f), vf_set(slope)); }

/* s + y·(1 − s) = y + s·(1 − y) with s = σ(x) */
INLINE vf silu_slope(vf x) {
  vf s = vf_sigmoid(x), y = vf_mul(x, s);
  return vf_madd(s, vf_sub(vf_set(1.0f), y), y);
}

/* inside ? slope : 0, for low < y < high */
INLINE vf slope_between(vf y, float low, float high, float slope) {
  vf below = vf_select(vf_lt(y, vf_set(high)), vf_set(slope), vf_zero());
  return vf_select(vf_lt(vf_set(low), y), below, vf_zero());
}

NOINLINE vf slope_other(vf kept, int activation) {
  const vf zero = vf_zero(), one = vf_set(1.0f), x = kept, y = kept;
  switch (activation) {
  case RELU: return vf_select(vf_lt(zero, y), one, zero);
  case HARD_SIGMOID: return slope_between(y, 0.0f, 1.0f, 1.0f / 6.0f);
  case HARD_SIGMOID2: return slope_between(y, 0.0f, 1.0f, 0.2f);
  case SOFTSIGN: {
    vf root = vf_sub(one, vf_abs(y));
    return vf_mul(root, root);
  }
  case SOFTPLUS: return vf_neg(vf_expm1(vf_neg(y)));
  case ELU: return vf_select(vf_lt(zero, y), one, vf_add(y, one));
  case SELU: return vf_select(vf_lt(zero, y), vf_set(SELU_SCALE), vf_add(y, vf_set(SELU_SCALE * SELU_ALPHA)));
  case EXPONENTIAL: return y;
  case RELU6: return slope_between(y, 0.0f, 6.0f, 1.0f);
  case HARD_TANH: return slope_between(y, -1.0f, 1.0f, 1.0f);
  case LEAKY_RELU: return leaky_slope(x, LEAKY_SLOPE);
  case SILU: return silu_slope(x);
  case GELU: return gelu_slope(x);
  case GELU_APPROXIMATE: return gelu_approximate_slope(x);
  case MISH: return mish_slope(x);
  case HARD_SILU: return hard_silu_slope(x);
  default: return one; /* LINEAR */
  }
}

/* f′(x) from what was kept: y = f(x), or x */
INLINE vf slope(vf kept, int activation) {
  if (activation == TANH) return vf_nmadd(kept, kept, vf_set(1.0f));
  if (activation == SIGMOID) return vf_nmadd(kept, kept, kept);
  return slope_other(kept, activation);
}

#endif
