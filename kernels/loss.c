/*
 * Losses and their gradients: rowLoss = weight · loss, dOut = ∂(scale · Σ rowLoss)/∂out. Formulas, clipping and
 * smoothing are Keras 3's (src/kernels/loss.ts).
 */
#include "kernels.h"
#include "softmax.h"

/* Keras's epsilon: probabilities are clipped to [1e-7, 1 − 1e-7]. */
#define LOWEST 1e-7f
#define HIGHEST (1.0f - 1e-7f)

/* Out of line, for the size of the WebAssembly binary: losses are few. */
NOINLINE vf log_of(vf x) { return vf_log(x); }
NOINLINE vf exp_of(vf x) { return vf_exp(x); }

INLINE vf clip_probability(vf p) { return vf_clip(p, LOWEST, HIGHEST); }

/* x where the probability was not clipped, else 0: clipping stops the gradient */
INLINE vf where_inside(vf p, vf x) {
  vf below = vf_select(vf_lt(p, vf_set(HIGHEST)), x, vf_zero());
  return vf_select(vf_lt(vf_set(LOWEST), p), below, vf_zero());
}

INLINE float weight_of(const float *weight, int32_t b) { return weight ? weight[b] : 1.0f; }

typedef struct {
  vf loss;
  vf slope;
} loss_term;

/* From a logit z: max(z, 0) − z·t + log(1 + e^−|z|), slope σ(z) − t */
INLINE loss_term binary_from_logit(vf z, vf t) {
  return (loss_term){vf_nmadd(z, t, vf_softplus(z)), vf_sub(vf_sigmoid(z), t)};
}

/* −[t log p + (1 − t) log(1 − p)], slope (p − t) / (p (1 − p)) */
INLINE loss_term binary_from_probability(vf out, vf t) {
  vf p = clip_probability(out), q = vf_sub(vf_set(1.0f), p);
  vf wrong = vf_mul(vf_sub(vf_set(1.0f), t), log_of(q));
  vf loss = vf_neg(vf_madd(t, log_of(p), wrong));
  return (loss_term){loss, where_inside(out, vf_div(vf_sub(p, t), vf_mul(p, q)))};
}

void binary_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                         int32_t B, int32_t F, int32_t fromLogits, float labelSmoothing, float scale) {
  for (int32_t b = 0; b < B; b++, out += F, target += F) {
    float w = weight_of(weight, b);
    vf factor = vf_set(scale * w / (float)F);
    row_sum sum = sum_start();
    EACH_PARTIAL(i, n, v, F) {
      vf t = vf_madd(vf_load_to(target + i, n), vf_set(1.0f - labelSmoothing), vf_set(0.5f * labelSmoothing));
      vf y = vf_load_to(out + i, n);
      loss_term term = fromLogits ? binary_from_logit(y, t) : binary_from_probability(y, t);
      sum.part[v] = vf_add(sum.part[v], first_lanes_of(term.loss, n));
      if (dOut) vf_store_to(dOut + i, vf_mul(factor, term.slope), n);
    }
    rowLoss[b] = w * sum_end(sum) / (float)F;
    if (dOut) dOut += F;
  }
}

/* Targets moved towards the uniform distribution. */
typedef struct {
  float keep;
  float spread;
} smoothing;

INLINE smoothing smoothing_of(float labelSmoothing, int32_t F) {
  return (smoothing){1.0f - labelSmoothing, labelSmoothing / (float)F};
}

INLINE vf smooth(const float *target, int32_t n, smoothing s) {
  return first_lanes_of(vf_madd(vf_load_to(target, n), vf_set(s.keep), vf_set(s.spread)), n);
}

/* −Σ t_j (z_j − log Σ exp z); slope Σt · softmax(z)_j − t_j */
static float categorical_from_logits(float *dOut, const float *z, const float *target, int32_t F, smoothing s,
                                     float factor) {
  log_sum norm = log_sum_exp(z, F);
  row_sum sum = sum_start(), mass = sum_start();
  EACH_PARTIAL(i, n, v, F) {
    vf t = smooth(target + i, n, s);
    sum.part[v] = vf_nmadd(t, log_softmax(vf_load_to(z + i, n), norm), sum.part[v]);
    mass.part[v] = vf_add(mass.part[v], t);
  }
  vf total = vf_set(sum_end(mass));
  for (int32_t i = 0; dOut && i < F; i += LANES) {
    int32_t n = F - i;
    vf p = exp_of(log_softmax(vf_load_to(z + i, n), norm));
    vf slope = vf_sub(vf_mul(total, p), smooth(target + i, n, s));
    vf_store_to(dOut + i, vf_mul(vf_set(factor), slope), n);
  }
  return sum_end(sum);
}

/* −Σ t_j log p_j, p = out / Σ out; slope Σ_inside t / Σ out − t_j / out_j, where clipped terms carry no gradient */
static float categorical_from_probabilities(float *dOut, const float *out, const float *target, int32_t F,
                                            smoothing s, float factor) {
  float total = row_total(out, F);
  row_sum sum = sum_start(), flow = sum_start();
  EACH_PARTIAL(i, n, v, F) {
    vf t = smooth(target + i, n, s);
    vf p = vf_div(vf_load_to(out + i, n), vf_set(total));
    sum.part[v] = vf_nmadd(t, log_of(clip_probability(p)), sum.part[v]);
    flow.part[v] = vf_add(flow.part[v], where_inside(p, t));
  }
  vf shared = vf_set(sum_end(flow) / total);
  for (int32_t i = 0; dOut && i < F; i += LANES) {
    int32_t n = F - i;
    vf y = vf_load_to(out + i, n);
    vf own = where_inside(vf_div(y, vf_set(total)), vf_div(smooth(target + i, n, s), y));
    vf_store_to(dOut + i, vf_mul(vf_set(factor), vf_sub(shared, own)), n);
  }
  return sum_end(sum);
}

void categorical_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target,
                              const float *weight, int32_t B, int32_t F, int32_t fromLogits, float labelSmoothing,
                              float scale) {
  smoothing s = smoothing_of(labelSmoothing, F);
  for (int32_t b = 0; b < B; b++, out += F, target += F) {
    float w = weight_of(weight, b);
    float loss = fromLogits ? categorical_from_logits(dOut, out, target, F, s, scale * w)
                            : categorical_from_probabilities(dOut, out, target, F, s, scale * w);
    rowLoss[b] = w * loss;
    if (dOut) dOut += F;
  }
}

/* log Σ exp z − z_t; slope softmax(z)_j − [j = t] */
static float sparse_from_logits(float *dOut, const float *z, int32_t t, int32_t F, float factor) {
  log_sum norm = log_sum_exp(z, F);
  for (int32_t i = 0; dOut && i < F; i += LANES) {
    vf p = exp_of(log_softmax(vf_load_to(z + i, F - i), norm));
    vf_store_to(dOut + i, vf_mul(vf_set(factor), p), F - i);
  }
  if (t < 0) return __builtin_nanf("");
  if (dOut) dOut[t] -= factor;
  return norm.rest + (norm.most - z[t]);
}

/* log Σ p − log p_t over clipped p; slope 1/Σp − [j = t]/p_j where p_j was not clipped */
static float sparse_from_probabilities(float *dOut, const float *out, int32_t t, int32_t F, float factor) {
  row_sum sum = sum_start();
  EACH_PARTIAL(i, n, v, F) {
    sum.part[v] = vf_add(sum.part[v], first_lanes_of(clip_probability(vf_load_to(out + i, n)), n));
  }
  float total = sum_end(sum);
  for (int32_t i = 0; dOut && i < F; i += LANES) {
    vf_store_to(dOut + i, where_inside(vf_load_to(out + i, F - i), vf_set(factor / total)), F - i);
  }
  if (t < 0) return __builtin_nanf("");
  vf p = clip_probability(vf_set(out[t]));
  if (dOut) dOut[t] = first_lane(where_inside(vf_set(out[t]), vf_set(factor * (1.0f / total - 1.0f / first_lane(p)))));
  return first_lane(log_of(vf_set(total))) - first_lane(log_of(p));
}

/* The class that a target names, or −1 where it names none. */
INLINE int32_t class_index(float target, int32_t F) {
  return target >= 0.0f && target < (float)F ? (int32_t)target : -1;
}

void sparse_categorical_crossentropy(float *rowLoss, float *dOut, const float *out, const float *target,
                                     const float *weight, int32_t B, int32_t F, int32_t fromLogits, float scale) {
  for (int32_t b = 0; b < B; b++, out += F) {
    float w = weight_of(weight, b);
    int32_t t = class_index(target[b], F);
    float loss = fromLogits ? sparse_from_logits(dOut, out, t, F, scale * w)
                            : sparse_from_probabilities(dOut, out, t, F, scale * w);
    rowLoss[b] = w * loss;
    if (dOut) dOut += F;
  }
}

/* mean (y − t)² */
void mean_squared_error(float *rowLoss, float *dOut, const float *out, const float *target, const float *weight,
                        int32_t B, int32_t F, float scale) {
  for (int32_t b = 0; b < B; b++, out += F, target += F) {
    float w = weight_of(weight, b);
    vf factor = vf_set(2.0f * scale * w / (float)F);
    row_sum sum = sum_start();
    EACH_PARTIAL(i, n, v, F) {
      vf error = vf_sub(vf_load_to(out + i, n), vf_load_to(target + i, n));
      sum.part[v] = vf_madd(error, error, sum.part[v]);
      if (dOut) vf_store_to(dOut + i, vf_mul(factor, error), n);
    }
    rowLoss[b] = w * sum_end(sum) / (float)F;
    if (dOut) dOut += F;
  }
}
