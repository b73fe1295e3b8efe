/*
 * Elementary functions of vectors. Polynomials are evaluated by Horner's rule with vf_madd, so that every width gives
 * the same bits. NaN stays NaN. Errors below were measured against double precision over the whole range of floats.
 */
#ifndef CELLSTATE_VMATH_H
#define CELLSTATE_VMATH_H

#include "simd.h"

#define VF_INFINITY vf_set(__builtin_inff())
#define VF_NAN vf_set(__builtin_nanf(""))

/* c[0]·xⁿ + c[1]·xⁿ⁻¹ + … + c[n] */
INLINE vf polynomial(vf x, const float *c, int n) {
  vf y = vf_set(c[0]);
  for (int i = 1; i <= n; i++) y = vf_madd(y, x, vf_set(c[i]));
  return y;
}

INLINE vf vf_clip(vf x, float low, float high) { return vf_min(vf_set(high), vf_max(vf_set(low), x)); }

/* x = n·ln 2 + r with n whole, |r| ≤ ln 2 / 2 */
typedef struct {
  vf r;
  vf n;
  vi exponent; /* n · 2²³: what to add to a float's bits to multiply it by 2ⁿ */
} Reduced;

/* |x| < 2²¹. Adding 1.5 · 2²³ rounds to a whole number and leaves it in the low bits. */
INLINE Reduced reduce(vf x) {
  const vf magic = vf_set(12582912.0f);
  vf shifted = vf_madd(x, vf_set(1.44269504f), magic);
  vf n = vf_sub(shifted, magic);
  vf r = vf_nmadd(n, vf_set(0.693359375f), x); /* ln 2 in two parts, the first short enough for an exact product */
  r = vf_nmadd(n, vf_set(-2.12194440e-4f), r);
  return (Reduced){r, n, vi_shl(vf_bits(shifted), 23)};
}

/* eʳ for |r| ≤ ln 2 / 2: minimax with the first two coefficients fixed at 1, relative error 3e-9 before rounding */
INLINE vf exp_reduced(vf r) {
  static const float c[] = {0x1.6a241ap-10f, 0x1.1239f2p-7f, 0x1.5558f2p-5f, 0x1.555492p-3f, 0x1.fffffcp-2f, 1.0f, 1.0f};
  return polynomial(r, c, 6);
}

/* eˣ for −86 ≤ x ≤ 88, not checked */
INLINE vf vf_exp_bounded(vf x) {
  Reduced a = reduce(x);
  return vi_float(vi_add(vf_bits(exp_reduced(a.r)), a.exponent));
}

/* eˣ; relative error 7e-8. Below −86.5, where it is under 3e-38, 0; above 88.72 infinity. */
INLINE vf vf_exp(vf x) {
  /* Half of it first, because 2¹²⁸ is no float. */
  Reduced a = reduce(vf_clip(x, -86.5f, 89.0f));
  vf half = vi_float(vi_add(vf_bits(exp_reduced(a.r)), vi_sub(a.exponent, vi_set(1 << 23))));
  vf y = vf_add(half, half);
  y = vf_select(vf_lt(x, vf_set(-86.5f)), vf_zero(), y);
  return vf_select(vf_lt(vf_set(88.7228f), x), VF_INFINITY, y);
}

/* eˣ − 1; relative error 1.3e-7, for x > 87 as eˣ */
INLINE vf vf_expm1(vf x) {
  static const float c[] = {0x1.6a241ap-10f, 0x1.1239f2p-7f, 0x1.5558f2p-5f, 0x1.555492p-3f, 0x1.fffffcp-2f};
  Reduced a = reduce(vf_clip(x, -30.0f, 87.0f));
  vf fraction = vf_madd(vf_mul(a.r, a.r), polynomial(a.r, c, 4), a.r); /* eʳ − 1 */
  vf power = vi_float(vi_add(vf_bits(vf_set(1.0f)), a.exponent));      /* 2ⁿ */
  vf y = vf_madd(power, fraction, vf_sub(power, vf_set(1.0f)));
  return vf_select(vf_lt(vf_set(87.0f), x), vf_exp(x), y);
}

/* Natural logarithm; relative error 1e-7. 0 gives −infinity, x < 0 NaN; subnormal x are taken for 2⁻¹²⁶ at most. */
INLINE vf vf_log(vf x) {
  static const float c[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                            -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                            2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
  const vi root_half = vi_set(0x3f3504f3);
  vi shifted = vi_sub(vf_bits(x), root_half);
  vf exponent = vi_to_vf(vi_sar(shifted, 23));
  /* x = 2^exponent · (1 + f), √½ ≤ 1 + f < √2 */
  vf f = vf_sub(vi_float(vi_add(vi_and(shifted, vi_set(0x7fffff)), root_half)), vf_set(1.0f));
  vf square = vf_mul(f, f);
  vf y = vf_mul(vf_mul(f, square), polynomial(f, c, 8));
  y = vf_madd(exponent, vf_set(-2.12194440e-4f), y);
  y = vf_madd(square, vf_set(-0.5f), y);
  y = vf_madd(exponent, vf_set(0.693359375f), vf_add(f, y));
  y = vf_select(vf_le(x, vf_zero()), vf_select(vf_eq(x, vf_zero()), vf_neg(VF_INFINITY), VF_NAN), y);
  return vf_select(vf_lt(x, VF_INFINITY), y, x); /* infinity and NaN as they are */
}

/* log(1 + x) for x > −1; relative error 1.3e-7 */
INLINE vf vf_log1p(vf x) {
  vf u = vf_add(x, vf_set(1.0f));
  vf lost = vf_sub(x, vf_sub(u, vf_set(1.0f))); /* what rounding u took away */
  vf y = vf_add(vf_log(u), vf_div(lost, u));
  return vf_select(vf_lt(u, VF_INFINITY), y, u);
}

/* log(1 + eˣ); relative error 2e-7 */
INLINE vf vf_softplus(vf x) {
  /* max(x, 0) + log(1 + e^−|x|) does not overflow */
  return vf_add(vf_max(vf_zero(), x), vf_log1p(vf_exp(vf_neg(vf_abs(x)))));
}

/* 1 / (1 + e⁻ˣ); absolute error 9e-8. e⁻ˣ in base 2 and in one step: what large |x| lose there, σ does not show. */
INLINE vf vf_sigmoid(vf x) {
  static const float c[] = {0x1.5bb9b6p-10f, 0x1.3ceae2p-7f, 0x1.c6b756p-5f, 0x1.ebf9bap-3f, 0x1.62e42ap-1f, 1.0f};
  const vf one = vf_set(1.0f), magic = vf_set(12582912.0f), log2e = vf_set(-1.44269504f);
  vf clipped = vf_clip(x, -87.0f, 87.0f);
  vf shifted = vf_madd(clipped, log2e, magic);
  vf fraction = vf_madd(clipped, log2e, vf_sub(magic, shifted));
  vf power = vi_float(vi_add(vf_bits(polynomial(fraction, c, 5)), vi_shl(vf_bits(shifted), 23)));
  return vf_div(one, vf_add(one, power));
}

/* tanh x as x·P(x²)/Q(x²), degree 13 over 6 (the coefficients of Eigen's ptanh); absolute error 3e-7 */
INLINE vf vf_tanh(vf x) {
  static const float p[] = {-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-08f,
                            1.48572235717979e-05f,  6.37261928875436e-04f, 4.89352455891786e-03f};
  static const float q[] = {1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f};
  vf clipped = vf_clip(x, -7.90531110763549805f, 7.90531110763549805f);
  vf square = vf_mul(clipped, clipped);
  return vf_div(vf_mul(clipped, polynomial(square, p, 6)), polynomial(square, q, 3));
}

/* The error function (Abramowitz and Stegun 7.1.26); absolute error 6e-7 */
INLINE vf vf_erf(vf x) {
  static const float c[] = {1.061405429f, -1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f, 0.0f};
  vf a = vf_abs(x);
  vf t = vf_div(vf_set(1.0f), vf_madd(vf_set(0.3275911f), a, vf_set(1.0f)));
  vf y = vf_nmadd(polynomial(t, c, 5), vf_exp(vf_neg(vf_mul(a, a))), vf_set(1.0f));
  return vf_select(vf_lt(x, vf_zero()), vf_neg(y), y);
}

#endif
