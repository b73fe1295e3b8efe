/* simd.h for AVX-512: 16 lanes. */
#include <immintrin.h>

#define PER_ISA(name) name##_avx512
#define LANES 16
typedef __m512 vf;
typedef __m512i vi;
typedef __mmask16 vm;

INLINE vf vf_zero(void) { return _mm512_setzero_ps(); }
INLINE vf vf_set(float s) { return _mm512_set1_ps(s); }
INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void vf_store(float *p, vf x) { _mm512_storeu_ps(p, x); }
INLINE vf vf_load_kept(const float *p) {
  vf x = vf_load(p);
  __asm__("" : "+v"(x));
  return x;
}
INLINE vf vf_load_n(const float *p, int n) { return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
INLINE void vf_store_n(float *p, vf x, int n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), x); }

INLINE vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
INLINE vf vf_sqrt(vf a) { return _mm512_sqrt_ps(a); }
INLINE vf vf_madd(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vf vf_nmadd(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }
INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }

INLINE vi vf_bits(vf a) { return _mm512_castps_si512(a); }
INLINE vf vi_float(vi i) { return _mm512_castsi512_ps(i); }
INLINE vi vi_set(int32_t s) { return _mm512_set1_epi32(s); }
INLINE vi vi_add(vi i, vi j) { return _mm512_add_epi32(i, j); }
INLINE vi vi_sub(vi i, vi j) { return _mm512_sub_epi32(i, j); }
INLINE vi vi_and(vi i, vi j) { return _mm512_and_si512(i, j); }
INLINE vi vi_shl(vi i, int n) { return _mm512_slli_epi32(i, (unsigned)n); }
INLINE vi vi_sar(vi i, int n) { return _mm512_srai_epi32(i, (unsigned)n); }
INLINE vf vi_to_vf(vi i) { return _mm512_cvtepi32_ps(i); }

INLINE vf vf_abs(vf a) { return _mm512_abs_ps(a); }
INLINE vf vf_neg(vf a) {
  return vi_float(_mm512_xor_si512(vf_bits(a), vi_set(INT32_MIN)));
}

INLINE vm vf_lt(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
INLINE vm vf_le(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
INLINE vm vf_eq(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
INLINE vf vf_select(vm m, vf a, vf b) { return _mm512_mask_blend_ps(m, b, a); }
