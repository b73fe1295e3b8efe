/* simd.h for AVX2 with FMA: 8 lanes. */
#include <immintrin.h>

#define PER_ISA(name) name##_avx2
#define LANES 8
typedef __m256 vf;
typedef __m256i vi;
typedef __m256 vm;

INLINE vf vf_zero(void) { return _mm256_setzero_ps(); }
INLINE vf vf_set(float s) { return _mm256_set1_ps(s); }
INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void vf_store(float *p, vf x) { _mm256_storeu_ps(p, x); }
INLINE vf vf_load_kept(const float *p) {
  vf x = vf_load(p);
  __asm__("" : "+x"(x));
  return x;
}
/* All bits set in the first n lanes. */
INLINE __m256i first_lanes(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE vf vf_load_n(const float *p, int n) { return _mm256_maskload_ps(p, first_lanes(n)); }
INLINE void vf_store_n(float *p, vf x, int n) { _mm256_maskstore_ps(p, first_lanes(n), x); }

INLINE vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm256_div_ps(a, b); }
INLINE vf vf_sqrt(vf a) { return _mm256_sqrt_ps(a); }
INLINE vf vf_madd(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vf vf_nmadd(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }

INLINE vi vf_bits(vf a) { return _mm256_castps_si256(a); }
INLINE vf vi_float(vi i) { return _mm256_castsi256_ps(i); }
INLINE vi vi_set(int32_t s) { return _mm256_set1_epi32(s); }
INLINE vi vi_add(vi i, vi j) { return _mm256_add_epi32(i, j); }
INLINE vi vi_sub(vi i, vi j) { return _mm256_sub_epi32(i, j); }
INLINE vi vi_and(vi i, vi j) { return _mm256_and_si256(i, j); }
INLINE vi vi_shl(vi i, int n) { return _mm256_slli_epi32(i, n); }
INLINE vi vi_sar(vi i, int n) { return _mm256_srai_epi32(i, n); }
INLINE vf vi_to_vf(vi i) { return _mm256_cvtepi32_ps(i); }

INLINE vf vf_abs(vf a) { return vi_float(vi_and(vf_bits(a), vi_set(INT32_MAX))); }
INLINE vf vf_neg(vf a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }

INLINE vm vf_lt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
INLINE vm vf_le(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
INLINE vm vf_eq(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
INLINE vf vf_select(vm m, vf a, vf b) { return _mm256_blendv_ps(b, a, m); }
