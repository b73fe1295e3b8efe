/* simd.h for 64-bit ARM: 4 lanes. */
#include <arm_neon.h>

#define PER_ISA(name) name##_neon
#define LANES 4
typedef float32x4_t vf;
typedef int32x4_t vi;
typedef uint32x4_t vm;

INLINE vf vf_zero(void) { return vdupq_n_f32(0.0f); }
INLINE vf vf_set(float s) { return vdupq_n_f32(s); }
INLINE vf vf_load(const float *p) { return vld1q_f32(p); }
INLINE void vf_store(float *p, vf x) { vst1q_f32(p, x); }
INLINE vf vf_load_kept(const float *p) { return vf_load(p); }
INLINE vf vf_load_n(const float *p, int n) {
  float lanes[LANES] = {0};
  for (int i = 0; i < n; i++) lanes[i] = p[i];
  return vf_load(lanes);
}
INLINE void vf_store_n(float *p, vf x, int n) {
  float lanes[LANES];
  vf_store(lanes, x);
  for (int i = 0; i < n; i++) p[i] = lanes[i];
}

INLINE vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
INLINE vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
INLINE vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
INLINE vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
INLINE vf vf_sqrt(vf a) { return vsqrtq_f32(a); }
INLINE vf vf_madd(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
INLINE vf vf_nmadd(vf a, vf b, vf c) { return vfmsq_f32(c, a, b); }

INLINE vi vf_bits(vf a) { return vreinterpretq_s32_f32(a); }
INLINE vf vi_float(vi i) { return vreinterpretq_f32_s32(i); }
INLINE vi vi_set(int32_t s) { return vdupq_n_s32(s); }
INLINE vi vi_add(vi i, vi j) { return vaddq_s32(i, j); }
INLINE vi vi_sub(vi i, vi j) { return vsubq_s32(i, j); }
INLINE vi vi_and(vi i, vi j) { return vandq_s32(i, j); }
INLINE vi vi_shl(vi i, int n) { return vshlq_s32(i, vdupq_n_s32(n)); }
INLINE vi vi_sar(vi i, int n) { return vshlq_s32(i, vdupq_n_s32(-n)); }
INLINE vf vi_to_vf(vi i) { return vcvtq_f32_s32(i); }

INLINE vf vf_abs(vf a) { return vabsq_f32(a); }
INLINE vf vf_neg(vf a) { return vnegq_f32(a); }

INLINE vm vf_lt(vf a, vf b) { return vcltq_f32(a, b); }
INLINE vm vf_le(vf a, vf b) { return vcleq_f32(a, b); }
INLINE vm vf_eq(vf a, vf b) { return vceqq_f32(a, b); }
INLINE vf vf_select(vm m, vf a, vf b) { return vbslq_f32(m, a, b); }
/* Not vminq: it yields NaN where either is NaN, the others yield b. */
INLINE vf vf_min(vf a, vf b) { return vf_select(vf_lt(a, b), a, b); }
INLINE vf vf_max(vf a, vf b) { return vf_select(vf_lt(b, a), a, b); }
