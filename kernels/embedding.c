/* Embedding: rows of a table at token ids. Ids come from outside, so each is checked before it is an address. */
#include "kernels.h"
#include "rows.h"

/* Where the row of `id` begins in a table [V][F], or −1 for an id that the table does not have. */
static int32_t row_of(float id, int32_t V, int32_t F) {
  return id >= 0.0f && id < (float)V ? (int32_t)id * F : -1;
}

void embedding_forward(float *out, const float *ids, const float *table, int32_t B, int32_t T, int32_t F, int32_t V) {
  for (int32_t t = 0; t < T; t++) {
    for (int32_t b = 0; b < B; b++, out += F) {
      int32_t row = row_of(ids[b * T + t], V, F);
      if (row >= 0) copy_row(out, table + row, F);
      else fill(out, F, 0.0f);
    }
  }
}

void embedding_backward(float *dTable, const float *ids, const float *dOut, int32_t B, int32_t T, int32_t F,
                        int32_t V) {
  for (int32_t t = 0; t < T; t++) {
    for (int32_t b = 0; b < B; b++, dOut += F) {
      int32_t row = row_of(ids[b * T + t], V, F);
      if (row >= 0) add_row(dTable + row, dOut, F);
    }
  }
}

void embedding_rows_backward(float *dRows, const float *dOut, const uint32_t *count, const uint32_t *starts,
                             const uint32_t *places, int32_t N, int32_t P, int32_t F, int32_t part, int32_t parts) {
  int32_t to = share_of(count[0], part + 1, parts);
  for (int32_t k = share_of(count[0], part, parts); k < to; k++) {
    for (int32_t i = 0; i < F; i += LANES) {
      int32_t n = F - i;
      /* Sums of shards that wait for those of neighbours, as in sum_shards. */
      vf waiting[16], shard = vf_zero();
      int32_t top = 0;
      for (uint32_t place = starts[k]; place < starts[k + 1]; place++) {
        int32_t opens = places[place] & 15;
        if (opens && place > starts[k]) {
          for (; opens > 1; opens--) shard = vf_add(waiting[--top], shard);
          waiting[top++] = shard;
          shard = vf_zero();
        }
        shard = vf_add(shard, vf_load_to(dOut + (places[place] >> 4) + i, n));
      }
      while (top > 0) shard = vf_add(waiting[--top], shard);
      vf_store_to(dRows + k * F + i, shard, n);
    }
  }
}

void mask_from_ids(float *mask, const float *ids, int32_t B, int32_t T) {
  for (int32_t t = 0; t < T; t++) {
    for (int32_t b = 0; b < B; b++) mask[t * B + b] = ids[b * T + t] != 0.0f ? 1.0f : 0.0f;
  }
}
