/*
 * The kernels: the only interface between the arithmetic and everything else. Generated from the declarations in src/kernels
 * by scripts/generate-kernels.mjs.
 *
 * A kernel reads and writes the memory it is given and nothing else: it takes no memory, does no input or output and
 * keeps no state, so any number may run at once. Of each kernel it is said what it writes (whatever lay there), updates
 * (as gradients that accumulate) and reads, all of them floats, and how much working room it takes.
 *
 * Letters: B rows of the batch (of one shard), T time steps, I input features, U units, F features, V vocabulary,
 * N rows of a matrix, G groups. Sequences are time-major, [T][B][F]. Pointers are aligned to 4 bytes at least, scratch to
 * 64. "or NULL" marks what may be absent; [any] is a dimension that a kernel's own numbers do not tell.
 *
 * Recurrent cells: steps are numbered in processing order; with reverse = 1 step s reads x and mask at T−1−s, and outputs
 * stay in processing order, as Keras's go_backwards. Where mask is 0 the states carry through. h0, c0 are initial states,
 * zeros if NULL. dropX and dropH multiply x and h₋₁, constant over time: GX = 1 shares one mask of x between the gates, GX
 * = gates has one a gate. Inference keeps nothing for a backward pass. Its input is x, or ids with table = embedding ·
 * kernel + input bias, one row a word (x and kernel are then unused). With ids and no mask, paddedH and paddedC may give
 * the states after 1 … T steps of id 0 from zeros (h0, c0 NULL): rows that begin with so much padding are taken up there.
 *
 * Forward keeps of a gate its value, or what it activates, where its activation's slope does not follow from the value.
 *
 * Pooling: window s covers steps s·stride − before … + size − 1, those within 0 … T−1; never none.
 *
 * Losses: rowLoss = weight (NULL: 1) · loss, dOut = ∂(scale · Σ rowLoss)/∂out; with fromLogits out and dOut are those of
 * the last layer before its activation. Optimizers: scalars = learning rate, bias-corrected rate of this step.
 *
 * Results do not depend on the width of vectors: every output element is summed in one order, with fused multiply-add
 * wherever the machine has it (AVX2, AVX-512, NEON and relaxed WebAssembly agree to the bit).
 */
#ifndef CELLSTATE_KERNELS_H
#define CELLSTATE_KERNELS_H

#include <stdint.h>

/* What a built engine must carry to be trusted with pointers: changes whenever this interface does. */
#define KERNELS_ABI 2877444615u

/* A block of a product's right-hand matrix, copied into the order in which it is read. */
#define PANEL_ELEMENTS 16384
/* Rows whose deltas recurrent cells gather before they meet the weight gradients: few enough for the cache. */
#define CHUNK_ROWS 128

/* Activations by number; their definitions are Keras 3's (src/kernels/activations.ts). */
enum {
  LINEAR = 0, SIGMOID = 1, TANH = 2, RELU = 3, HARD_SIGMOID = 4, HARD_SIGMOID2 = 5, SOFTSIGN = 6, SOFTPLUS = 7,
  ELU = 8, SELU = 9, EXPONENTIAL = 10, RELU6 = 11, HARD_TANH = 12, LEAKY_RELU = 13, SILU = 14, GELU = 15,
  GELU_APPROXIMATE = 16, MISH = 17, HARD_SILU = 18, SOFTMAX = 19,
};

/* ---- sizes, in elements ---- */

/* Far more than any memory holds; products stop there instead of overflowing. */
#define SIZE_MOST (INT64_C(1) << 60)

static inline int64_t size_product(int64_t a, int64_t b) { return a > 0 && b > SIZE_MOST / a ? SIZE_MOST : a * b; }
static inline int64_t size_quotient(int64_t a, int64_t b) { return b == 0 ? 0 : a / b; }
static inline int64_t size_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t size_round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

/* Room of a recurrent cell: packed weights and their gradients, panels of a chunk's inputs and deltas, a few [B][units]
   states; features and units are rounded up to the widest vector, columns those of pre-activations. */
static inline int64_t size_recurrent(int64_t B, int64_t features, int64_t units, int64_t columns) {
  return size_product(size_product(size_product(2, features + units), columns), units) + size_product(size_max(B,
    CHUNK_ROWS) + 1, size_product(4, units) + size_product(columns, features + units) + 8) +
    size_product(size_product(4, B + 4), units) + 1024;
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* out = value
   writes out [length] */
void fill(float *out, int32_t length, float value);

/* out += x
   updates out [length]; reads x [length] */
void add(float *out, const float *x, int32_t length);

/* Keras's Flatten of a time-major sequence
   writes out [B][T*F]; reads x [T][B][F] */
void to_row_major(float *out, const float *x, int32_t B, int32_t T, int32_t F);

/* The inverse of to_row_major, also used for sequences that come from the user
   writes out [T][B][F]; reads x [B][T*F] */
void to_time_major(float *out, const float *x, int32_t B, int32_t T, int32_t F);

/* out = x, last step first
   writes out [T][N]; reads x [T][N] */
void reverse_time(float *out, const float *x, int32_t T, int32_t N);

/* out[i] = Σ parts[s·stride + i] over s = 0 … count−1: the sum of the first 2ⁿ < count and that of the rest, each summed
   so; count ≥ 1
   writes out [length]; reads parts [(count-1)*stride+length] */
void sum_shards(float *out, const float *parts, int32_t count, int32_t stride, int32_t length);

/* ---- embedding ------------------------------------------------------------------------------------------------- */

/* out = table at ids, whole numbers held as floats; one outside 0 … V−1 reads as a row of zeros
   writes out [T][B][F]; reads ids [B][T], table [V][F] */
void embedding_forward(float *out, const float *ids, const float *table, int32_t B, int32_t T, int32_t F, int32_t V);

/* dTable += dOut at ids, in the order of dOut
   updates dTable [V][F]; reads ids [B][T], dOut [T][B][F] */
void embedding_backward(float *dTable, const float *ids, const float *dOut, int32_t B, int32_t T, int32_t F,
                        int32_t V);

/* one part of the rows k < count: dRows[k] = Σ dOut at places[starts[k]] … places[starts[k+1]−1]; a place is 16 times
   the offset of an element, plus 1 + m where a shard's first: so many of the sums that wait are done with the shard
   before
   updates dRows [N][F]; reads dOut [any], count [1], starts [N+1], places [P] */
void embedding_rows_backward(float *dRows, const float *dOut, const uint32_t *count, const uint32_t *starts,
                             const uint32_t *places, int32_t N, int32_t P, int32_t F, int32_t part, int32_t parts);

/* mask = ids ≠ 0 ? 1 : 0
   writes mask [T][B]; reads ids [B][T] */
void mask_from_ids(float *mask, const float *ids, int32_t B, int32_t T);

/* ---- dense ----------------------------------------------------------------------------------------------------- */

/* out = activation(x · kernel + bias), one that can be fused
   writes out [N][U]; reads x [N][I], kernel [I][U], bias [U] or NULL; scratch */
void dense_forward(float *out, const float *x, const float *kernel, const float *bias, float *scratch, int32_t N,
                   int32_t I, int32_t U, int32_t activation);
static inline int64_t dense_forward_scratch(int64_t N, int64_t U) {
  return size_product(N, U) + PANEL_ELEMENTS;
}

/* dx = …, dKernel += …, dBias += …, from dOut and what the forward put out
   writes dx [N][I] or NULL; updates dKernel [I][U], dBias [U] or NULL; reads dOut [N][U], out [N][U], x [N][I], kernel
   [I][U]; scratch */
void dense_backward(float *dx, float *dKernel, float *dBias, const float *dOut, const float *out, const float *x,
                    const float *kernel, float *scratch, int32_t N, int32_t I, int32_t U, int32_t activation);
static inline int64_t dense_backward_scratch(int64_t N, int64_t U) {
  return size_product(N, U) + PANEL_ELEMENTS;
}

/* ---- conv1d ---------------------------------------------------------------------------------------------------- */

/* out = activation(Σ_k x_{s·stride + k·dilation − before} · kernel_k + bias), steps outside 0 … T−1 zeros: block g of
   the outputs sees block g of the inputs; an activation that can be fused
   writes out [S][B][U]; reads x [T][B][I], kernel [K][I/groups][U], bias [U] or NULL; scratch */
void conv1d_forward(float *out, const float *x, const float *kernel, const float *bias, float *scratch, int32_t B,
                    int32_t T, int32_t I, int32_t S, int32_t U, int32_t K, int32_t stride, int32_t dilation,
                    int32_t before, int32_t groups, int32_t activation);
static inline int64_t conv1d_forward_scratch(int64_t B, int64_t S, int64_t U) {
  return size_product(size_product(S, B), U) + PANEL_ELEMENTS;
}

/* dx = …, dKernel += …, dBias += …, from dOut and what the forward put out
   writes dx [T][B][I] or NULL; updates dKernel [K][I/groups][U], dBias [U] or NULL; reads dOut [S][B][U], out [S][B][U],
   x [T][B][I], kernel [K][I/groups][U]; scratch */
void conv1d_backward(float *dx, float *dKernel, float *dBias, const float *dOut, const float *out, const float *x,
                     const float *kernel, float *scratch, int32_t B, int32_t T, int32_t I, int32_t S, int32_t U,
                     int32_t K, int32_t stride, int32_t dilation, int32_t before, int32_t groups, int32_t activation);
static inline int64_t conv1d_backward_scratch(int64_t B, int64_t S, int64_t U) {
  return size_product(size_product(S, B), U) + PANEL_ELEMENTS;
}

/* ---- activation ------------------------------------------------------------------------------------------------ */

/* out = activation(x), any; alpha is its parameter where it has one. out may be x.
   writes out [length]; reads x [length] */
void activation_forward(float *out, const float *x, int32_t length, int32_t activation, float alpha);

/* dx = dOut · activation′, from x and out. dx may be dOut.
   writes dx [length]; reads dOut [length], x [length], out [length] */
void activation_backward(float *dx, const float *dOut, const float *x, const float *out, int32_t length,
                         int32_t activation, float alpha);

/* out = min(x, ceiling) where x > threshold, else slope · (x − threshold)
   writes out [length]; reads x [length] */
void rectify_forward(float *out, const float *x, int32_t length, float slope, float threshold, float ceiling);

/* dx = dOut, 0 past the ceiling, slope · dOut below the threshold
   writes dx [length]; reads dOut [length], x [length] */
void rectify_backward(float *dx, const float *dOut, const float *x, int32_t length, float slope, float threshold,
                      float ceiling);

/* ---- softmax --------------------------------------------------------------------------------------------------- */

/* out = softmax of every row of x
   writes out [N][F]; reads x [N][F] */
void softmax_forward(float *out, const float *x, int32_t N, int32_t F);

/* dx from dOut and what the forward put out
   writes dx [N][F]; reads dOut [N][F], out [N][F] */
void softmax_backward(float *dx, const float *dOut, const float *out, int32_t N, int32_t F);

/* out = log softmax of every row of x
   writes out [N][F]; reads x [N][F] */
void log_softmax_forward(float *out, const float *x, int32_t N, int32_t F);

/* dx from dOut and what the forward put out
   writes dx [N][F]; reads dOut [N][F], out [N][F] */
void log_softmax_backward(float *dx, const float *dOut, const float *out, int32_t N, int32_t F);

/* ---- norm ------------------------------------------------------------------------------------------------------ */

/* mean and variance of x over the rows where mask is not 0, all if NULL; 0 where there are none
   writes mean [F], variance [F]; reads x [N][F], mask [N] or NULL */
void batch_moments(float *mean, float *variance, const float *x, const float *mask, int32_t N, int32_t F);

/* out = (x − mean) / √(variance + epsilon) · gamma + beta
   writes out [N][F]; reads x [N][F], mean [F], variance [F], gamma [F] or NULL, beta [F] or NULL */
void batch_norm_forward(float *out, const float *x, const float *mean, const float *variance, const float *gamma,
                        const float *beta, int32_t N, int32_t F, float epsilon);

/* From dOut; with `batch` mean and variance are those of x where mask is not 0, else given numbers
   writes dx [N][F] or NULL; updates dGamma [F] or NULL, dBeta [F] or NULL; reads dOut [N][F], x [N][F], mean [F],
   variance [F], gamma [F] or NULL, mask [N] or NULL */
void batch_norm_backward(float *dx, float *dGamma, float *dBeta, const float *dOut, const float *x, const float *mean,
                         const float *variance, const float *gamma, const float *mask, int32_t N, int32_t F,
                         int32_t batch, float epsilon);

/* mean and inverse = 1 / √(variance + epsilon) of every row; out = (x − mean) · inverse · gamma + beta
   writes out [N][F], mean [N], inverse [N]; reads x [N][F], gamma [F] or NULL, beta [F] or NULL */
void layer_norm_forward(float *out, float *mean, float *inverse, const float *x, const float *gamma,
                        const float *beta, int32_t N, int32_t F, float epsilon);

/* From dOut and what the forward found of every row
   writes dx [N][F] or NULL; updates dGamma [F] or NULL, dBeta [F] or NULL; reads dOut [N][F], x [N][F], mean [N],
   inverse [N], gamma [F] or NULL */
void layer_norm_backward(float *dx, float *dGamma, float *dBeta, const float *dOut, const float *x, const float *mean,
                         const float *inverse, const float *gamma, int32_t N, int32_t F);

/* ---- dropout --------------------------------------------------------------------------------------------------- */

/* mask = scale where word (g·F + f) mod 4 of Philox block ((g·F + f) div 4, firstRow + b, step, purpose) under key
   (seedLow, seedHigh) reaches threshold = round(rate · 2³²), else 0; counters = seedLow, seedHigh, step
   writes mask [G][B][F]; reads counters [3] */
void dropout_mask(float *mask, const uint32_t *counters, int32_t G, int32_t B, int32_t F, int32_t purpose,
                  int32_t firstRow, uint32_t threshold, float scale);

/* out = x · mask, where with maskGroups = 1 one mask serves every group
   writes out [G][N]; reads x [G][N], mask [maskGroups][N] */
void multiply_mask(float *out, const float *x, const float *mask, int32_t G, int32_t N, int32_t maskGroups);

/* ---- layout ---------------------------------------------------------------------------------------------------- */

/* out = mask ≠ 0 ? x : other; where one of the two is NULL, value stands for it. out may be either.
   writes out [N][F]; reads mask [N], x [N][F] or NULL, other [N][F] or NULL */
void choose(float *out, const float *mask, const float *x, const float *other, int32_t N, int32_t F, float value);

/* out = a · x + b · y, or a · x where y is NULL. out may be x or y.
   writes out [length]; reads x [length], y [length] or NULL */
void combine(float *out, const float *x, const float *y, int32_t length, float a, float b);

/* mask = any of a row of x differs from value ? 1 : 0
   writes mask [N]; reads x [N][F] */
void mask_from_values(float *mask, const float *x, int32_t N, int32_t F, float value);

/* N rows of F elements, from rows xStride apart to rows outStride apart: a block of columns, cut out or put in
   writes out [(N-1)*outStride+F]; reads x [(N-1)*xStride+F] */
void copy_rows(float *out, const float *x, int32_t N, int32_t F, int32_t outStride, int32_t xStride);

/* out = x, every row R times
   writes out [A][R][C]; reads x [A][C] */
void repeat_axis(float *out, const float *x, int32_t A, int32_t R, int32_t C);

/* out = Σ_r x_r, or += with accumulate
   updates out [A][C]; reads x [A][R][C] */
void sum_axis(float *out, const float *x, int32_t A, int32_t R, int32_t C, int32_t accumulate);

/* ---- pool ------------------------------------------------------------------------------------------------------ */

/* out = the largest of x in each window
   writes out [S][N]; reads x [T][N] */
void max_pool_forward(float *out, const float *x, int32_t T, int32_t N, int32_t S, int32_t size, int32_t stride,
                      int32_t before);

/* dx from dOut: to the first of the largest in a window or, with share, to all of them in equal parts
   writes dx [T][N]; reads dOut [S][N], out [S][N], x [T][N] */
void max_pool_backward(float *dx, const float *dOut, const float *out, const float *x, int32_t T, int32_t N,
                       int32_t S, int32_t size, int32_t stride, int32_t before, int32_t share);

/* out = mean of x over each window's steps, those where mask is not 0; NaN of none
   writes out [S][B][F]; reads x [T][B][F], mask [T][B] or NULL */
void average_pool_forward(float *out, const float *x, const float *mask, int32_t B, int32_t T, int32_t F, int32_t S,
                          int32_t size, int32_t stride, int32_t before);

/* dx from dOut
   writes dx [T][B][F]; reads dOut [S][B][F], mask [T][B] or NULL */
void average_pool_backward(float *dx, const float *dOut, const float *mask, int32_t B, int32_t T, int32_t F,
                           int32_t S, int32_t size, int32_t stride, int32_t before);

/* ---- rnn ------------------------------------------------------------------------------------------------------- */

/* h = activation(z), z = x · kernel + h₋₁ · recurrent + bias
   writes h [T][B][U], z [T][B][U] or NULL; reads x [T][B][I], mask [T][B] or NULL, h0 [B][U] or NULL, kernel [I][U],
   recurrent [U][U], bias [U] or NULL, dropX [B][I] or NULL, dropH [B][U] or NULL; scratch */
void rnn_forward(float *h, float *z, const float *x, const float *mask, const float *h0, const float *kernel,
                 const float *recurrent, const float *bias, const float *dropX, const float *dropH, float *scratch,
                 int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse);
static inline int64_t rnn_forward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 1);
}

/* From dH of every step and/or dLast of the last; slopes follow from z, or from h where it is NULL
   writes dx [T][B][I] or NULL, dh0 [B][U] or NULL; updates dKernel [I][U], dRecurrent [U][U], dBias [U] or NULL; reads
   dH [T][B][U] or NULL, dLast [B][U] or NULL, h [T][B][U], z [T][B][U] or NULL, x [T][B][I], mask [T][B] or NULL, h0
   [B][U] or NULL, kernel [I][U], recurrent [U][U], dropX [B][I] or NULL, dropH [B][U] or NULL; scratch */
void rnn_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, const float *dH,
                  const float *dLast, const float *h, const float *z, const float *x, const float *mask,
                  const float *h0, const float *kernel, const float *recurrent, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation,
                  int32_t reverse);
static inline int64_t rnn_backward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 1);
}

/* The last h, and all of them where asked for
   writes hLast [B][U], sequence [T][B][U] or NULL; reads x [T][B][I] or NULL, ids [B][T] or NULL, table [any][U] or
   NULL, paddedH [T][U] or NULL, mask [T][B] or NULL, h0 [B][U] or NULL, kernel [I][U], recurrent [U][U], bias [U] or
   NULL; scratch */
void rnn_infer(float *hLast, float *sequence, const float *x, const float *ids, const float *table,
               const float *paddedH, const float *mask, const float *h0, const float *kernel, const float *recurrent,
               const float *bias, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation,
               int32_t reverse);
static inline int64_t rnn_infer_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 1);
}

/* ---- lstm ------------------------------------------------------------------------------------------------------ */

/* h, c, and what is kept of the gates i f g o
   writes h [T][B][U], c [T][B][U], gates [T][B][4*U]; reads x [T][B][I], mask [T][B] or NULL, h0 [B][U] or NULL, c0
   [B][U] or NULL, kernel [I][4*U], recurrent [U][4*U], bias [4*U] or NULL, dropX [GX][B][I] or NULL, dropH [4][B][U]
   or NULL; scratch */
void lstm_forward(float *h, float *c, float *gates, const float *x, const float *mask, const float *h0,
                  const float *c0, const float *kernel, const float *recurrent, const float *bias, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX,
                  int32_t activation, int32_t recurrentActivation, int32_t reverse);
static inline int64_t lstm_forward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* From dH of every step and/or dLast of the last
   writes dx [T][B][I] or NULL, dh0 [B][U] or NULL, dc0 [B][U] or NULL; updates dKernel [I][4*U], dRecurrent [U][4*U],
   dBias [4*U] or NULL; reads dH [T][B][U] or NULL, dLast [B][U] or NULL, h [T][B][U], c [T][B][U], gates [T][B][4*U],
   x [T][B][I], mask [T][B] or NULL, h0 [B][U] or NULL, c0 [B][U] or NULL, kernel [I][4*U], recurrent [U][4*U], dropX
   [GX][B][I] or NULL, dropH [4][B][U] or NULL; scratch */
void lstm_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, float *dc0,
                   const float *dH, const float *dLast, const float *h, const float *c, const float *gates,
                   const float *x, const float *mask, const float *h0, const float *c0, const float *kernel,
                   const float *recurrent, const float *dropX, const float *dropH, float *scratch, int32_t B,
                   int32_t T, int32_t I, int32_t U, int32_t GX, int32_t activation, int32_t recurrentActivation,
                   int32_t reverse);
static inline int64_t lstm_backward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* The last h and c, and every h where asked for
   writes hLast [B][U], cLast [B][U], sequence [T][B][U] or NULL; reads x [T][B][I] or NULL, ids [B][T] or NULL, table
   [any][4*U] or NULL, paddedH [T][U] or NULL, paddedC [T][U] or NULL, mask [T][B] or NULL, h0 [B][U] or NULL, c0
   [B][U] or NULL, kernel [I][4*U], recurrent [U][4*U], bias [4*U] or NULL; scratch */
void lstm_infer(float *hLast, float *cLast, float *sequence, const float *x, const float *ids, const float *table,
                const float *paddedH, const float *paddedC, const float *mask, const float *h0, const float *c0,
                const float *kernel, const float *recurrent, const float *bias, float *scratch, int32_t B, int32_t T,
                int32_t I, int32_t U, int32_t activation, int32_t recurrentActivation, int32_t reverse);
static inline int64_t lstm_infer_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* ---- gru ------------------------------------------------------------------------------------------------------- */

/* h, and what is kept of the gates z r h̃, then the candidate's recurrent part before r multiplies it (resetAfter only)
   writes h [T][B][U], gates [T][B][4*U]; reads x [T][B][I], mask [T][B] or NULL, h0 [B][U] or NULL, kernel [I][3*U],
   recurrent [U][3*U], bias [1+resetAfter][3*U] or NULL, dropX [GX][B][I] or NULL, dropH [3][B][U] or NULL; scratch */
void gru_forward(float *h, float *gates, const float *x, const float *mask, const float *h0, const float *kernel,
                 const float *recurrent, const float *bias, const float *dropX, const float *dropH, float *scratch,
                 int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX, int32_t activation,
                 int32_t recurrentActivation, int32_t resetAfter, int32_t reverse);
static inline int64_t gru_forward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* From dH of every step and/or dLast of the last
   writes dx [T][B][I] or NULL, dh0 [B][U] or NULL; updates dKernel [I][3*U], dRecurrent [U][3*U], dBias
   [1+resetAfter][3*U] or NULL; reads dH [T][B][U] or NULL, dLast [B][U] or NULL, h [T][B][U], gates [T][B][4*U], x
   [T][B][I], mask [T][B] or NULL, h0 [B][U] or NULL, kernel [I][3*U], recurrent [U][3*U], dropX [GX][B][I] or NULL,
   dropH [3][B][U] or NULL; scratch */
void gru_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, const float *dH,
                  const float *dLast, const float *h, const float *gates, const float *x, const float *mask,
                  const float *h0, const float *kernel, const float *recurrent, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX,
                  int32_t activation, int32_t recurrentActivation, int32_t resetAfter, int32_t reverse);
static inline int64_t gru_backward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* The last h, and all of them where asked for
   writes hLast [B][U], sequence [T][B][U] or NULL; reads x [T][B][I] or NULL, ids [B][T] or NULL, table [any][3*U] or
   NULL, paddedH [T][U] or NULL, mask [T][B] or NULL, h0 [B][U] or NULL, kernel [I][3*U], recurrent [U][3*U], bias
   [1+resetAfter][3*U] or NULL; scratch */
void gru_infer(float *hLast, float *sequence, const float *x, const float *ids, const float *table,
               const float *paddedH, const float *mask, const float *h0, const float *kernel, const float *recurrent,
               const float *bias, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation,
               int32_t recurrentActivation, int32_t resetAfter, int32_t reverse);
static inline int64_t gru_infer_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* ---- attention ------------------------------------------------------------------------------------------------- */

/* out_t = Σ_s weights_ts · drop_ts · value_s, weights = softmax over s of the scores of query and key, less 1e9 where
   valueMask is 0; scores are scale · query·key, or with concatWeight concatWeight · Σ tanh(scale · (query + key)).
   out is 0 where queryMask is.
   writes out [T][B][F], weights [T][B][S] or NULL; reads query [T][B][I], value [S][B][F], key [S][B][I], queryMask
   [T][B] or NULL, valueMask [S][B] or NULL, drop [T][B][S] or NULL, scale [1] or NULL, concatWeight [1] or NULL;
   scratch */
void attention_forward(float *out, float *weights, const float *query, const float *value, const float *key,
                       const float *queryMask, const float *valueMask, const float *drop, const float *scale,
                       const float *concatWeight, float *scratch, int32_t B, int32_t T, int32_t S, int32_t I,
                       int32_t F);
static inline int64_t attention_forward_scratch(int64_t T, int64_t S) {
  return size_product(T, S) + PANEL_ELEMENTS;
}

/* dQuery, dValue, dKey = …, dScale += …, dConcatWeight += …, from dOut and the weights that the forward put out
   writes dQuery [T][B][I] or NULL, dValue [S][B][F] or NULL, dKey [S][B][I] or NULL; updates dScale [1] or NULL,
   dConcatWeight [1] or NULL; reads dOut [T][B][F], weights [T][B][S], query [T][B][I], value [S][B][F], key
   [S][B][I], queryMask [T][B] or NULL, drop [T][B][S] or NULL, scale [1] or NULL, concatWeight [1] or NULL; scratch */
void attention_backward(float *dQuery, float *dValue, float *dKey, float *dScale, float *dConcatWeight,
                        const float *dOut, const float *weights, const float *query, const float *value,
                        const float *key, const float *queryMask, const float *drop, const float *scale,
                        const float *concatWeight, float *scratch, int32_t B, int32_t T, int32_t S, int32_t I,
                        int32_t F);
static inline int64_t attention_backward_scratch(int64_t T, int64_t S, int64_t I, int64_t F) {
  return size_product(2, size_round_up(size_product(T, S), 16)) + size_round_up(size_product(T, F), 16) +
    size_max(size_product(T, I), size_product(2, size_round_up(I, 16))) + PANEL_ELEMENTS;
}

/* ---- loss ------------------------------------------------------------------------------------------------------ */

/* Mean over F; probabilities clipped to [1e-7, 1 − 1e-7]
   writes rowLoss [B], dOut [B][F] or NULL; reads out [B][F], target [B][F], weight [B] or NULL */
void binary_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                         int32_t B, int32_t F, int32_t fromLogits, float labelSmoothing, float scale);

/* out renormalised to sum 1
   writes rowLoss [B], dOut [B][F] or NULL; reads out [B][F], target [B][F], weight [B] or NULL */
void categorical_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                              int32_t B, int32_t F, int32_t fromLogits, float labelSmoothing, float scale);

/* Targets are class indices, one outside 0 … F−1 gives NaN; clipped probabilities are renormalised, as Keras does on
   TensorFlow
   writes rowLoss [B], dOut [B][F] or NULL; reads out [B][F], target [B], weight [B] or NULL */
void sparse_categorical_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target,
                                     const float *weight, int32_t B, int32_t F, int32_t fromLogits, float scale);

/* Mean over F
   writes rowLoss [B], dOut [B][F] or NULL; reads out [B][F], target [B][F], weight [B] or NULL */
void mean_squared_error(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                        int32_t B, int32_t F, float scale);

/* ---- optimizer ------------------------------------------------------------------------------------------------- */

/* velocity = momentum · velocity − lr · g, or NULL: plain; w += velocity, or with nesterov momentum · velocity − lr · g
   updates w [length], velocity [length] or NULL; reads g [length], scalars [2] */
void sgd(float *w, const float *g, float *velocity, const float *scalars, int32_t length, int32_t nesterov,
         float momentum, float weightDecay);

/* v = rho · v + (1−rho) · g²; w −= lr · g / √(v + epsilon); velocity or NULL: momentum; average or NULL: centered
   updates w [length], v [length], velocity [length] or NULL, average [length] or NULL; reads g [length], scalars [2] */
void rmsprop(float *w, const float *g, float *v, float *velocity, float *average, const float *scalars,
             int32_t length, float oneMinusRho, float momentum, float epsilon, float weightDecay);

/* w −= scalars[1] · m / (√v + epsilon); weightDecay: AdamW, w −= lr · weightDecay · w first; vMax or NULL: AMSGrad
   updates w [length], m [length], v [length], vMax [length] or NULL; reads g [length], scalars [2] */
void adam(float *w, const float *g, float *m, float *v, float *vMax, const float *scalars, int32_t length,
          float oneMinusBeta1, float oneMinusBeta2, float epsilon, float weightDecay);

/* adam without decay of one part of the rows rows[k] of w, m, v and vMax, k < count; their gradients are the rows k of g
   updates w [V][F], m [V][F], v [V][F], vMax [V][F] or NULL; reads g [V][F], scalars [2], count [1], rows [V] */
void adam_rows(float *w, const float *g, float *m, float *v, float *vMax, const float *scalars, const uint32_t *count,
               const uint32_t *rows, int32_t V, int32_t F, int32_t part, int32_t parts, float oneMinusBeta1,
               float oneMinusBeta2, float epsilon);

/* ---- gradient -------------------------------------------------------------------------------------------------- */

/* out[0] = (accumulate ? out[0] : 0) + Σ x²
   updates out [1]; reads x [length] */
void sum_squares(float *out, const float *x, int32_t length, int32_t accumulate);

/* g *= limit / max(√norm2[0], limit)
   updates g [length]; reads norm2 [1] */
void clip_to_norm(float *g, const float *norm2, int32_t length, float limit);

/* g clipped to [−limit, limit]
   updates g [length] */
void clip_to_value(float *g, int32_t length, float limit);

/* g += l1 · sign(w) + 2 · l2 · w; penalty[0] += l1 · Σ|w| + l2 · Σw²
   updates g [length], penalty [1]; reads w [length] */
void regularize(float *g, float *penalty, const float *w, int32_t length, float l1, float l2);

/* sum_squares of the first count rows
   updates out [1]; reads x [N][F], count [1] */
void sum_squares_of_rows(float *out, const float *x, const uint32_t *count, int32_t N, int32_t F, int32_t accumulate);

/* clip_to_norm of the first count rows; norm2 or NULL: clip_to_value
   updates g [N][F]; reads norm2 [1] or NULL, count [1] */
void clip_rows(float *g, const float *norm2, const uint32_t *count, int32_t N, int32_t F, float limit);

/* ---- linear ---------------------------------------------------------------------------------------------------- */

/* out_il = Σ r_jl² over the features of row i
   writes out [N][L]; reads weights [F][2][L], starts [N+1], ids [M] */
void linear_squares(float *out, const float *weights, const uint32_t *starts, const uint32_t *ids, int32_t N,
                    int32_t M, int32_t F, int32_t L);

/* One epoch of dual coordinate descent over the rows in the given order
   updates weights [F][2][L], alpha [N][L], state [2][L]; reads rows [N][4][L], starts [N+1], ids [M], order [N] */
void linear_epoch(float *weights, float *alpha, float *state, const float *rows, const uint32_t *starts,
                  const uint32_t *ids, const uint32_t *order, int32_t N, int32_t M, int32_t F, int32_t L,
                  float tolerance);

/* ---- variant --------------------------------------------------------------------------------------------------- */

/* h, c, and what is kept of the gates that there are of i f g o
   writes h [T][B][U], c [T][B][U], gates [T][B][(1+inputGate+forgetGate+outputGate)*U]; reads x [T][B][I], mask [T][B]
   or NULL, h0 [B][U] or NULL, c0 [B][U] or NULL, kernel [I][(1+inputGate+forgetGate+outputGate)*U], recurrent
   [U][(1+inputGate+forgetGate+outputGate)*U], bias [(1+inputGate+forgetGate+outputGate)*U] or NULL, peepholes
   [(inputGate+forgetGate+outputGate)][U] or NULL; scratch */
void variant_forward(float *h, float *c, float *gates, const float *x, const float *mask, const float *h0,
                     const float *c0, const float *kernel, const float *recurrent, const float *bias,
                     const float *peepholes, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U,
                     int32_t inputGate, int32_t forgetGate, int32_t outputGate, int32_t coupled, int32_t activation,
                     int32_t outputActivation, int32_t recurrentActivation, int32_t reverse);
static inline int64_t variant_forward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

/* From dH of every step and/or dLast of the last
   writes dx [T][B][I] or NULL, dh0 [B][U] or NULL, dc0 [B][U] or NULL; updates dKernel
   [I][(1+inputGate+forgetGate+outputGate)*U], dRecurrent [U][(1+inputGate+forgetGate+outputGate)*U], dBias
   [(1+inputGate+forgetGate+outputGate)*U] or NULL, dPeepholes [(inputGate+forgetGate+outputGate)][U] or NULL; reads
   dH [T][B][U] or NULL, dLast [B][U] or NULL, h [T][B][U], c [T][B][U], gates
   [T][B][(1+inputGate+forgetGate+outputGate)*U], x [T][B][I], mask [T][B] or NULL, h0 [B][U] or NULL, c0 [B][U] or
   NULL, kernel [I][(1+inputGate+forgetGate+outputGate)*U], recurrent [U][(1+inputGate+forgetGate+outputGate)*U],
   peepholes [(inputGate+forgetGate+outputGate)][U] or NULL; scratch */
void variant_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dPeepholes, float *dh0,
                      float *dc0, const float *dH, const float *dLast, const float *h, const float *c,
                      const float *gates, const float *x, const float *mask, const float *h0, const float *c0,
                      const float *kernel, const float *recurrent, const float *peepholes, float *scratch, int32_t B,
                      int32_t T, int32_t I, int32_t U, int32_t inputGate, int32_t forgetGate, int32_t outputGate,
                      int32_t coupled, int32_t activation, int32_t outputActivation, int32_t recurrentActivation,
                      int32_t reverse);
static inline int64_t variant_backward_scratch(int64_t B, int64_t I, int64_t U) {
  return size_recurrent(B, size_round_up(I, 16), size_round_up(U, 16), 4);
}

#endif
