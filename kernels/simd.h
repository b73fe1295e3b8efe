/*
 * One vector type, `vf`: LANES floats. AVX-512 (16), AVX2 with FMA (8), NEON (4), WebAssembly SIMD128 (4), plain C (1).
 *
 * Same bits at every width: each operation here rounds as IEEE 754 says, `vf_madd` rounds once wherever the machine
 * fuses (AVX-512, AVX2, NEON, relaxed WebAssembly SIMD on such hardware; not plain SIMD128 and not plain C), and no
 * operation adds across lanes. Kernels keep one order of summation an output element and so stay independent of LANES.
 * Compile with -ffp-contract=off: the compiler must neither fuse nor split on its own.
 */
#ifndef CELLSTATE_SIMD_H
#define CELLSTATE_SIMD_H

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline, unused))
/* For what would only grow the code if it were copied into its callers. */
#ifdef __wasm__
/* One copy for all files, for the size of the binary. The addon's builds for several processors must not share any. */
#define NOINLINE __attribute__((noinline, weak))
#else
#define NOINLINE static __attribute__((noinline, unused))
#endif

#if defined(KERNEL_PLAIN)
#define SIMD_PLAIN
#elif defined(__AVX512F__)
#include "simd_avx512.h"
#elif defined(__AVX2__) && defined(__FMA__)
#include "simd_avx2.h"
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include "simd_neon.h"
#elif defined(__wasm_simd128__)
#include "simd_wasm.h"
#else
#define SIMD_PLAIN
#endif
#ifdef SIMD_PLAIN
#include "simd_plain.h"
#endif

/*
 * What each of those files gives. vf: floats, vi: 32-bit integers, vm: a truth value a lane.
 *
 *   PER_ISA(name)                                        a name of its own for what several files of a build share
 *   vf_zero() vf_set(s) vf_load(p) vf_store(p, x)         p needs no alignment beyond that of float
 *   vf_load_kept(p)                                       keeps x in a register, where GCC would load it anew for each use
 *   vf_load_n(p, n) vf_store_n(p, x, n)                   the first n < LANES lanes; others read as 0, are not written
 *   vf_add vf_sub vf_mul vf_div(a, b) vf_sqrt(a) vf_abs(a) vf_neg(a)
 *   vf_madd(a, b, c)                                      a·b + c
 *   vf_nmadd(a, b, c)                                     c − a·b
 *   vf_min(a, b) vf_max(a, b)                             a < b ? a : b,  a > b ? a : b; so b where either is NaN
 *   vf_lt(a, b) vf_le(a, b) vf_eq(a, b) → vm,  vf_select(m, a, b)   m ? a : b
 *   vf_bits(a) vi_float(i): reinterpret;  vi_set(s) vi_add vi_sub vi_and(i, j) vi_shl(i, n) vi_sar(i, n)
 *   vi_to_vf(i): convert
 */

/* Loads and stores of n lanes, 1 ≤ n ≤ LANES. */
INLINE vf vf_load_to(const float *p, int n) { return n >= LANES ? vf_load(p) : vf_load_n(p, n); }
INLINE void vf_store_to(float *p, vf x, int n) {
  if (n >= LANES) vf_store(p, x);
  else vf_store_n(p, x, n);
}

/*
 * x, or 0 where |x| < 1e-30. What decays step after step (gradients sent back through time, an optimizer's averages)
 * would end among the subnormal numbers, on which processors take a hundred times as long.
 */
INLINE vf vf_settle(vf x) { return vf_select(vf_lt(vf_abs(x), vf_set(1e-30f)), vf_zero(), x); }

#endif
