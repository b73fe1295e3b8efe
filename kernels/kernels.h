/*
 * The kernels: the only interface between the arithmetic and everything else.
 *
 * One function an entry of the KERNELS table (src/kernels/contract.ts), named in snake_case, parameters in the
 * table's order: outputs, inputs, sizes. A kernel reads and writes the memory it is given and nothing else: it
 * takes no memory, does no input or output and keeps no state, so any number may run at once.
 *
 * Letters: B rows of the batch (of one shard), T time steps, I input features, U units, F features, V vocabulary,
 * N rows of a matrix, G groups. Sequences are time-major, [T][B][F]. Parameter gradients accumulate (+=),
 * activations assign. Pointers are aligned to 4 bytes at least. "or NULL" marks what may be absent.
 *
 * Results do not depend on the width of vectors: every output element is summed in one order, with fused
 * multiply-add wherever the machine has it (AVX2, AVX-512, NEON and relaxed WebAssembly agree to the bit).
 */
#ifndef CELLSTATE_KERNELS_H
#define CELLSTATE_KERNELS_H

#include <stdint.h>

/* ---- memory --------------------------------------------------------------------------------------------- */

/* out [length] = value */
void fill(float *out, int32_t length, float value);

/* out [length] += x [length] */
void add(float *out, const float *x, int32_t length);

/* out [B][T·F] = x [T][B][F] */
void to_row_major(float *out, const float *x, int32_t B, int32_t T, int32_t F);

/* out [T][B][F] = x [B][T·F] */
void to_time_major(float *out, const float *x, int32_t B, int32_t T, int32_t F);

/* out [T][N] = x [T][N], last step first */
void reverse_time(float *out, const float *x, int32_t T, int32_t N);

/* out [length] = Σ parts[s·stride + i] over s = 0 … count−1, in that order; count ≥ 1 */
void sum_shards(float *out, const float *parts, int32_t count, int32_t stride, int32_t length);

/* ---- embedding: ids [B][T] are whole numbers held as floats; one outside 0 … V−1 reads as a row of zeros --- */

/* out [T][B][F] = table [V][F] at ids */
void embedding_forward(float *out, const float *ids, const float *table, int32_t B, int32_t T, int32_t F, int32_t V);

/* dTable [V][F] += dOut [T][B][F] at ids, in the order of dOut */
void embedding_backward(float *dTable, const float *ids, const float *dOut, int32_t B, int32_t T, int32_t F,
                        int32_t V);

/* mask [T][B] = ids ≠ 0 ? 1 : 0 */
void mask_from_ids(float *mask, const float *ids, int32_t B, int32_t T);

/* ---- dense and elementwise: `activation` is a number of ACTIVATIONS ---------------------------------------- */

/* out [N][U] = activation(x [N][I] · kernel [I][U] + bias [U] or NULL); a fused activation;
   scratch N·U + 16384 elements */
void dense_forward(float *out, const float *x, const float *kernel, const float *bias, float *scratch, int32_t N,
                   int32_t I, int32_t U, int32_t activation);

/* dx [N][I] or NULL, dKernel [I][U] +=, dBias [U] += or NULL; from dOut [N][U], the forward's out [N][U], x [N][I]
   and kernel [I][U]; scratch as above */
void dense_backward(float *dx, float *dKernel, float *dBias, const float *dOut, const float *out, const float *x,
                    const float *kernel, float *scratch, int32_t N, int32_t I, int32_t U, int32_t activation);

/* Conv1D: out [S][B][U] = activation(Σ_k x_{s·stride + k·dilation − before} · kernel_k + bias [U] or NULL) of
   x [T][B][I], kernel [K][I/groups][U], steps outside 0 … T−1 zeros; a fused activation;
   scratch S·B·U + 16384 elements */
void conv1d_forward(float *out, const float *x, const float *kernel, const float *bias, float *scratch, int32_t B,
                    int32_t T, int32_t I, int32_t S, int32_t U, int32_t K, int32_t stride, int32_t dilation,
                    int32_t before, int32_t groups, int32_t activation);

/* dx [T][B][I] or NULL, dKernel +=, dBias [U] += or NULL; from dOut [S][B][U] and the forward's; scratch as above */
void conv1d_backward(float *dx, float *dKernel, float *dBias, const float *dOut, const float *out, const float *x,
                     const float *kernel, float *scratch, int32_t B, int32_t T, int32_t I, int32_t S, int32_t U,
                     int32_t K, int32_t stride, int32_t dilation, int32_t before, int32_t groups, int32_t activation);

/* out [length] = activation(x [length]); alpha is leakyRelu's slope. out may be x. */
void activation_forward(float *out, const float *x, int32_t length, int32_t activation, float alpha);

/* dx [length] = dOut · activation′, from x and out. dx may be dOut. */
void activation_backward(float *dx, const float *dOut, const float *x, const float *out, int32_t length,
                         int32_t activation, float alpha);

/* out [length] = min(x, ceiling) where x > threshold, else slope·(x − threshold) */
void rectify_forward(float *out, const float *x, int32_t length, float slope, float threshold, float ceiling);

/* dx [length] = dOut, 0 past the ceiling, slope·dOut below the threshold */
void rectify_backward(float *dx, const float *dOut, const float *x, int32_t length, float slope, float threshold,
                      float ceiling);

/* out [N][F] = softmax over F of x [N][F] */
void softmax_forward(float *out, const float *x, int32_t N, int32_t F);

/* dx [N][F] from dOut [N][F] and out [N][F] */
void softmax_backward(float *dx, const float *dOut, const float *out, int32_t N, int32_t F);

/* ---- normalisation: x, out, dOut, dx [N][F]; gamma, beta, dGamma, dBeta [F] or NULL ----------------------------- */

/* mean, variance [F] of x over the rows where mask [N] is not 0 (all if NULL); 0 where there are none */
void batch_moments(float *mean, float *variance, const float *x, const float *mask, int32_t N, int32_t F);

/* out = (x − mean [F]) / √(variance [F] + epsilon) · gamma + beta */
void batch_norm_forward(float *out, const float *x, const float *mean, const float *variance, const float *gamma,
                        const float *beta, int32_t N, int32_t F, float epsilon);

/* dx or NULL, dGamma +=, dBeta +=; with batch, mean and variance are those of x where mask is not 0 */
void batch_norm_backward(float *dx, float *dGamma, float *dBeta, const float *dOut, const float *x, const float *mean,
                         const float *variance, const float *gamma, const float *mask, int32_t N, int32_t F,
                         int32_t batch, float epsilon);

/* mean, inverse [N]: of each row, inverse = 1 / √(variance + epsilon); out = (x − mean) · inverse · gamma + beta */
void layer_norm_forward(float *out, float *mean, float *inverse, const float *x, const float *gamma, const float *beta,
                        int32_t N, int32_t F, float epsilon);

/* dx or NULL, dGamma +=, dBeta += */
void layer_norm_backward(float *dx, float *dGamma, float *dBeta, const float *dOut, const float *x, const float *mean,
                         const float *inverse, const float *gamma, int32_t N, int32_t F);

/* ---- dropout -------------------------------------------------------------------------------------------- */

/* mask [G][B][F] = scale where word (g·F + f) mod 4 of Philox block ((g·F + f) div 4, firstRow + b, step, purpose)
   under key (seedLow, seedHigh) reaches threshold, else 0; counters [3] = seedLow, seedHigh, step */
void dropout_mask(float *mask, const uint32_t *counters, int32_t G, int32_t B, int32_t F, int32_t purpose,
                  int32_t firstRow, uint32_t threshold, float scale);

/* out [G][N] = x [G][N] · mask, mask [G][N] or, with maskGroups 1, [N] */
void multiply_mask(float *out, const float *x, const float *mask, int32_t G, int32_t N, int32_t maskGroups);

/* ---- selecting, joining, repeating ------------------------------------------------------------------------ */

/* out [N][F] = mask [N] ≠ 0 ? x [N][F] : other [N][F]; for one of them that is NULL, value. out may be x or other. */
void choose(float *out, const float *mask, const float *x, const float *other, int32_t N, int32_t F, float value);

/* out [length] = a·x + b·y, or a·x where y is NULL. out may be x or y. */
void combine(float *out, const float *x, const float *y, int32_t length, float a, float b);

/* mask [N] = any of x [N][F] differs from value ? 1 : 0 */
void mask_from_values(float *mask, const float *x, int32_t N, int32_t F, float value);

/* N rows of F elements, from rows xStride apart to rows outStride apart */
void copy_rows(float *out, const float *x, int32_t N, int32_t F, int32_t outStride, int32_t xStride);

/* out [A][R][C] = x [A][C] */
void repeat_axis(float *out, const float *x, int32_t A, int32_t R, int32_t C);

/* out [A][C] = Σ_r x [A][R][C], or += with accumulate */
void sum_axis(float *out, const float *x, int32_t A, int32_t R, int32_t C, int32_t accumulate);

/* ---- pooling: window s covers steps s·stride − before … + size − 1, those within 0 … T−1; never none --------- */

/* out [S][N] = max of x [T][N] over a window */
void max_pool_forward(float *out, const float *x, int32_t T, int32_t N, int32_t S, int32_t size, int32_t stride,
                      int32_t before);

/* dx [T][N] from dOut [S][N], out [S][N] and x [T][N]: to the first of the largest or, with share, to all of them in
   equal parts */
void max_pool_backward(float *dx, const float *dOut, const float *out, const float *x, int32_t T, int32_t N, int32_t S,
                       int32_t size, int32_t stride, int32_t before, int32_t share);

/* out [S][B][F] = mean of x [T][B][F] over a window's steps where mask [T][B] is not 0, all of them if NULL */
void average_pool_forward(float *out, const float *x, const float *mask, int32_t B, int32_t T, int32_t F, int32_t S,
                          int32_t size, int32_t stride, int32_t before);

/* dx [T][B][F] from dOut [S][B][F] */
void average_pool_backward(float *dx, const float *dOut, const float *mask, int32_t B, int32_t T, int32_t F, int32_t S,
                           int32_t size, int32_t stride, int32_t before);

/* ---- recurrent cells ------------------------------------------------------------------------------------- */
/*
 * Steps are numbered in processing order; with reverse = 1 step s reads x and mask at T−1−s, outputs stay in
 * processing order. Where mask [T][B] is 0 the states carry through. h0, c0 [B][U] are initial states, zeros if NULL.
 * dropX [GX][B][I] and dropH [gates][B][U] multiply x and h₋₁, constant over time; GX = 1 or the number of gates.
 */

/* h [T][B][U]; x [T][B][I], kernel [I][U], recurrent [U][U], bias [U] or NULL */
void rnn_forward(float *h, const float *x, const float *mask, const float *h0, const float *kernel,
                 const float *recurrent, const float *bias, const float *dropX, const float *dropH, float *scratch,
                 int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse);

/* dx [T][B][I] or NULL, dKernel [I][U] +=, dRecurrent [U][U] +=, dBias [U] += or NULL, dh0 [B][U] or NULL;
   from dH [T][B][U] or NULL (every step) and dLast [B][U] or NULL (the last) */
void rnn_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, const float *dH,
                  const float *dLast, const float *h, const float *x, const float *mask, const float *h0,
                  const float *kernel, const float *recurrent, const float *dropX, const float *dropH, float *scratch,
                  int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse);

/* h, c [T][B][U], gates [T][B][4U] in the order i f g o, activated; kernel [I][4U], recurrent [U][4U], bias [4U] */
void lstm_forward(float *h, float *c, float *gates, const float *x, const float *mask, const float *h0,
                  const float *c0, const float *kernel, const float *recurrent, const float *bias, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX,
                  int32_t activation, int32_t recurrentActivation, int32_t reverse);

/* As rnn_backward, with dKernel [I][4U], dRecurrent [U][4U], dBias [4U], and dc0 [B][U] or NULL */
void lstm_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, float *dc0,
                   const float *dH, const float *dLast, const float *h, const float *c, const float *gates,
                   const float *x, const float *mask, const float *h0, const float *c0, const float *kernel,
                   const float *recurrent, const float *dropX, const float *dropH, float *scratch, int32_t B,
                   int32_t T, int32_t I, int32_t U, int32_t GX, int32_t activation, int32_t recurrentActivation,
                   int32_t reverse);

/* h [T][B][U], gates [T][B][4U]: z r h̃ activated, then the candidate's recurrent part before r multiplies it
   (resetAfter only); kernel [I][3U], recurrent [U][3U], bias [3U] or, with resetAfter, [2][3U], or NULL */
void gru_forward(float *h, float *gates, const float *x, const float *mask, const float *h0, const float *kernel,
                 const float *recurrent, const float *bias, const float *dropX, const float *dropH, float *scratch,
                 int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX, int32_t activation,
                 int32_t recurrentActivation, int32_t resetAfter, int32_t reverse);

/* As rnn_backward, with dKernel [I][3U], dRecurrent [U][3U], dBias as bias */
void gru_backward(float *dx, float *dKernel, float *dRecurrent, float *dBias, float *dh0, const float *dH,
                  const float *dLast, const float *h, const float *gates, const float *x, const float *mask,
                  const float *h0, const float *kernel, const float *recurrent, const float *dropX,
                  const float *dropH, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t GX,
                  int32_t activation, int32_t recurrentActivation, int32_t resetAfter, int32_t reverse);

/*
 * Inference keeps nothing for a backward pass: final states always, sequence [T][B][U] or NULL. The input is
 * x [T][B][I], or ids [B][T] with table [V][gates·U] = embedding · kernel + input bias (x, kernel then unused).
 * With ids and no mask, paddedH and paddedC [T][U] may give the states after 1 … T steps of id 0 from zeros (h0, c0
 * NULL): rows that begin with so much padding are taken up from there.
 */

/* hLast [B][U] */
void rnn_infer(float *hLast, float *sequence, const float *x, const float *ids, const float *table,
               const float *paddedH, const float *mask, const float *h0, const float *kernel, const float *recurrent,
               const float *bias, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation, int32_t reverse);

/* hLast, cLast [B][U] */
void lstm_infer(float *hLast, float *cLast, float *sequence, const float *x, const float *ids, const float *table,
                const float *paddedH, const float *paddedC, const float *mask, const float *h0, const float *c0,
                const float *kernel, const float *recurrent, const float *bias, float *scratch, int32_t B, int32_t T,
                int32_t I, int32_t U, int32_t activation, int32_t recurrentActivation, int32_t reverse);

/* hLast [B][U] */
void gru_infer(float *hLast, float *sequence, const float *x, const float *ids, const float *table,
               const float *paddedH, const float *mask, const float *h0, const float *kernel, const float *recurrent,
               const float *bias, float *scratch, int32_t B, int32_t T, int32_t I, int32_t U, int32_t activation,
               int32_t recurrentActivation, int32_t resetAfter, int32_t reverse);

/* ---- losses: rowLoss [B] = weight [B] (or NULL: 1) · loss; dOut [B][F] or NULL = ∂(scale · Σ rowLoss)/∂out --- */

/* out, target [B][F]; mean over F; probabilities clipped to [1e-7, 1 − 1e-7] */
void binary_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                         int32_t B, int32_t F, int32_t fromLogits, float labelSmoothing, float scale);

/* out [B][F], renormalised to sum 1; target [B][F] */
void categorical_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target,
                              const float *weight, int32_t B, int32_t F, int32_t fromLogits, float labelSmoothing,
                              float scale);

/* out [B][F]; target [B] are class indices, an index outside 0 … F−1 gives NaN */
void sparse_categorical_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target,
                                     const float *weight, int32_t B, int32_t F, int32_t fromLogits, float scale);

/* out, target [B][F]; mean over F */
void mean_squared_error(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                        int32_t B, int32_t F, float scale);

/* ---- optimizers: w, g and state [length]; scalars [2] = learning rate, bias-corrected rate of this step -------- */

/* velocity = momentum·velocity − lr·g (or NULL: plain); w += velocity, or with nesterov momentum·velocity − lr·g */
void sgd(float *w, const float *g, float *velocity, const float *scalars, int32_t length, int32_t nesterov,
         float momentum, float weightDecay);

/* v = rho·v + (1−rho)·g²; w −= lr·g / √(v + epsilon); velocity or NULL: momentum; average or NULL: centered */
void rmsprop(float *w, const float *g, float *v, float *velocity, float *average, const float *scalars,
             int32_t length, float oneMinusRho, float momentum, float epsilon, float weightDecay);

/* w −= scalars[1]·m / (√v + epsilon); weightDecay: AdamW, w −= lr·weightDecay·w first; vMax or NULL: AMSGrad */
void adam(float *w, const float *g, float *m, float *v, float *vMax, const float *scalars, int32_t length,
          float oneMinusBeta1, float oneMinusBeta2, float epsilon, float weightDecay);

/* out [1] = (accumulate ? out[0] : 0) + Σ x² over x [length] */
void sum_squares(float *out, const float *x, int32_t length, int32_t accumulate);

/* g [length] *= limit / max(√norm2[0], limit) */
void clip_to_norm(float *g, const float *norm2, int32_t length, float limit);

/* g [length] clipped to [−limit, limit] */
void clip_to_value(float *g, int32_t length, float limit);

/* g [length] += l1·sign(w) + 2·l2·w; penalty[0] += l1·Σ|w| + l2·Σw² */
void regularize(float *g, float *penalty, const float *w, int32_t length, float l1, float l2);

#endif
