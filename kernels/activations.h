/*
 * The fused activations: those whose derivative follows from the output alone, so that dense layers and cells apply
 * them in place. Definitions are those of src/kernels/activations.ts and of Keras 3.
 */
#ifndef CELLSTATE_ACTIVATIONS_H
#define CELLSTATE_ACTIVATIONS_H

#include "kernels.h"
#include "vmath.h"

#define SELU_SCALE 1.0507009873554805f
#define SELU_ALPHA 1.6732632423543772f

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

/* inside ? slope : 0, for low < y < high */
INLINE vf slope_between(vf y, float low, float high, float slope) {
  vf below = vf_select(vf_lt(y, vf_set(high)), vf_set(slope), vf_zero());
  return vf_select(vf_lt(vf_set(low), y), below, vf_zero());
}

NOINLINE vf slope_other(vf y, int activation) {
  const vf zero = vf_zero(), one = vf_set(1.0f);
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
  default: return one; /* LINEAR */
  }
}

/* f′(x) from y = f(x) */
INLINE vf slope(vf y, int activation) {
  if (activation == TANH) return vf_nmadd(y, y, vf_set(1.0f));
  if (activation == SIGMOID) return vf_nmadd(y, y, y);
  return slope_other(y, activation);
}

#endif
