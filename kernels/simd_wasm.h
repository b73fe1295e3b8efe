/* simd.h for WebAssembly SIMD128: 4 lanes; multiply-add is fused only in the relaxed build on hardware that can. */
#include <wasm_simd128.h>

#define PER_ISA(name) name##_wasm
#define LANES 4
typedef v128_t vf;
typedef v128_t vi;
typedef v128_t vm;

INLINE vf vf_zero(void) { return wasm_f32x4_const_splat(0.0f); }
INLINE vf vf_set(float s) { return wasm_f32x4_splat(s); }
INLINE vf vf_load(const float *p) { return wasm_v128_load(p); }
INLINE void vf_store(float *p, vf x) { wasm_v128_store(p, x); }
INLINE vf vf_load_kept(const float *p) { return vf_load(p); }
/* The ends of rows: out of line, for the size of the binary. */
NOINLINE vf vf_load_n(const float *p, int n) {
  float lanes[LANES] = {0};
  for (int i = 0; i < n; i++) lanes[i] = p[i];
  return vf_load(lanes);
}
NOINLINE void vf_store_n(float *p, vf x, int n) {
  float lanes[LANES];
  vf_store(lanes, x);
  for (int i = 0; i < n; i++) p[i] = lanes[i];
}

INLINE vf vf_add(vf a, vf b) { return wasm_f32x4_add(a, b); }
INLINE vf vf_sub(vf a, vf b) { return wasm_f32x4_sub(a, b); }
INLINE vf vf_mul(vf a, vf b) { return wasm_f32x4_mul(a, b); }
INLINE vf vf_div(vf a, vf b) { return wasm_f32x4_div(a, b); }
INLINE vf vf_sqrt(vf a) { return wasm_f32x4_sqrt(a); }
#ifdef __wasm_relaxed_simd__
INLINE vf vf_madd(vf a, vf b, vf c) { return wasm_f32x4_relaxed_madd(a, b, c); }
INLINE vf vf_nmadd(vf a, vf b, vf c) { return wasm_f32x4_relaxed_nmadd(a, b, c); }
#else
INLINE vf vf_madd(vf a, vf b, vf c) { return wasm_f32x4_add(wasm_f32x4_mul(a, b), c); }
INLINE vf vf_nmadd(vf a, vf b, vf c) { return wasm_f32x4_sub(c, wasm_f32x4_mul(a, b)); }
#endif
/* pmin(b, a) is a < b ? a : b: one x86 instruction, unlike wasm_f32x4_min. */
INLINE vf vf_min(vf a, vf b) { return wasm_f32x4_pmin(b, a); }
INLINE vf vf_max(vf a, vf b) { return wasm_f32x4_pmax(b, a); }
INLINE vf vf_abs(vf a) { return wasm_f32x4_abs(a); }
INLINE vf vf_neg(vf a) { return wasm_f32x4_neg(a); }

INLINE vi vf_bits(vf a) { return a; }
INLINE vf vi_float(vi i) { return i; }
INLINE vi vi_set(int32_t s) { return wasm_i32x4_splat(s); }
INLINE vi vi_add(vi i, vi j) { return wasm_i32x4_add(i, j); }
INLINE vi vi_sub(vi i, vi j) { return wasm_i32x4_sub(i, j); }
INLINE vi vi_and(vi i, vi j) { return wasm_v128_and(i, j); }
INLINE vi vi_shl(vi i, int n) { return wasm_i32x4_shl(i, (uint32_t)n); }
INLINE vi vi_sar(vi i, int n) { return wasm_i32x4_shr(i, (uint32_t)n); }
INLINE vf vi_to_vf(vi i) { return wasm_f32x4_convert_i32x4(i); }

INLINE vm vf_lt(vf a, vf b) { return wasm_f32x4_lt(a, b); }
INLINE vm vf_le(vf a, vf b) { return wasm_f32x4_le(a, b); }
INLINE vm vf_eq(vf a, vf b) { return wasm_f32x4_eq(a, b); }
INLINE vf vf_select(vm m, vf a, vf b) { return wasm_v128_bitselect(a, b, m); }
