/* Runs encoded calls. Generated from the declarations in src/kernels by scripts/generate-kernels.mjs. */
#include "checked.h"
#include "kernels.h"

#define REALS(i) ((float *)(a[i] ? memory + (uint32_t)a[i] : 0))
#define WORDS(i) ((const uint32_t *)(a[i] ? memory + (uint32_t)a[i] : 0))

static float real(int32_t bits) {
  union { int32_t bits; float value; } word = {bits};
  return word.value;
}

#ifdef KERNELS_CHECKED
#define CHECK(kernel) check_##kernel(a, memory_bytes(bytes))

static void check_fill(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[1];
  check_whole("fill", "length", a[1]);
  check_buffer((Checked){"fill", "out", 4, 0}, a[0], length, bytes);
}

static void check_add(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[2];
  check_whole("add", "length", a[2]);
  check_buffer((Checked){"add", "out", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"add", "x", 4, 0}, a[1], length, bytes);
}

static void check_to_row_major(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[2];
  check_whole("to_row_major", "B", a[2]);
  const int64_t T = a[3];
  check_whole("to_row_major", "T", a[3]);
  const int64_t F = a[4];
  check_whole("to_row_major", "F", a[4]);
  check_buffer((Checked){"to_row_major", "out", 4, 0}, a[0], size_product(B, size_product(T, F)), bytes);
  check_buffer((Checked){"to_row_major", "x", 4, 0}, a[1], size_product(size_product(T, B), F), bytes);
}

static void check_to_time_major(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[2];
  check_whole("to_time_major", "B", a[2]);
  const int64_t T = a[3];
  check_whole("to_time_major", "T", a[3]);
  const int64_t F = a[4];
  check_whole("to_time_major", "F", a[4]);
  check_buffer((Checked){"to_time_major", "out", 4, 0}, a[0], size_product(size_product(T, B), F), bytes);
  check_buffer((Checked){"to_time_major", "x", 4, 0}, a[1], size_product(B, size_product(T, F)), bytes);
}

static void check_reverse_time(const int32_t *a, uint64_t bytes) {
  const int64_t T = a[2];
  check_whole("reverse_time", "T", a[2]);
  const int64_t N = a[3];
  check_whole("reverse_time", "N", a[3]);
  check_buffer((Checked){"reverse_time", "out", 4, 0}, a[0], size_product(T, N), bytes);
  check_buffer((Checked){"reverse_time", "x", 4, 0}, a[1], size_product(T, N), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_sum_shards(const int32_t *a, uint64_t bytes) {
  const int64_t count = a[2];
  check_whole("sum_shards", "count", a[2]);
  const int64_t stride = a[3];
  check_whole("sum_shards", "stride", a[3]);
  const int64_t length = a[4];
  check_whole("sum_shards", "length", a[4]);
  check_buffer((Checked){"sum_shards", "out", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"sum_shards", "parts", 4, 0}, a[1], size_product(count - 1, stride) + length, bytes);
}

#endif
static void check_embedding_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[3];
  check_whole("embedding_forward", "B", a[3]);
  const int64_t T = a[4];
  check_whole("embedding_forward", "T", a[4]);
  const int64_t F = a[5];
  check_whole("embedding_forward", "F", a[5]);
  const int64_t V = a[6];
  check_whole("embedding_forward", "V", a[6]);
  check_buffer((Checked){"embedding_forward", "out", 4, 0}, a[0], size_product(size_product(T, B), F), bytes);
  check_buffer((Checked){"embedding_forward", "ids", 4, 0}, a[1], size_product(B, T), bytes);
  check_buffer((Checked){"embedding_forward", "table", 4, 0}, a[2], size_product(V, F), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_embedding_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[3];
  check_whole("embedding_backward", "B", a[3]);
  const int64_t T = a[4];
  check_whole("embedding_backward", "T", a[4]);
  const int64_t F = a[5];
  check_whole("embedding_backward", "F", a[5]);
  const int64_t V = a[6];
  check_whole("embedding_backward", "V", a[6]);
  check_buffer((Checked){"embedding_backward", "dTable", 4, 0}, a[0], size_product(V, F), bytes);
  check_buffer((Checked){"embedding_backward", "ids", 4, 0}, a[1], size_product(B, T), bytes);
  check_buffer((Checked){"embedding_backward", "dOut", 4, 0}, a[2], size_product(size_product(T, B), F), bytes);
}

static void check_embedding_rows_backward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[5];
  check_whole("embedding_rows_backward", "N", a[5]);
  const int64_t P = a[6];
  check_whole("embedding_rows_backward", "P", a[6]);
  const int64_t F = a[7];
  check_whole("embedding_rows_backward", "F", a[7]);
  check_whole("embedding_rows_backward", "part", a[8]);
  check_whole("embedding_rows_backward", "parts", a[9]);
  check_buffer((Checked){"embedding_rows_backward", "dRows", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"embedding_rows_backward", "dOut", 4, 0}, a[1], 1, bytes);
  check_buffer((Checked){"embedding_rows_backward", "count", 4, 0}, a[2], 1, bytes);
  check_buffer((Checked){"embedding_rows_backward", "starts", 4, 0}, a[3], N + 1, bytes);
  check_buffer((Checked){"embedding_rows_backward", "places", 4, 0}, a[4], P, bytes);
}

#endif
static void check_mask_from_ids(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[2];
  check_whole("mask_from_ids", "B", a[2]);
  const int64_t T = a[3];
  check_whole("mask_from_ids", "T", a[3]);
  check_buffer((Checked){"mask_from_ids", "mask", 4, 0}, a[0], size_product(T, B), bytes);
  check_buffer((Checked){"mask_from_ids", "ids", 4, 0}, a[1], size_product(B, T), bytes);
}

static void check_dense_forward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[5];
  check_whole("dense_forward", "N", a[5]);
  const int64_t I = a[6];
  check_whole("dense_forward", "I", a[6]);
  const int64_t U = a[7];
  check_whole("dense_forward", "U", a[7]);
  check_whole("dense_forward", "activation", a[8]);
  check_buffer((Checked){"dense_forward", "out", 4, 0}, a[0], size_product(N, U), bytes);
  check_buffer((Checked){"dense_forward", "x", 4, 0}, a[1], size_product(N, I), bytes);
  check_buffer((Checked){"dense_forward", "kernel", 4, 0}, a[2], size_product(I, U), bytes);
  check_buffer((Checked){"dense_forward", "bias", 4, 1}, a[3], U, bytes);
  check_buffer((Checked){"dense_forward", "scratch", 64, 0}, a[4], dense_forward_scratch(N, U), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_dense_backward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[8];
  check_whole("dense_backward", "N", a[8]);
  const int64_t I = a[9];
  check_whole("dense_backward", "I", a[9]);
  const int64_t U = a[10];
  check_whole("dense_backward", "U", a[10]);
  check_whole("dense_backward", "activation", a[11]);
  check_buffer((Checked){"dense_backward", "dx", 4, 1}, a[0], size_product(N, I), bytes);
  check_buffer((Checked){"dense_backward", "dKernel", 4, 0}, a[1], size_product(I, U), bytes);
  check_buffer((Checked){"dense_backward", "dBias", 4, 1}, a[2], U, bytes);
  check_buffer((Checked){"dense_backward", "dOut", 4, 0}, a[3], size_product(N, U), bytes);
  check_buffer((Checked){"dense_backward", "out", 4, 0}, a[4], size_product(N, U), bytes);
  check_buffer((Checked){"dense_backward", "x", 4, 0}, a[5], size_product(N, I), bytes);
  check_buffer((Checked){"dense_backward", "kernel", 4, 0}, a[6], size_product(I, U), bytes);
  check_buffer((Checked){"dense_backward", "scratch", 64, 0}, a[7], dense_backward_scratch(N, U), bytes);
}

#endif
static void check_conv1d_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[5];
  check_whole("conv1d_forward", "B", a[5]);
  const int64_t T = a[6];
  check_whole("conv1d_forward", "T", a[6]);
  const int64_t I = a[7];
  check_whole("conv1d_forward", "I", a[7]);
  const int64_t S = a[8];
  check_whole("conv1d_forward", "S", a[8]);
  const int64_t U = a[9];
  check_whole("conv1d_forward", "U", a[9]);
  const int64_t K = a[10];
  check_whole("conv1d_forward", "K", a[10]);
  check_whole("conv1d_forward", "stride", a[11]);
  check_whole("conv1d_forward", "dilation", a[12]);
  check_whole("conv1d_forward", "before", a[13]);
  const int64_t groups = a[14];
  check_whole("conv1d_forward", "groups", a[14]);
  check_whole("conv1d_forward", "activation", a[15]);
  check_buffer((Checked){"conv1d_forward", "out", 4, 0}, a[0], size_product(size_product(S, B), U), bytes);
  check_buffer((Checked){"conv1d_forward", "x", 4, 0}, a[1], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"conv1d_forward", "kernel", 4, 0}, a[2], size_product(size_product(K, size_quotient(I, groups)), U), bytes);
  check_buffer((Checked){"conv1d_forward", "bias", 4, 1}, a[3], U, bytes);
  check_buffer((Checked){"conv1d_forward", "scratch", 64, 0}, a[4], conv1d_forward_scratch(B, S, U), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_conv1d_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[8];
  check_whole("conv1d_backward", "B", a[8]);
  const int64_t T = a[9];
  check_whole("conv1d_backward", "T", a[9]);
  const int64_t I = a[10];
  check_whole("conv1d_backward", "I", a[10]);
  const int64_t S = a[11];
  check_whole("conv1d_backward", "S", a[11]);
  const int64_t U = a[12];
  check_whole("conv1d_backward", "U", a[12]);
  const int64_t K = a[13];
  check_whole("conv1d_backward", "K", a[13]);
  check_whole("conv1d_backward", "stride", a[14]);
  check_whole("conv1d_backward", "dilation", a[15]);
  check_whole("conv1d_backward", "before", a[16]);
  const int64_t groups = a[17];
  check_whole("conv1d_backward", "groups", a[17]);
  check_whole("conv1d_backward", "activation", a[18]);
  check_buffer((Checked){"conv1d_backward", "dx", 4, 1}, a[0], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"conv1d_backward", "dKernel", 4, 0}, a[1], size_product(size_product(K, size_quotient(I, groups)), U), bytes);
  check_buffer((Checked){"conv1d_backward", "dBias", 4, 1}, a[2], U, bytes);
  check_buffer((Checked){"conv1d_backward", "dOut", 4, 0}, a[3], size_product(size_product(S, B), U), bytes);
  check_buffer((Checked){"conv1d_backward", "out", 4, 0}, a[4], size_product(size_product(S, B), U), bytes);
  check_buffer((Checked){"conv1d_backward", "x", 4, 0}, a[5], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"conv1d_backward", "kernel", 4, 0}, a[6], size_product(size_product(K, size_quotient(I, groups)), U), bytes);
  check_buffer((Checked){"conv1d_backward", "scratch", 64, 0}, a[7], conv1d_backward_scratch(B, S, U), bytes);
}

#endif
static void check_activation_forward(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[2];
  check_whole("activation_forward", "length", a[2]);
  check_whole("activation_forward", "activation", a[3]);
  check_buffer((Checked){"activation_forward", "out", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"activation_forward", "x", 4, 0}, a[1], length, bytes);
}

#ifndef KERNELS_INFERENCE
static void check_activation_backward(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[4];
  check_whole("activation_backward", "length", a[4]);
  check_whole("activation_backward", "activation", a[5]);
  check_buffer((Checked){"activation_backward", "dx", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"activation_backward", "dOut", 4, 0}, a[1], length, bytes);
  check_buffer((Checked){"activation_backward", "x", 4, 0}, a[2], length, bytes);
  check_buffer((Checked){"activation_backward", "out", 4, 0}, a[3], length, bytes);
}

#endif
static void check_rectify_forward(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[2];
  check_whole("rectify_forward", "length", a[2]);
  check_buffer((Checked){"rectify_forward", "out", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"rectify_forward", "x", 4, 0}, a[1], length, bytes);
}

#ifndef KERNELS_INFERENCE
static void check_rectify_backward(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[3];
  check_whole("rectify_backward", "length", a[3]);
  check_buffer((Checked){"rectify_backward", "dx", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"rectify_backward", "dOut", 4, 0}, a[1], length, bytes);
  check_buffer((Checked){"rectify_backward", "x", 4, 0}, a[2], length, bytes);
}

#endif
static void check_softmax_forward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[2];
  check_whole("softmax_forward", "N", a[2]);
  const int64_t F = a[3];
  check_whole("softmax_forward", "F", a[3]);
  check_buffer((Checked){"softmax_forward", "out", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"softmax_forward", "x", 4, 0}, a[1], size_product(N, F), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_softmax_backward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[3];
  check_whole("softmax_backward", "N", a[3]);
  const int64_t F = a[4];
  check_whole("softmax_backward", "F", a[4]);
  check_buffer((Checked){"softmax_backward", "dx", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"softmax_backward", "dOut", 4, 0}, a[1], size_product(N, F), bytes);
  check_buffer((Checked){"softmax_backward", "out", 4, 0}, a[2], size_product(N, F), bytes);
}

static void check_log_softmax_forward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[2];
  check_whole("log_softmax_forward", "N", a[2]);
  const int64_t F = a[3];
  check_whole("log_softmax_forward", "F", a[3]);
  check_buffer((Checked){"log_softmax_forward", "out", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"log_softmax_forward", "x", 4, 0}, a[1], size_product(N, F), bytes);
}

static void check_log_softmax_backward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[3];
  check_whole("log_softmax_backward", "N", a[3]);
  const int64_t F = a[4];
  check_whole("log_softmax_backward", "F", a[4]);
  check_buffer((Checked){"log_softmax_backward", "dx", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"log_softmax_backward", "dOut", 4, 0}, a[1], size_product(N, F), bytes);
  check_buffer((Checked){"log_softmax_backward", "out", 4, 0}, a[2], size_product(N, F), bytes);
}

static void check_batch_moments(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[4];
  check_whole("batch_moments", "N", a[4]);
  const int64_t F = a[5];
  check_whole("batch_moments", "F", a[5]);
  check_buffer((Checked){"batch_moments", "mean", 4, 0}, a[0], F, bytes);
  check_buffer((Checked){"batch_moments", "variance", 4, 0}, a[1], F, bytes);
  check_buffer((Checked){"batch_moments", "x", 4, 0}, a[2], size_product(N, F), bytes);
  check_buffer((Checked){"batch_moments", "mask", 4, 1}, a[3], N, bytes);
}

#endif
static void check_batch_norm_forward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[6];
  check_whole("batch_norm_forward", "N", a[6]);
  const int64_t F = a[7];
  check_whole("batch_norm_forward", "F", a[7]);
  check_buffer((Checked){"batch_norm_forward", "out", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"batch_norm_forward", "x", 4, 0}, a[1], size_product(N, F), bytes);
  check_buffer((Checked){"batch_norm_forward", "mean", 4, 0}, a[2], F, bytes);
  check_buffer((Checked){"batch_norm_forward", "variance", 4, 0}, a[3], F, bytes);
  check_buffer((Checked){"batch_norm_forward", "gamma", 4, 1}, a[4], F, bytes);
  check_buffer((Checked){"batch_norm_forward", "beta", 4, 1}, a[5], F, bytes);
}

#ifndef KERNELS_INFERENCE
static void check_batch_norm_backward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[9];
  check_whole("batch_norm_backward", "N", a[9]);
  const int64_t F = a[10];
  check_whole("batch_norm_backward", "F", a[10]);
  check_flag("batch_norm_backward", "batch", a[11]);
  check_buffer((Checked){"batch_norm_backward", "dx", 4, 1}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"batch_norm_backward", "dGamma", 4, 1}, a[1], F, bytes);
  check_buffer((Checked){"batch_norm_backward", "dBeta", 4, 1}, a[2], F, bytes);
  check_buffer((Checked){"batch_norm_backward", "dOut", 4, 0}, a[3], size_product(N, F), bytes);
  check_buffer((Checked){"batch_norm_backward", "x", 4, 0}, a[4], size_product(N, F), bytes);
  check_buffer((Checked){"batch_norm_backward", "mean", 4, 0}, a[5], F, bytes);
  check_buffer((Checked){"batch_norm_backward", "variance", 4, 0}, a[6], F, bytes);
  check_buffer((Checked){"batch_norm_backward", "gamma", 4, 1}, a[7], F, bytes);
  check_buffer((Checked){"batch_norm_backward", "mask", 4, 1}, a[8], N, bytes);
}

#endif
static void check_layer_norm_forward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[6];
  check_whole("layer_norm_forward", "N", a[6]);
  const int64_t F = a[7];
  check_whole("layer_norm_forward", "F", a[7]);
  check_buffer((Checked){"layer_norm_forward", "out", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"layer_norm_forward", "mean", 4, 0}, a[1], N, bytes);
  check_buffer((Checked){"layer_norm_forward", "inverse", 4, 0}, a[2], N, bytes);
  check_buffer((Checked){"layer_norm_forward", "x", 4, 0}, a[3], size_product(N, F), bytes);
  check_buffer((Checked){"layer_norm_forward", "gamma", 4, 1}, a[4], F, bytes);
  check_buffer((Checked){"layer_norm_forward", "beta", 4, 1}, a[5], F, bytes);
}

#ifndef KERNELS_INFERENCE
static void check_layer_norm_backward(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[8];
  check_whole("layer_norm_backward", "N", a[8]);
  const int64_t F = a[9];
  check_whole("layer_norm_backward", "F", a[9]);
  check_buffer((Checked){"layer_norm_backward", "dx", 4, 1}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"layer_norm_backward", "dGamma", 4, 1}, a[1], F, bytes);
  check_buffer((Checked){"layer_norm_backward", "dBeta", 4, 1}, a[2], F, bytes);
  check_buffer((Checked){"layer_norm_backward", "dOut", 4, 0}, a[3], size_product(N, F), bytes);
  check_buffer((Checked){"layer_norm_backward", "x", 4, 0}, a[4], size_product(N, F), bytes);
  check_buffer((Checked){"layer_norm_backward", "mean", 4, 0}, a[5], N, bytes);
  check_buffer((Checked){"layer_norm_backward", "inverse", 4, 0}, a[6], N, bytes);
  check_buffer((Checked){"layer_norm_backward", "gamma", 4, 1}, a[7], F, bytes);
}

static void check_dropout_mask(const int32_t *a, uint64_t bytes) {
  const int64_t G = a[2];
  check_whole("dropout_mask", "G", a[2]);
  const int64_t B = a[3];
  check_whole("dropout_mask", "B", a[3]);
  const int64_t F = a[4];
  check_whole("dropout_mask", "F", a[4]);
  check_whole("dropout_mask", "purpose", a[5]);
  check_whole("dropout_mask", "firstRow", a[6]);
  check_buffer((Checked){"dropout_mask", "mask", 4, 0}, a[0], size_product(size_product(G, B), F), bytes);
  check_buffer((Checked){"dropout_mask", "counters", 4, 0}, a[1], 3, bytes);
}

#endif
static void check_multiply_mask(const int32_t *a, uint64_t bytes) {
  const int64_t G = a[3];
  check_whole("multiply_mask", "G", a[3]);
  const int64_t N = a[4];
  check_whole("multiply_mask", "N", a[4]);
  const int64_t maskGroups = a[5];
  check_whole("multiply_mask", "maskGroups", a[5]);
  check_buffer((Checked){"multiply_mask", "out", 4, 0}, a[0], size_product(G, N), bytes);
  check_buffer((Checked){"multiply_mask", "x", 4, 0}, a[1], size_product(G, N), bytes);
  check_buffer((Checked){"multiply_mask", "mask", 4, 0}, a[2], size_product(maskGroups, N), bytes);
}

static void check_choose(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[4];
  check_whole("choose", "N", a[4]);
  const int64_t F = a[5];
  check_whole("choose", "F", a[5]);
  check_buffer((Checked){"choose", "out", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"choose", "mask", 4, 0}, a[1], N, bytes);
  check_buffer((Checked){"choose", "x", 4, 1}, a[2], size_product(N, F), bytes);
  check_buffer((Checked){"choose", "other", 4, 1}, a[3], size_product(N, F), bytes);
}

static void check_combine(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[3];
  check_whole("combine", "length", a[3]);
  check_buffer((Checked){"combine", "out", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"combine", "x", 4, 0}, a[1], length, bytes);
  check_buffer((Checked){"combine", "y", 4, 1}, a[2], length, bytes);
}

static void check_mask_from_values(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[2];
  check_whole("mask_from_values", "N", a[2]);
  const int64_t F = a[3];
  check_whole("mask_from_values", "F", a[3]);
  check_buffer((Checked){"mask_from_values", "mask", 4, 0}, a[0], N, bytes);
  check_buffer((Checked){"mask_from_values", "x", 4, 0}, a[1], size_product(N, F), bytes);
}

static void check_copy_rows(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[2];
  check_whole("copy_rows", "N", a[2]);
  const int64_t F = a[3];
  check_whole("copy_rows", "F", a[3]);
  const int64_t outStride = a[4];
  check_whole("copy_rows", "outStride", a[4]);
  const int64_t xStride = a[5];
  check_whole("copy_rows", "xStride", a[5]);
  check_buffer((Checked){"copy_rows", "out", 4, 0}, a[0], size_product(N - 1, outStride) + F, bytes);
  check_buffer((Checked){"copy_rows", "x", 4, 0}, a[1], size_product(N - 1, xStride) + F, bytes);
}

static void check_repeat_axis(const int32_t *a, uint64_t bytes) {
  const int64_t A = a[2];
  check_whole("repeat_axis", "A", a[2]);
  const int64_t R = a[3];
  check_whole("repeat_axis", "R", a[3]);
  const int64_t C = a[4];
  check_whole("repeat_axis", "C", a[4]);
  check_buffer((Checked){"repeat_axis", "out", 4, 0}, a[0], size_product(size_product(A, R), C), bytes);
  check_buffer((Checked){"repeat_axis", "x", 4, 0}, a[1], size_product(A, C), bytes);
}

static void check_sum_axis(const int32_t *a, uint64_t bytes) {
  const int64_t A = a[2];
  check_whole("sum_axis", "A", a[2]);
  const int64_t R = a[3];
  check_whole("sum_axis", "R", a[3]);
  const int64_t C = a[4];
  check_whole("sum_axis", "C", a[4]);
  check_flag("sum_axis", "accumulate", a[5]);
  check_buffer((Checked){"sum_axis", "out", 4, 0}, a[0], size_product(A, C), bytes);
  check_buffer((Checked){"sum_axis", "x", 4, 0}, a[1], size_product(size_product(A, R), C), bytes);
}

static void check_max_pool_forward(const int32_t *a, uint64_t bytes) {
  const int64_t T = a[2];
  check_whole("max_pool_forward", "T", a[2]);
  const int64_t N = a[3];
  check_whole("max_pool_forward", "N", a[3]);
  const int64_t S = a[4];
  check_whole("max_pool_forward", "S", a[4]);
  check_whole("max_pool_forward", "size", a[5]);
  check_whole("max_pool_forward", "stride", a[6]);
  check_whole("max_pool_forward", "before", a[7]);
  check_buffer((Checked){"max_pool_forward", "out", 4, 0}, a[0], size_product(S, N), bytes);
  check_buffer((Checked){"max_pool_forward", "x", 4, 0}, a[1], size_product(T, N), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_max_pool_backward(const int32_t *a, uint64_t bytes) {
  const int64_t T = a[4];
  check_whole("max_pool_backward", "T", a[4]);
  const int64_t N = a[5];
  check_whole("max_pool_backward", "N", a[5]);
  const int64_t S = a[6];
  check_whole("max_pool_backward", "S", a[6]);
  check_whole("max_pool_backward", "size", a[7]);
  check_whole("max_pool_backward", "stride", a[8]);
  check_whole("max_pool_backward", "before", a[9]);
  check_flag("max_pool_backward", "share", a[10]);
  check_buffer((Checked){"max_pool_backward", "dx", 4, 0}, a[0], size_product(T, N), bytes);
  check_buffer((Checked){"max_pool_backward", "dOut", 4, 0}, a[1], size_product(S, N), bytes);
  check_buffer((Checked){"max_pool_backward", "out", 4, 0}, a[2], size_product(S, N), bytes);
  check_buffer((Checked){"max_pool_backward", "x", 4, 0}, a[3], size_product(T, N), bytes);
}

#endif
static void check_average_pool_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[3];
  check_whole("average_pool_forward", "B", a[3]);
  const int64_t T = a[4];
  check_whole("average_pool_forward", "T", a[4]);
  const int64_t F = a[5];
  check_whole("average_pool_forward", "F", a[5]);
  const int64_t S = a[6];
  check_whole("average_pool_forward", "S", a[6]);
  check_whole("average_pool_forward", "size", a[7]);
  check_whole("average_pool_forward", "stride", a[8]);
  check_whole("average_pool_forward", "before", a[9]);
  check_buffer((Checked){"average_pool_forward", "out", 4, 0}, a[0], size_product(size_product(S, B), F), bytes);
  check_buffer((Checked){"average_pool_forward", "x", 4, 0}, a[1], size_product(size_product(T, B), F), bytes);
  check_buffer((Checked){"average_pool_forward", "mask", 4, 1}, a[2], size_product(T, B), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_average_pool_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[3];
  check_whole("average_pool_backward", "B", a[3]);
  const int64_t T = a[4];
  check_whole("average_pool_backward", "T", a[4]);
  const int64_t F = a[5];
  check_whole("average_pool_backward", "F", a[5]);
  const int64_t S = a[6];
  check_whole("average_pool_backward", "S", a[6]);
  check_whole("average_pool_backward", "size", a[7]);
  check_whole("average_pool_backward", "stride", a[8]);
  check_whole("average_pool_backward", "before", a[9]);
  check_buffer((Checked){"average_pool_backward", "dx", 4, 0}, a[0], size_product(size_product(T, B), F), bytes);
  check_buffer((Checked){"average_pool_backward", "dOut", 4, 0}, a[1], size_product(size_product(S, B), F), bytes);
  check_buffer((Checked){"average_pool_backward", "mask", 4, 1}, a[2], size_product(T, B), bytes);
}

#endif
static void check_rnn_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[11];
  check_whole("rnn_forward", "B", a[11]);
  const int64_t T = a[12];
  check_whole("rnn_forward", "T", a[12]);
  const int64_t I = a[13];
  check_whole("rnn_forward", "I", a[13]);
  const int64_t U = a[14];
  check_whole("rnn_forward", "U", a[14]);
  check_whole("rnn_forward", "activation", a[15]);
  check_flag("rnn_forward", "reverse", a[16]);
  check_buffer((Checked){"rnn_forward", "h", 4, 0}, a[0], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"rnn_forward", "z", 4, 1}, a[1], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"rnn_forward", "x", 4, 0}, a[2], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"rnn_forward", "mask", 4, 1}, a[3], size_product(T, B), bytes);
  check_buffer((Checked){"rnn_forward", "h0", 4, 1}, a[4], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_forward", "kernel", 4, 0}, a[5], size_product(I, U), bytes);
  check_buffer((Checked){"rnn_forward", "recurrent", 4, 0}, a[6], size_product(U, U), bytes);
  check_buffer((Checked){"rnn_forward", "bias", 4, 1}, a[7], U, bytes);
  check_buffer((Checked){"rnn_forward", "dropX", 4, 1}, a[8], size_product(B, I), bytes);
  check_buffer((Checked){"rnn_forward", "dropH", 4, 1}, a[9], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_forward", "scratch", 64, 0}, a[10], rnn_forward_scratch(B, I, U), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_rnn_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[17];
  check_whole("rnn_backward", "B", a[17]);
  const int64_t T = a[18];
  check_whole("rnn_backward", "T", a[18]);
  const int64_t I = a[19];
  check_whole("rnn_backward", "I", a[19]);
  const int64_t U = a[20];
  check_whole("rnn_backward", "U", a[20]);
  check_whole("rnn_backward", "activation", a[21]);
  check_flag("rnn_backward", "reverse", a[22]);
  check_buffer((Checked){"rnn_backward", "dx", 4, 1}, a[0], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"rnn_backward", "dKernel", 4, 0}, a[1], size_product(I, U), bytes);
  check_buffer((Checked){"rnn_backward", "dRecurrent", 4, 0}, a[2], size_product(U, U), bytes);
  check_buffer((Checked){"rnn_backward", "dBias", 4, 1}, a[3], U, bytes);
  check_buffer((Checked){"rnn_backward", "dh0", 4, 1}, a[4], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_backward", "dH", 4, 1}, a[5], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"rnn_backward", "dLast", 4, 1}, a[6], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_backward", "h", 4, 0}, a[7], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"rnn_backward", "z", 4, 1}, a[8], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"rnn_backward", "x", 4, 0}, a[9], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"rnn_backward", "mask", 4, 1}, a[10], size_product(T, B), bytes);
  check_buffer((Checked){"rnn_backward", "h0", 4, 1}, a[11], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_backward", "kernel", 4, 0}, a[12], size_product(I, U), bytes);
  check_buffer((Checked){"rnn_backward", "recurrent", 4, 0}, a[13], size_product(U, U), bytes);
  check_buffer((Checked){"rnn_backward", "dropX", 4, 1}, a[14], size_product(B, I), bytes);
  check_buffer((Checked){"rnn_backward", "dropH", 4, 1}, a[15], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_backward", "scratch", 64, 0}, a[16], rnn_backward_scratch(B, I, U), bytes);
}

#endif
static void check_rnn_infer(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[12];
  check_whole("rnn_infer", "B", a[12]);
  const int64_t T = a[13];
  check_whole("rnn_infer", "T", a[13]);
  const int64_t I = a[14];
  check_whole("rnn_infer", "I", a[14]);
  const int64_t U = a[15];
  check_whole("rnn_infer", "U", a[15]);
  check_whole("rnn_infer", "activation", a[16]);
  check_flag("rnn_infer", "reverse", a[17]);
  check_buffer((Checked){"rnn_infer", "hLast", 4, 0}, a[0], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_infer", "sequence", 4, 1}, a[1], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"rnn_infer", "x", 4, 1}, a[2], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"rnn_infer", "ids", 4, 1}, a[3], size_product(B, T), bytes);
  check_buffer((Checked){"rnn_infer", "table", 4, 1}, a[4], size_product(1, U), bytes);
  check_buffer((Checked){"rnn_infer", "paddedH", 4, 1}, a[5], size_product(T, U), bytes);
  check_buffer((Checked){"rnn_infer", "mask", 4, 1}, a[6], size_product(T, B), bytes);
  check_buffer((Checked){"rnn_infer", "h0", 4, 1}, a[7], size_product(B, U), bytes);
  check_buffer((Checked){"rnn_infer", "kernel", 4, 0}, a[8], size_product(I, U), bytes);
  check_buffer((Checked){"rnn_infer", "recurrent", 4, 0}, a[9], size_product(U, U), bytes);
  check_buffer((Checked){"rnn_infer", "bias", 4, 1}, a[10], U, bytes);
  check_buffer((Checked){"rnn_infer", "scratch", 64, 0}, a[11], rnn_infer_scratch(B, I, U), bytes);
}

static void check_lstm_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[13];
  check_whole("lstm_forward", "B", a[13]);
  const int64_t T = a[14];
  check_whole("lstm_forward", "T", a[14]);
  const int64_t I = a[15];
  check_whole("lstm_forward", "I", a[15]);
  const int64_t U = a[16];
  check_whole("lstm_forward", "U", a[16]);
  const int64_t GX = a[17];
  check_whole("lstm_forward", "GX", a[17]);
  check_whole("lstm_forward", "activation", a[18]);
  check_whole("lstm_forward", "recurrentActivation", a[19]);
  check_flag("lstm_forward", "reverse", a[20]);
  check_buffer((Checked){"lstm_forward", "h", 4, 0}, a[0], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"lstm_forward", "c", 4, 0}, a[1], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"lstm_forward", "gates", 4, 0}, a[2], size_product(size_product(T, B), size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_forward", "x", 4, 0}, a[3], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"lstm_forward", "mask", 4, 1}, a[4], size_product(T, B), bytes);
  check_buffer((Checked){"lstm_forward", "h0", 4, 1}, a[5], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_forward", "c0", 4, 1}, a[6], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_forward", "kernel", 4, 0}, a[7], size_product(I, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_forward", "recurrent", 4, 0}, a[8], size_product(U, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_forward", "bias", 4, 1}, a[9], size_product(4, U), bytes);
  check_buffer((Checked){"lstm_forward", "dropX", 4, 1}, a[10], size_product(size_product(GX, B), I), bytes);
  check_buffer((Checked){"lstm_forward", "dropH", 4, 1}, a[11], size_product(size_product(4, B), U), bytes);
  check_buffer((Checked){"lstm_forward", "scratch", 64, 0}, a[12], lstm_forward_scratch(B, I, U), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_lstm_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[20];
  check_whole("lstm_backward", "B", a[20]);
  const int64_t T = a[21];
  check_whole("lstm_backward", "T", a[21]);
  const int64_t I = a[22];
  check_whole("lstm_backward", "I", a[22]);
  const int64_t U = a[23];
  check_whole("lstm_backward", "U", a[23]);
  const int64_t GX = a[24];
  check_whole("lstm_backward", "GX", a[24]);
  check_whole("lstm_backward", "activation", a[25]);
  check_whole("lstm_backward", "recurrentActivation", a[26]);
  check_flag("lstm_backward", "reverse", a[27]);
  check_buffer((Checked){"lstm_backward", "dx", 4, 1}, a[0], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"lstm_backward", "dKernel", 4, 0}, a[1], size_product(I, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_backward", "dRecurrent", 4, 0}, a[2], size_product(U, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_backward", "dBias", 4, 1}, a[3], size_product(4, U), bytes);
  check_buffer((Checked){"lstm_backward", "dh0", 4, 1}, a[4], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_backward", "dc0", 4, 1}, a[5], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_backward", "dH", 4, 1}, a[6], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"lstm_backward", "dLast", 4, 1}, a[7], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_backward", "h", 4, 0}, a[8], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"lstm_backward", "c", 4, 0}, a[9], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"lstm_backward", "gates", 4, 0}, a[10], size_product(size_product(T, B), size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_backward", "x", 4, 0}, a[11], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"lstm_backward", "mask", 4, 1}, a[12], size_product(T, B), bytes);
  check_buffer((Checked){"lstm_backward", "h0", 4, 1}, a[13], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_backward", "c0", 4, 1}, a[14], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_backward", "kernel", 4, 0}, a[15], size_product(I, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_backward", "recurrent", 4, 0}, a[16], size_product(U, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_backward", "dropX", 4, 1}, a[17], size_product(size_product(GX, B), I), bytes);
  check_buffer((Checked){"lstm_backward", "dropH", 4, 1}, a[18], size_product(size_product(4, B), U), bytes);
  check_buffer((Checked){"lstm_backward", "scratch", 64, 0}, a[19], lstm_backward_scratch(B, I, U), bytes);
}

#endif
static void check_lstm_infer(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[15];
  check_whole("lstm_infer", "B", a[15]);
  const int64_t T = a[16];
  check_whole("lstm_infer", "T", a[16]);
  const int64_t I = a[17];
  check_whole("lstm_infer", "I", a[17]);
  const int64_t U = a[18];
  check_whole("lstm_infer", "U", a[18]);
  check_whole("lstm_infer", "activation", a[19]);
  check_whole("lstm_infer", "recurrentActivation", a[20]);
  check_flag("lstm_infer", "reverse", a[21]);
  check_buffer((Checked){"lstm_infer", "hLast", 4, 0}, a[0], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_infer", "cLast", 4, 0}, a[1], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_infer", "sequence", 4, 1}, a[2], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"lstm_infer", "x", 4, 1}, a[3], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"lstm_infer", "ids", 4, 1}, a[4], size_product(B, T), bytes);
  check_buffer((Checked){"lstm_infer", "table", 4, 1}, a[5], size_product(1, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_infer", "paddedH", 4, 1}, a[6], size_product(T, U), bytes);
  check_buffer((Checked){"lstm_infer", "paddedC", 4, 1}, a[7], size_product(T, U), bytes);
  check_buffer((Checked){"lstm_infer", "mask", 4, 1}, a[8], size_product(T, B), bytes);
  check_buffer((Checked){"lstm_infer", "h0", 4, 1}, a[9], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_infer", "c0", 4, 1}, a[10], size_product(B, U), bytes);
  check_buffer((Checked){"lstm_infer", "kernel", 4, 0}, a[11], size_product(I, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_infer", "recurrent", 4, 0}, a[12], size_product(U, size_product(4, U)), bytes);
  check_buffer((Checked){"lstm_infer", "bias", 4, 1}, a[13], size_product(4, U), bytes);
  check_buffer((Checked){"lstm_infer", "scratch", 64, 0}, a[14], lstm_infer_scratch(B, I, U), bytes);
}

static void check_gru_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[11];
  check_whole("gru_forward", "B", a[11]);
  const int64_t T = a[12];
  check_whole("gru_forward", "T", a[12]);
  const int64_t I = a[13];
  check_whole("gru_forward", "I", a[13]);
  const int64_t U = a[14];
  check_whole("gru_forward", "U", a[14]);
  const int64_t GX = a[15];
  check_whole("gru_forward", "GX", a[15]);
  check_whole("gru_forward", "activation", a[16]);
  check_whole("gru_forward", "recurrentActivation", a[17]);
  const int64_t resetAfter = a[18];
  check_flag("gru_forward", "resetAfter", a[18]);
  check_flag("gru_forward", "reverse", a[19]);
  check_buffer((Checked){"gru_forward", "h", 4, 0}, a[0], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"gru_forward", "gates", 4, 0}, a[1], size_product(size_product(T, B), size_product(4, U)), bytes);
  check_buffer((Checked){"gru_forward", "x", 4, 0}, a[2], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"gru_forward", "mask", 4, 1}, a[3], size_product(T, B), bytes);
  check_buffer((Checked){"gru_forward", "h0", 4, 1}, a[4], size_product(B, U), bytes);
  check_buffer((Checked){"gru_forward", "kernel", 4, 0}, a[5], size_product(I, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_forward", "recurrent", 4, 0}, a[6], size_product(U, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_forward", "bias", 4, 1}, a[7], size_product(1 + resetAfter, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_forward", "dropX", 4, 1}, a[8], size_product(size_product(GX, B), I), bytes);
  check_buffer((Checked){"gru_forward", "dropH", 4, 1}, a[9], size_product(size_product(3, B), U), bytes);
  check_buffer((Checked){"gru_forward", "scratch", 64, 0}, a[10], gru_forward_scratch(B, I, U), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_gru_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[17];
  check_whole("gru_backward", "B", a[17]);
  const int64_t T = a[18];
  check_whole("gru_backward", "T", a[18]);
  const int64_t I = a[19];
  check_whole("gru_backward", "I", a[19]);
  const int64_t U = a[20];
  check_whole("gru_backward", "U", a[20]);
  const int64_t GX = a[21];
  check_whole("gru_backward", "GX", a[21]);
  check_whole("gru_backward", "activation", a[22]);
  check_whole("gru_backward", "recurrentActivation", a[23]);
  const int64_t resetAfter = a[24];
  check_flag("gru_backward", "resetAfter", a[24]);
  check_flag("gru_backward", "reverse", a[25]);
  check_buffer((Checked){"gru_backward", "dx", 4, 1}, a[0], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"gru_backward", "dKernel", 4, 0}, a[1], size_product(I, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_backward", "dRecurrent", 4, 0}, a[2], size_product(U, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_backward", "dBias", 4, 1}, a[3], size_product(1 + resetAfter, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_backward", "dh0", 4, 1}, a[4], size_product(B, U), bytes);
  check_buffer((Checked){"gru_backward", "dH", 4, 1}, a[5], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"gru_backward", "dLast", 4, 1}, a[6], size_product(B, U), bytes);
  check_buffer((Checked){"gru_backward", "h", 4, 0}, a[7], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"gru_backward", "gates", 4, 0}, a[8], size_product(size_product(T, B), size_product(4, U)), bytes);
  check_buffer((Checked){"gru_backward", "x", 4, 0}, a[9], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"gru_backward", "mask", 4, 1}, a[10], size_product(T, B), bytes);
  check_buffer((Checked){"gru_backward", "h0", 4, 1}, a[11], size_product(B, U), bytes);
  check_buffer((Checked){"gru_backward", "kernel", 4, 0}, a[12], size_product(I, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_backward", "recurrent", 4, 0}, a[13], size_product(U, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_backward", "dropX", 4, 1}, a[14], size_product(size_product(GX, B), I), bytes);
  check_buffer((Checked){"gru_backward", "dropH", 4, 1}, a[15], size_product(size_product(3, B), U), bytes);
  check_buffer((Checked){"gru_backward", "scratch", 64, 0}, a[16], gru_backward_scratch(B, I, U), bytes);
}

#endif
static void check_gru_infer(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[12];
  check_whole("gru_infer", "B", a[12]);
  const int64_t T = a[13];
  check_whole("gru_infer", "T", a[13]);
  const int64_t I = a[14];
  check_whole("gru_infer", "I", a[14]);
  const int64_t U = a[15];
  check_whole("gru_infer", "U", a[15]);
  check_whole("gru_infer", "activation", a[16]);
  check_whole("gru_infer", "recurrentActivation", a[17]);
  const int64_t resetAfter = a[18];
  check_flag("gru_infer", "resetAfter", a[18]);
  check_flag("gru_infer", "reverse", a[19]);
  check_buffer((Checked){"gru_infer", "hLast", 4, 0}, a[0], size_product(B, U), bytes);
  check_buffer((Checked){"gru_infer", "sequence", 4, 1}, a[1], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"gru_infer", "x", 4, 1}, a[2], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"gru_infer", "ids", 4, 1}, a[3], size_product(B, T), bytes);
  check_buffer((Checked){"gru_infer", "table", 4, 1}, a[4], size_product(1, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_infer", "paddedH", 4, 1}, a[5], size_product(T, U), bytes);
  check_buffer((Checked){"gru_infer", "mask", 4, 1}, a[6], size_product(T, B), bytes);
  check_buffer((Checked){"gru_infer", "h0", 4, 1}, a[7], size_product(B, U), bytes);
  check_buffer((Checked){"gru_infer", "kernel", 4, 0}, a[8], size_product(I, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_infer", "recurrent", 4, 0}, a[9], size_product(U, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_infer", "bias", 4, 1}, a[10], size_product(1 + resetAfter, size_product(3, U)), bytes);
  check_buffer((Checked){"gru_infer", "scratch", 64, 0}, a[11], gru_infer_scratch(B, I, U), bytes);
}

static void check_attention_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[11];
  check_whole("attention_forward", "B", a[11]);
  const int64_t T = a[12];
  check_whole("attention_forward", "T", a[12]);
  const int64_t S = a[13];
  check_whole("attention_forward", "S", a[13]);
  const int64_t I = a[14];
  check_whole("attention_forward", "I", a[14]);
  const int64_t F = a[15];
  check_whole("attention_forward", "F", a[15]);
  check_buffer((Checked){"attention_forward", "out", 4, 0}, a[0], size_product(size_product(T, B), F), bytes);
  check_buffer((Checked){"attention_forward", "weights", 4, 1}, a[1], size_product(size_product(T, B), S), bytes);
  check_buffer((Checked){"attention_forward", "query", 4, 0}, a[2], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"attention_forward", "value", 4, 0}, a[3], size_product(size_product(S, B), F), bytes);
  check_buffer((Checked){"attention_forward", "key", 4, 0}, a[4], size_product(size_product(S, B), I), bytes);
  check_buffer((Checked){"attention_forward", "queryMask", 4, 1}, a[5], size_product(T, B), bytes);
  check_buffer((Checked){"attention_forward", "valueMask", 4, 1}, a[6], size_product(S, B), bytes);
  check_buffer((Checked){"attention_forward", "drop", 4, 1}, a[7], size_product(size_product(T, B), S), bytes);
  check_buffer((Checked){"attention_forward", "scale", 4, 1}, a[8], 1, bytes);
  check_buffer((Checked){"attention_forward", "concatWeight", 4, 1}, a[9], 1, bytes);
  check_buffer((Checked){"attention_forward", "scratch", 64, 0}, a[10], attention_forward_scratch(T, S), bytes);
}

#ifndef KERNELS_INFERENCE
static void check_attention_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[15];
  check_whole("attention_backward", "B", a[15]);
  const int64_t T = a[16];
  check_whole("attention_backward", "T", a[16]);
  const int64_t S = a[17];
  check_whole("attention_backward", "S", a[17]);
  const int64_t I = a[18];
  check_whole("attention_backward", "I", a[18]);
  const int64_t F = a[19];
  check_whole("attention_backward", "F", a[19]);
  check_buffer((Checked){"attention_backward", "dQuery", 4, 1}, a[0], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"attention_backward", "dValue", 4, 1}, a[1], size_product(size_product(S, B), F), bytes);
  check_buffer((Checked){"attention_backward", "dKey", 4, 1}, a[2], size_product(size_product(S, B), I), bytes);
  check_buffer((Checked){"attention_backward", "dScale", 4, 1}, a[3], 1, bytes);
  check_buffer((Checked){"attention_backward", "dConcatWeight", 4, 1}, a[4], 1, bytes);
  check_buffer((Checked){"attention_backward", "dOut", 4, 0}, a[5], size_product(size_product(T, B), F), bytes);
  check_buffer((Checked){"attention_backward", "weights", 4, 0}, a[6], size_product(size_product(T, B), S), bytes);
  check_buffer((Checked){"attention_backward", "query", 4, 0}, a[7], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"attention_backward", "value", 4, 0}, a[8], size_product(size_product(S, B), F), bytes);
  check_buffer((Checked){"attention_backward", "key", 4, 0}, a[9], size_product(size_product(S, B), I), bytes);
  check_buffer((Checked){"attention_backward", "queryMask", 4, 1}, a[10], size_product(T, B), bytes);
  check_buffer((Checked){"attention_backward", "drop", 4, 1}, a[11], size_product(size_product(T, B), S), bytes);
  check_buffer((Checked){"attention_backward", "scale", 4, 1}, a[12], 1, bytes);
  check_buffer((Checked){"attention_backward", "concatWeight", 4, 1}, a[13], 1, bytes);
  check_buffer((Checked){"attention_backward", "scratch", 64, 0}, a[14], attention_backward_scratch(T, S, I, F), bytes);
}

static void check_binary_crossentropy(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[5];
  check_whole("binary_crossentropy", "B", a[5]);
  const int64_t F = a[6];
  check_whole("binary_crossentropy", "F", a[6]);
  check_flag("binary_crossentropy", "fromLogits", a[7]);
  check_buffer((Checked){"binary_crossentropy", "rowLoss", 4, 0}, a[0], B, bytes);
  check_buffer((Checked){"binary_crossentropy", "dOut", 4, 1}, a[1], size_product(B, F), bytes);
  check_buffer((Checked){"binary_crossentropy", "out", 4, 0}, a[2], size_product(B, F), bytes);
  check_buffer((Checked){"binary_crossentropy", "target", 4, 0}, a[3], size_product(B, F), bytes);
  check_buffer((Checked){"binary_crossentropy", "weight", 4, 1}, a[4], B, bytes);
}

static void check_categorical_crossentropy(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[5];
  check_whole("categorical_crossentropy", "B", a[5]);
  const int64_t F = a[6];
  check_whole("categorical_crossentropy", "F", a[6]);
  check_flag("categorical_crossentropy", "fromLogits", a[7]);
  check_buffer((Checked){"categorical_crossentropy", "rowLoss", 4, 0}, a[0], B, bytes);
  check_buffer((Checked){"categorical_crossentropy", "dOut", 4, 1}, a[1], size_product(B, F), bytes);
  check_buffer((Checked){"categorical_crossentropy", "out", 4, 0}, a[2], size_product(B, F), bytes);
  check_buffer((Checked){"categorical_crossentropy", "target", 4, 0}, a[3], size_product(B, F), bytes);
  check_buffer((Checked){"categorical_crossentropy", "weight", 4, 1}, a[4], B, bytes);
}

static void check_sparse_categorical_crossentropy(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[5];
  check_whole("sparse_categorical_crossentropy", "B", a[5]);
  const int64_t F = a[6];
  check_whole("sparse_categorical_crossentropy", "F", a[6]);
  check_flag("sparse_categorical_crossentropy", "fromLogits", a[7]);
  check_buffer((Checked){"sparse_categorical_crossentropy", "rowLoss", 4, 0}, a[0], B, bytes);
  check_buffer((Checked){"sparse_categorical_crossentropy", "dOut", 4, 1}, a[1], size_product(B, F), bytes);
  check_buffer((Checked){"sparse_categorical_crossentropy", "out", 4, 0}, a[2], size_product(B, F), bytes);
  check_buffer((Checked){"sparse_categorical_crossentropy", "target", 4, 0}, a[3], B, bytes);
  check_buffer((Checked){"sparse_categorical_crossentropy", "weight", 4, 1}, a[4], B, bytes);
}

static void check_mean_squared_error(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[5];
  check_whole("mean_squared_error", "B", a[5]);
  const int64_t F = a[6];
  check_whole("mean_squared_error", "F", a[6]);
  check_buffer((Checked){"mean_squared_error", "rowLoss", 4, 0}, a[0], B, bytes);
  check_buffer((Checked){"mean_squared_error", "dOut", 4, 1}, a[1], size_product(B, F), bytes);
  check_buffer((Checked){"mean_squared_error", "out", 4, 0}, a[2], size_product(B, F), bytes);
  check_buffer((Checked){"mean_squared_error", "target", 4, 0}, a[3], size_product(B, F), bytes);
  check_buffer((Checked){"mean_squared_error", "weight", 4, 1}, a[4], B, bytes);
}

static void check_sgd(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[4];
  check_whole("sgd", "length", a[4]);
  check_flag("sgd", "nesterov", a[5]);
  check_buffer((Checked){"sgd", "w", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"sgd", "g", 4, 0}, a[1], length, bytes);
  check_buffer((Checked){"sgd", "velocity", 4, 1}, a[2], length, bytes);
  check_buffer((Checked){"sgd", "scalars", 4, 0}, a[3], 2, bytes);
}

static void check_rmsprop(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[6];
  check_whole("rmsprop", "length", a[6]);
  check_buffer((Checked){"rmsprop", "w", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"rmsprop", "g", 4, 0}, a[1], length, bytes);
  check_buffer((Checked){"rmsprop", "v", 4, 0}, a[2], length, bytes);
  check_buffer((Checked){"rmsprop", "velocity", 4, 1}, a[3], length, bytes);
  check_buffer((Checked){"rmsprop", "average", 4, 1}, a[4], length, bytes);
  check_buffer((Checked){"rmsprop", "scalars", 4, 0}, a[5], 2, bytes);
}

static void check_adam(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[6];
  check_whole("adam", "length", a[6]);
  check_buffer((Checked){"adam", "w", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"adam", "g", 4, 0}, a[1], length, bytes);
  check_buffer((Checked){"adam", "m", 4, 0}, a[2], length, bytes);
  check_buffer((Checked){"adam", "v", 4, 0}, a[3], length, bytes);
  check_buffer((Checked){"adam", "vMax", 4, 1}, a[4], length, bytes);
  check_buffer((Checked){"adam", "scalars", 4, 0}, a[5], 2, bytes);
}

static void check_adam_rows(const int32_t *a, uint64_t bytes) {
  const int64_t V = a[8];
  check_whole("adam_rows", "V", a[8]);
  const int64_t F = a[9];
  check_whole("adam_rows", "F", a[9]);
  check_whole("adam_rows", "part", a[10]);
  check_whole("adam_rows", "parts", a[11]);
  check_buffer((Checked){"adam_rows", "w", 4, 0}, a[0], size_product(V, F), bytes);
  check_buffer((Checked){"adam_rows", "g", 4, 0}, a[1], size_product(V, F), bytes);
  check_buffer((Checked){"adam_rows", "m", 4, 0}, a[2], size_product(V, F), bytes);
  check_buffer((Checked){"adam_rows", "v", 4, 0}, a[3], size_product(V, F), bytes);
  check_buffer((Checked){"adam_rows", "vMax", 4, 1}, a[4], size_product(V, F), bytes);
  check_buffer((Checked){"adam_rows", "scalars", 4, 0}, a[5], 2, bytes);
  check_buffer((Checked){"adam_rows", "count", 4, 0}, a[6], 1, bytes);
  check_buffer((Checked){"adam_rows", "rows", 4, 0}, a[7], V, bytes);
}

static void check_sum_squares(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[2];
  check_whole("sum_squares", "length", a[2]);
  check_flag("sum_squares", "accumulate", a[3]);
  check_buffer((Checked){"sum_squares", "out", 4, 0}, a[0], 1, bytes);
  check_buffer((Checked){"sum_squares", "x", 4, 0}, a[1], length, bytes);
}

static void check_clip_to_norm(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[2];
  check_whole("clip_to_norm", "length", a[2]);
  check_buffer((Checked){"clip_to_norm", "g", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"clip_to_norm", "norm2", 4, 0}, a[1], 1, bytes);
}

static void check_clip_to_value(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[1];
  check_whole("clip_to_value", "length", a[1]);
  check_buffer((Checked){"clip_to_value", "g", 4, 0}, a[0], length, bytes);
}

static void check_regularize(const int32_t *a, uint64_t bytes) {
  const int64_t length = a[3];
  check_whole("regularize", "length", a[3]);
  check_buffer((Checked){"regularize", "g", 4, 0}, a[0], length, bytes);
  check_buffer((Checked){"regularize", "penalty", 4, 0}, a[1], 1, bytes);
  check_buffer((Checked){"regularize", "w", 4, 0}, a[2], length, bytes);
}

static void check_sum_squares_of_rows(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[3];
  check_whole("sum_squares_of_rows", "N", a[3]);
  const int64_t F = a[4];
  check_whole("sum_squares_of_rows", "F", a[4]);
  check_flag("sum_squares_of_rows", "accumulate", a[5]);
  check_buffer((Checked){"sum_squares_of_rows", "out", 4, 0}, a[0], 1, bytes);
  check_buffer((Checked){"sum_squares_of_rows", "x", 4, 0}, a[1], size_product(N, F), bytes);
  check_buffer((Checked){"sum_squares_of_rows", "count", 4, 0}, a[2], 1, bytes);
}

static void check_clip_rows(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[3];
  check_whole("clip_rows", "N", a[3]);
  const int64_t F = a[4];
  check_whole("clip_rows", "F", a[4]);
  check_buffer((Checked){"clip_rows", "g", 4, 0}, a[0], size_product(N, F), bytes);
  check_buffer((Checked){"clip_rows", "norm2", 4, 1}, a[1], 1, bytes);
  check_buffer((Checked){"clip_rows", "count", 4, 0}, a[2], 1, bytes);
}

static void check_linear_squares(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[4];
  check_whole("linear_squares", "N", a[4]);
  const int64_t M = a[5];
  check_whole("linear_squares", "M", a[5]);
  const int64_t F = a[6];
  check_whole("linear_squares", "F", a[6]);
  const int64_t L = a[7];
  check_whole("linear_squares", "L", a[7]);
  check_buffer((Checked){"linear_squares", "out", 4, 0}, a[0], size_product(N, L), bytes);
  check_buffer((Checked){"linear_squares", "weights", 4, 0}, a[1], size_product(size_product(F, 2), L), bytes);
  check_buffer((Checked){"linear_squares", "starts", 4, 0}, a[2], N + 1, bytes);
  check_buffer((Checked){"linear_squares", "ids", 4, 0}, a[3], M, bytes);
}

static void check_linear_epoch(const int32_t *a, uint64_t bytes) {
  const int64_t N = a[7];
  check_whole("linear_epoch", "N", a[7]);
  const int64_t M = a[8];
  check_whole("linear_epoch", "M", a[8]);
  const int64_t F = a[9];
  check_whole("linear_epoch", "F", a[9]);
  const int64_t L = a[10];
  check_whole("linear_epoch", "L", a[10]);
  check_buffer((Checked){"linear_epoch", "weights", 4, 0}, a[0], size_product(size_product(F, 2), L), bytes);
  check_buffer((Checked){"linear_epoch", "alpha", 4, 0}, a[1], size_product(N, L), bytes);
  check_buffer((Checked){"linear_epoch", "state", 4, 0}, a[2], size_product(2, L), bytes);
  check_buffer((Checked){"linear_epoch", "rows", 4, 0}, a[3], size_product(size_product(N, 4), L), bytes);
  check_buffer((Checked){"linear_epoch", "starts", 4, 0}, a[4], N + 1, bytes);
  check_buffer((Checked){"linear_epoch", "ids", 4, 0}, a[5], M, bytes);
  check_buffer((Checked){"linear_epoch", "order", 4, 0}, a[6], N, bytes);
}

static void check_variant_forward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[12];
  check_whole("variant_forward", "B", a[12]);
  const int64_t T = a[13];
  check_whole("variant_forward", "T", a[13]);
  const int64_t I = a[14];
  check_whole("variant_forward", "I", a[14]);
  const int64_t U = a[15];
  check_whole("variant_forward", "U", a[15]);
  const int64_t inputGate = a[16];
  check_flag("variant_forward", "inputGate", a[16]);
  const int64_t forgetGate = a[17];
  check_flag("variant_forward", "forgetGate", a[17]);
  const int64_t outputGate = a[18];
  check_flag("variant_forward", "outputGate", a[18]);
  check_flag("variant_forward", "coupled", a[19]);
  check_whole("variant_forward", "activation", a[20]);
  check_whole("variant_forward", "outputActivation", a[21]);
  check_whole("variant_forward", "recurrentActivation", a[22]);
  check_flag("variant_forward", "reverse", a[23]);
  check_buffer((Checked){"variant_forward", "h", 4, 0}, a[0], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"variant_forward", "c", 4, 0}, a[1], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"variant_forward", "gates", 4, 0}, a[2], size_product(size_product(T, B), size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_forward", "x", 4, 0}, a[3], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"variant_forward", "mask", 4, 1}, a[4], size_product(T, B), bytes);
  check_buffer((Checked){"variant_forward", "h0", 4, 1}, a[5], size_product(B, U), bytes);
  check_buffer((Checked){"variant_forward", "c0", 4, 1}, a[6], size_product(B, U), bytes);
  check_buffer((Checked){"variant_forward", "kernel", 4, 0}, a[7], size_product(I, size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_forward", "recurrent", 4, 0}, a[8], size_product(U, size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_forward", "bias", 4, 1}, a[9], size_product(1 + inputGate + forgetGate + outputGate, U), bytes);
  check_buffer((Checked){"variant_forward", "peepholes", 4, 1}, a[10], size_product(inputGate + forgetGate + outputGate, U), bytes);
  check_buffer((Checked){"variant_forward", "scratch", 64, 0}, a[11], variant_forward_scratch(B, I, U), bytes);
}

static void check_variant_backward(const int32_t *a, uint64_t bytes) {
  const int64_t B = a[20];
  check_whole("variant_backward", "B", a[20]);
  const int64_t T = a[21];
  check_whole("variant_backward", "T", a[21]);
  const int64_t I = a[22];
  check_whole("variant_backward", "I", a[22]);
  const int64_t U = a[23];
  check_whole("variant_backward", "U", a[23]);
  const int64_t inputGate = a[24];
  check_flag("variant_backward", "inputGate", a[24]);
  const int64_t forgetGate = a[25];
  check_flag("variant_backward", "forgetGate", a[25]);
  const int64_t outputGate = a[26];
  check_flag("variant_backward", "outputGate", a[26]);
  check_flag("variant_backward", "coupled", a[27]);
  check_whole("variant_backward", "activation", a[28]);
  check_whole("variant_backward", "outputActivation", a[29]);
  check_whole("variant_backward", "recurrentActivation", a[30]);
  check_flag("variant_backward", "reverse", a[31]);
  check_buffer((Checked){"variant_backward", "dx", 4, 1}, a[0], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"variant_backward", "dKernel", 4, 0}, a[1], size_product(I, size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_backward", "dRecurrent", 4, 0}, a[2], size_product(U, size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_backward", "dBias", 4, 1}, a[3], size_product(1 + inputGate + forgetGate + outputGate, U), bytes);
  check_buffer((Checked){"variant_backward", "dPeepholes", 4, 1}, a[4], size_product(inputGate + forgetGate + outputGate, U), bytes);
  check_buffer((Checked){"variant_backward", "dh0", 4, 1}, a[5], size_product(B, U), bytes);
  check_buffer((Checked){"variant_backward", "dc0", 4, 1}, a[6], size_product(B, U), bytes);
  check_buffer((Checked){"variant_backward", "dH", 4, 1}, a[7], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"variant_backward", "dLast", 4, 1}, a[8], size_product(B, U), bytes);
  check_buffer((Checked){"variant_backward", "h", 4, 0}, a[9], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"variant_backward", "c", 4, 0}, a[10], size_product(size_product(T, B), U), bytes);
  check_buffer((Checked){"variant_backward", "gates", 4, 0}, a[11], size_product(size_product(T, B), size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_backward", "x", 4, 0}, a[12], size_product(size_product(T, B), I), bytes);
  check_buffer((Checked){"variant_backward", "mask", 4, 1}, a[13], size_product(T, B), bytes);
  check_buffer((Checked){"variant_backward", "h0", 4, 1}, a[14], size_product(B, U), bytes);
  check_buffer((Checked){"variant_backward", "c0", 4, 1}, a[15], size_product(B, U), bytes);
  check_buffer((Checked){"variant_backward", "kernel", 4, 0}, a[16], size_product(I, size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_backward", "recurrent", 4, 0}, a[17], size_product(U, size_product(1 + inputGate + forgetGate + outputGate, U)), bytes);
  check_buffer((Checked){"variant_backward", "peepholes", 4, 1}, a[18], size_product(inputGate + forgetGate + outputGate, U), bytes);
  check_buffer((Checked){"variant_backward", "scratch", 64, 0}, a[19], variant_backward_scratch(B, I, U), bytes);
}

#endif
#else
#define CHECK(kernel)
#endif

void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory, uintptr_t bytes);

/* Runs the calls of one task, from program[starts[task]] to program[starts[task + 1]]: each a kernel's number, then its
   arguments; pointers are offsets into memory, 0 is NULL. `bytes` is the memory's length, which WebAssembly knows itself. */
void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory, uintptr_t bytes) {
  const int32_t *from = program + starts[task], *to = program + starts[task + 1];
  (void)bytes;
  while (from < to) {
    const int32_t *a = from + 1;
    switch (*from) {
      case 0:
        CHECK(fill);
        fill(REALS(0), a[1], real(a[2]));
        from += 4;
        break;
      case 1:
        CHECK(add);
        add(REALS(0), REALS(1), a[2]);
        from += 4;
        break;
      case 2:
        CHECK(to_row_major);
        to_row_major(REALS(0), REALS(1), a[2], a[3], a[4]);
        from += 6;
        break;
      case 3:
        CHECK(to_time_major);
        to_time_major(REALS(0), REALS(1), a[2], a[3], a[4]);
        from += 6;
        break;
      case 4:
        CHECK(reverse_time);
        reverse_time(REALS(0), REALS(1), a[2], a[3]);
        from += 5;
        break;
#ifndef KERNELS_INFERENCE
      case 5:
        CHECK(sum_shards);
        sum_shards(REALS(0), REALS(1), a[2], a[3], a[4]);
        from += 6;
        break;
#endif
      case 6:
        CHECK(embedding_forward);
        embedding_forward(REALS(0), REALS(1), REALS(2), a[3], a[4], a[5], a[6]);
        from += 8;
        break;
#ifndef KERNELS_INFERENCE
      case 7:
        CHECK(embedding_backward);
        embedding_backward(REALS(0), REALS(1), REALS(2), a[3], a[4], a[5], a[6]);
        from += 8;
        break;
      case 8:
        CHECK(embedding_rows_backward);
        embedding_rows_backward(REALS(0), REALS(1), WORDS(2), WORDS(3), WORDS(4), a[5], a[6], a[7], a[8], a[9]);
        from += 11;
        break;
#endif
      case 9:
        CHECK(mask_from_ids);
        mask_from_ids(REALS(0), REALS(1), a[2], a[3]);
        from += 5;
        break;
      case 10:
        CHECK(dense_forward);
        dense_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), a[5], a[6], a[7], a[8]);
        from += 10;
        break;
#ifndef KERNELS_INFERENCE
      case 11:
        CHECK(dense_backward);
        dense_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), a[8], a[9],
                       a[10], a[11]);
        from += 13;
        break;
#endif
      case 12:
        CHECK(conv1d_forward);
        conv1d_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), a[5], a[6], a[7], a[8], a[9], a[10], a[11],
                       a[12], a[13], a[14], a[15]);
        from += 17;
        break;
#ifndef KERNELS_INFERENCE
      case 13:
        CHECK(conv1d_backward);
        conv1d_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), a[8], a[9],
                        a[10], a[11], a[12], a[13], a[14], a[15], a[16], a[17], a[18]);
        from += 20;
        break;
#endif
      case 14:
        CHECK(activation_forward);
        activation_forward(REALS(0), REALS(1), a[2], a[3], real(a[4]));
        from += 6;
        break;
#ifndef KERNELS_INFERENCE
      case 15:
        CHECK(activation_backward);
        activation_backward(REALS(0), REALS(1), REALS(2), REALS(3), a[4], a[5], real(a[6]));
        from += 8;
        break;
#endif
      case 16:
        CHECK(rectify_forward);
        rectify_forward(REALS(0), REALS(1), a[2], real(a[3]), real(a[4]), real(a[5]));
        from += 7;
        break;
#ifndef KERNELS_INFERENCE
      case 17:
        CHECK(rectify_backward);
        rectify_backward(REALS(0), REALS(1), REALS(2), a[3], real(a[4]), real(a[5]), real(a[6]));
        from += 8;
        break;
#endif
      case 18:
        CHECK(softmax_forward);
        softmax_forward(REALS(0), REALS(1), a[2], a[3]);
        from += 5;
        break;
#ifndef KERNELS_INFERENCE
      case 19:
        CHECK(softmax_backward);
        softmax_backward(REALS(0), REALS(1), REALS(2), a[3], a[4]);
        from += 6;
        break;
      case 20:
        CHECK(log_softmax_forward);
        log_softmax_forward(REALS(0), REALS(1), a[2], a[3]);
        from += 5;
        break;
      case 21:
        CHECK(log_softmax_backward);
        log_softmax_backward(REALS(0), REALS(1), REALS(2), a[3], a[4]);
        from += 6;
        break;
      case 22:
        CHECK(batch_moments);
        batch_moments(REALS(0), REALS(1), REALS(2), REALS(3), a[4], a[5]);
        from += 7;
        break;
#endif
      case 23:
        CHECK(batch_norm_forward);
        batch_norm_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), a[6], a[7], real(a[8]));
        from += 10;
        break;
#ifndef KERNELS_INFERENCE
      case 24:
        CHECK(batch_norm_backward);
        batch_norm_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                            a[9], a[10], a[11], real(a[12]));
        from += 14;
        break;
#endif
      case 25:
        CHECK(layer_norm_forward);
        layer_norm_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), a[6], a[7], real(a[8]));
        from += 10;
        break;
#ifndef KERNELS_INFERENCE
      case 26:
        CHECK(layer_norm_backward);
        layer_norm_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), a[8],
                            a[9]);
        from += 11;
        break;
      case 27:
        CHECK(dropout_mask);
        dropout_mask(REALS(0), WORDS(1), a[2], a[3], a[4], a[5], a[6], (uint32_t)a[7], real(a[8]));
        from += 10;
        break;
#endif
      case 28:
        CHECK(multiply_mask);
        multiply_mask(REALS(0), REALS(1), REALS(2), a[3], a[4], a[5]);
        from += 7;
        break;
      case 29:
        CHECK(choose);
        choose(REALS(0), REALS(1), REALS(2), REALS(3), a[4], a[5], real(a[6]));
        from += 8;
        break;
      case 30:
        CHECK(combine);
        combine(REALS(0), REALS(1), REALS(2), a[3], real(a[4]), real(a[5]));
        from += 7;
        break;
      case 31:
        CHECK(mask_from_values);
        mask_from_values(REALS(0), REALS(1), a[2], a[3], real(a[4]));
        from += 6;
        break;
      case 32:
        CHECK(copy_rows);
        copy_rows(REALS(0), REALS(1), a[2], a[3], a[4], a[5]);
        from += 7;
        break;
      case 33:
        CHECK(repeat_axis);
        repeat_axis(REALS(0), REALS(1), a[2], a[3], a[4]);
        from += 6;
        break;
      case 34:
        CHECK(sum_axis);
        sum_axis(REALS(0), REALS(1), a[2], a[3], a[4], a[5]);
        from += 7;
        break;
      case 35:
        CHECK(max_pool_forward);
        max_pool_forward(REALS(0), REALS(1), a[2], a[3], a[4], a[5], a[6], a[7]);
        from += 9;
        break;
#ifndef KERNELS_INFERENCE
      case 36:
        CHECK(max_pool_backward);
        max_pool_backward(REALS(0), REALS(1), REALS(2), REALS(3), a[4], a[5], a[6], a[7], a[8], a[9], a[10]);
        from += 12;
        break;
#endif
      case 37:
        CHECK(average_pool_forward);
        average_pool_forward(REALS(0), REALS(1), REALS(2), a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
        from += 11;
        break;
#ifndef KERNELS_INFERENCE
      case 38:
        CHECK(average_pool_backward);
        average_pool_backward(REALS(0), REALS(1), REALS(2), a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
        from += 11;
        break;
#endif
      case 39:
        CHECK(rnn_forward);
        rnn_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                    REALS(9), REALS(10), a[11], a[12], a[13], a[14], a[15], a[16]);
        from += 18;
        break;
#ifndef KERNELS_INFERENCE
      case 40:
        CHECK(rnn_backward);
        rnn_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                     REALS(9), REALS(10), REALS(11), REALS(12), REALS(13), REALS(14), REALS(15), REALS(16), a[17],
                     a[18], a[19], a[20], a[21], a[22]);
        from += 24;
        break;
#endif
      case 41:
        CHECK(rnn_infer);
        rnn_infer(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8), REALS(9),
                  REALS(10), REALS(11), a[12], a[13], a[14], a[15], a[16], a[17]);
        from += 19;
        break;
      case 42:
        CHECK(lstm_forward);
        lstm_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                     REALS(9), REALS(10), REALS(11), REALS(12), a[13], a[14], a[15], a[16], a[17], a[18], a[19],
                     a[20]);
        from += 22;
        break;
#ifndef KERNELS_INFERENCE
      case 43:
        CHECK(lstm_backward);
        lstm_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                      REALS(9), REALS(10), REALS(11), REALS(12), REALS(13), REALS(14), REALS(15), REALS(16),
                      REALS(17), REALS(18), REALS(19), a[20], a[21], a[22], a[23], a[24], a[25], a[26], a[27]);
        from += 29;
        break;
#endif
      case 44:
        CHECK(lstm_infer);
        lstm_infer(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8), REALS(9),
                   REALS(10), REALS(11), REALS(12), REALS(13), REALS(14), a[15], a[16], a[17], a[18], a[19], a[20],
                   a[21]);
        from += 23;
        break;
      case 45:
        CHECK(gru_forward);
        gru_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                    REALS(9), REALS(10), a[11], a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19]);
        from += 21;
        break;
#ifndef KERNELS_INFERENCE
      case 46:
        CHECK(gru_backward);
        gru_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                     REALS(9), REALS(10), REALS(11), REALS(12), REALS(13), REALS(14), REALS(15), REALS(16), a[17],
                     a[18], a[19], a[20], a[21], a[22], a[23], a[24], a[25]);
        from += 27;
        break;
#endif
      case 47:
        CHECK(gru_infer);
        gru_infer(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8), REALS(9),
                  REALS(10), REALS(11), a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19]);
        from += 21;
        break;
      case 48:
        CHECK(attention_forward);
        attention_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                          REALS(9), REALS(10), a[11], a[12], a[13], a[14], a[15]);
        from += 17;
        break;
#ifndef KERNELS_INFERENCE
      case 49:
        CHECK(attention_backward);
        attention_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                           REALS(9), REALS(10), REALS(11), REALS(12), REALS(13), REALS(14), a[15], a[16], a[17],
                           a[18], a[19]);
        from += 21;
        break;
      case 50:
        CHECK(binary_crossentropy);
        binary_crossentropy(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), a[5], a[6], a[7], real(a[8]),
                            real(a[9]));
        from += 11;
        break;
      case 51:
        CHECK(categorical_crossentropy);
        categorical_crossentropy(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), a[5], a[6], a[7], real(a[8]),
                                 real(a[9]));
        from += 11;
        break;
      case 52:
        CHECK(sparse_categorical_crossentropy);
        sparse_categorical_crossentropy(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), a[5], a[6], a[7],
                                        real(a[8]));
        from += 10;
        break;
      case 53:
        CHECK(mean_squared_error);
        mean_squared_error(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), a[5], a[6], real(a[7]));
        from += 9;
        break;
      case 54:
        CHECK(sgd);
        sgd(REALS(0), REALS(1), REALS(2), REALS(3), a[4], a[5], real(a[6]), real(a[7]));
        from += 9;
        break;
      case 55:
        CHECK(rmsprop);
        rmsprop(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), a[6], real(a[7]), real(a[8]), real(a[9]),
                real(a[10]));
        from += 12;
        break;
      case 56:
        CHECK(adam);
        adam(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), a[6], real(a[7]), real(a[8]), real(a[9]),
             real(a[10]));
        from += 12;
        break;
      case 57:
        CHECK(adam_rows);
        adam_rows(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), WORDS(6), WORDS(7), a[8], a[9], a[10],
                  a[11], real(a[12]), real(a[13]), real(a[14]));
        from += 16;
        break;
      case 58:
        CHECK(sum_squares);
        sum_squares(REALS(0), REALS(1), a[2], a[3]);
        from += 5;
        break;
      case 59:
        CHECK(clip_to_norm);
        clip_to_norm(REALS(0), REALS(1), a[2], real(a[3]));
        from += 5;
        break;
      case 60:
        CHECK(clip_to_value);
        clip_to_value(REALS(0), a[1], real(a[2]));
        from += 4;
        break;
      case 61:
        CHECK(regularize);
        regularize(REALS(0), REALS(1), REALS(2), a[3], real(a[4]), real(a[5]));
        from += 7;
        break;
      case 62:
        CHECK(sum_squares_of_rows);
        sum_squares_of_rows(REALS(0), REALS(1), WORDS(2), a[3], a[4], a[5]);
        from += 7;
        break;
      case 63:
        CHECK(clip_rows);
        clip_rows(REALS(0), REALS(1), WORDS(2), a[3], a[4], real(a[5]));
        from += 7;
        break;
      case 64:
        CHECK(linear_squares);
        linear_squares(REALS(0), REALS(1), WORDS(2), WORDS(3), a[4], a[5], a[6], a[7]);
        from += 9;
        break;
      case 65:
        CHECK(linear_epoch);
        linear_epoch(REALS(0), REALS(1), REALS(2), REALS(3), WORDS(4), WORDS(5), WORDS(6), a[7], a[8], a[9], a[10],
                     real(a[11]));
        from += 13;
        break;
      case 66:
        CHECK(variant_forward);
        variant_forward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                        REALS(9), REALS(10), REALS(11), a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19], a[20],
                        a[21], a[22], a[23]);
        from += 25;
        break;
      case 67:
        CHECK(variant_backward);
        variant_backward(REALS(0), REALS(1), REALS(2), REALS(3), REALS(4), REALS(5), REALS(6), REALS(7), REALS(8),
                         REALS(9), REALS(10), REALS(11), REALS(12), REALS(13), REALS(14), REALS(15), REALS(16),
                         REALS(17), REALS(18), REALS(19), a[20], a[21], a[22], a[23], a[24], a[25], a[26], a[27],
                         a[28], a[29], a[30], a[31]);
        from += 33;
        break;
#endif
      default:
        __builtin_trap();
    }
  }
}
