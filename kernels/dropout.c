/*
 * Dropout masks from Philox4x32-10 (Salmon et al. 2011; src/kernels/philox.ts): a word is a function of (seed, purpose,
 * step, row, index), so any part of a mask can be drawn anywhere with the same bits.
 */
#include "kernels.h"
#include "rows.h"

#define MULTIPLIER_0 0xd2511f53u
#define MULTIPLIER_1 0xcd9e8d57u
#define WEYL_0 0x9e3779b9u
#define WEYL_1 0xbb67ae85u

/* Blocks drawn side by side; a block has four words. */
#define BLOCKS 16
#define WORDS (4 * BLOCKS)

typedef struct {
  uint32_t row;
  uint32_t step;
  uint32_t purpose;
  uint32_t key[2];
} philox_stream;

/* words[4·i + w] = word w of block first + i. The loops over i are for the compiler to turn into vectors. */
static void philox_blocks(uint32_t words[WORDS], uint32_t first, philox_stream s) {
  uint32_t c0[BLOCKS], c1[BLOCKS], c2[BLOCKS], c3[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    c0[i] = first + (uint32_t)i;
    c1[i] = s.row;
    c2[i] = s.step;
    c3[i] = s.purpose;
  }
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < BLOCKS; i++) {
      uint64_t product0 = (uint64_t)MULTIPLIER_0 * c0[i];
      uint64_t product1 = (uint64_t)MULTIPLIER_1 * c2[i];
      c0[i] = (uint32_t)(product1 >> 32) ^ c1[i] ^ s.key[0];
      c1[i] = (uint32_t)product1;
      c2[i] = (uint32_t)(product0 >> 32) ^ c3[i] ^ s.key[1];
      c3[i] = (uint32_t)product0;
    }
    s.key[0] += WEYL_0;
    s.key[1] += WEYL_1;
  }
  for (int i = 0; i < BLOCKS; i++) {
    words[4 * i] = c0[i];
    words[4 * i + 1] = c1[i];
    words[4 * i + 2] = c2[i];
    words[4 * i + 3] = c3[i];
  }
}

void dropout_mask(float *mask, const uint32_t *counters, int32_t G, int32_t B, int32_t F, int32_t purpose,
                  int32_t firstRow, uint32_t threshold, float scale) {
  uint32_t words[WORDS];
  for (int32_t b = 0; b < B; b++) {
    philox_stream stream = {(uint32_t)(firstRow + b), counters[2], (uint32_t)purpose, {counters[0], counters[1]}};
    int32_t g = 0, f = 0;
    /* A row's indices g·F + f run through all groups. */
    for (int32_t index = 0; index < G * F; index += WORDS) {
      philox_blocks(words, (uint32_t)index / 4, stream);
      for (int32_t w = 0; w < WORDS && index + w < G * F;) {
        int32_t run = F - f < WORDS - w ? F - f : WORDS - w;
        float *out = mask + (g * B + b) * F + f;
        for (int32_t i = 0; i < run; i++) out[i] = words[w + i] >= threshold ? scale : 0.0f;
        w += run;
        f += run;
        if (f == F) f = 0, g++;
      }
    }
  }
}

void multiply_mask(float *out, const float *x, const float *mask, int32_t G, int32_t N, int32_t maskGroups) {
  for (int32_t g = 0; g < G; g++, out += N, x += N) {
    const float *row = maskGroups == 1 ? mask : mask + g * N;
    for (int32_t i = 0; i < N; i += LANES) {
      vf_store_to(out + i, vf_mul(vf_load_to(x + i, N - i), vf_load_to(row + i, N - i)), N - i);
    }
  }
}
