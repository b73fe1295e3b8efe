/* simd.h without vectors: one lane, multiply and add rounded apart. For machines not listed in simd.h. */
#define PER_ISA(name) name##_plain
#define LANES 1
typedef float vf;
typedef int32_t vi;
typedef int vm;

INLINE vf vf_zero(void) { return 0.0f; }
INLINE vf vf_set(float s) { return s; }
INLINE vf vf_load(const float *p) { return *p; }
INLINE void vf_store(float *p, vf x) { *p = x; }
INLINE vf vf_load_kept(const float *p) { return vf_load(p); }
INLINE vf vf_load_n(const float *p, int n) { return n > 0 ? *p : 0.0f; }
INLINE void vf_store_n(float *p, vf x, int n) {
  if (n > 0) *p = x;
}

INLINE vf vf_add(vf a, vf b) { return a + b; }
INLINE vf vf_sub(vf a, vf b) { return a - b; }
INLINE vf vf_mul(vf a, vf b) { return a * b; }
INLINE vf vf_div(vf a, vf b) { return a / b; }
INLINE vf vf_sqrt(vf a) { return __builtin_sqrtf(a); }
INLINE vf vf_madd(vf a, vf b, vf c) { return a * b + c; }
INLINE vf vf_nmadd(vf a, vf b, vf c) { return c - a * b; }
INLINE vf vf_min(vf a, vf b) { return a < b ? a : b; }
INLINE vf vf_max(vf a, vf b) { return a > b ? a : b; }
INLINE vf vf_abs(vf a) { return __builtin_fabsf(a); }
INLINE vf vf_neg(vf a) { return -a; }

INLINE vi vf_bits(vf a) {
  vi i;
  __builtin_memcpy(&i, &a, sizeof i);
  return i;
}
INLINE vf vi_float(vi i) {
  vf a;
  __builtin_memcpy(&a, &i, sizeof a);
  return a;
}
INLINE vi vi_set(int32_t s) { return s; }
INLINE vi vi_add(vi i, vi j) { return (vi)((uint32_t)i + (uint32_t)j); }
INLINE vi vi_sub(vi i, vi j) { return (vi)((uint32_t)i - (uint32_t)j); }
INLINE vi vi_and(vi i, vi j) { return i & j; }
INLINE vi vi_shl(vi i, int n) { return (vi)((uint32_t)i << n); }
INLINE vi vi_sar(vi i, int n) { return i >> n; }
INLINE vf vi_to_vf(vi i) { return (vf)i; }

INLINE vm vf_lt(vf a, vf b) { return a < b; }
INLINE vm vf_le(vf a, vf b) { return a <= b; }
INLINE vm vf_eq(vf a, vf b) { return a == b; }
INLINE vf vf_select(vm m, vf a, vf b) { return m ? a : b; }
