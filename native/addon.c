/*
 * The Node addon: memory and the running of encoded programs. No arithmetic here.
 *
 *   abi              number      hash of kernels.h, compared before anything runs
 *   variants         string[]    instruction sets compiled in and supported by this processor, best first; may be none
 *   allocate(bytes)  ArrayBuffer zeroed, aligned to a page
 *   free(buffer)                 detaches it and gives its memory back at once
 *   run(buffer, program, threads, variant)
 *   retain(), release()          count the users of the thread pool
 *   poolSize()       number      threads that now wait for work
 *   poolRefusal()    string      why the system started no more of them; null while it started all that were wanted
 *
 * A program is an Int32Array: the number of phases; for each phase the number of its tasks and, one more than that,
 * the indices where their calls begin; then the calls. See src/engines/encode.ts.
 */
#define NAPI_VERSION 8
#define _GNU_SOURCE
#include <node_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "checked.h"
#include "kernels.h"
#include "pool.h"
#include "system.h"

typedef void run_task_function(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory, uintptr_t bytes);

typedef struct {
  const char *name;
  run_task_function *run;
} variant;

#if defined(__x86_64__)
run_task_function run_task_avx512, run_task_avx2;
#endif
run_task_function run_task_plain;

#define MOST_VARIANTS 3

/* The builds that this processor can run, best first; returns how many. */
static int supported_variants(variant *out) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512) out[count++] = (variant){"avx512", run_task_avx512};
  if (avx2) out[count++] = (variant){"avx2", run_task_avx2};
#endif
#if defined(__aarch64__)
  out[count++] = (variant){"neon", run_task_plain};
#elif !defined(__x86_64__) || !defined(PORTABLE)
  out[count++] = (variant){"plain", run_task_plain};
#endif
  return count;
}

#ifdef KERNELS_CHECKED
/* On whichever thread it happens: a debug build ends the process. */
_Noreturn void kernels_fault(const char *kernel, const char *argument, const char *what) {
  fprintf(stderr, "%s %s %s\n", kernel, argument, what);
  abort();
}
#endif

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* ---- memory ---- */

static void unmap(napi_env env, void *data, void *hint) {
  (void)env;
  sys_unmap(data, (size_t)(uintptr_t)hint);
}

static napi_value allocate(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], buffer;
  int64_t bytes;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc < 1 ||
      napi_get_value_int64(env, argv[0], &bytes) != napi_ok || bytes <= 0) {
    return fail(env, "allocate needs a positive number of bytes");
  }
  void *data = sys_map((size_t)bytes);
  if (!data) return fail(env, "out of memory");
  napi_status status = napi_create_external_arraybuffer(env, data, (size_t)bytes, unmap, (void *)(uintptr_t)bytes, &buffer);
  if (status == napi_ok) return buffer;
  sys_unmap(data, (size_t)bytes);
  return fail(env, "this runtime does not allow memory from outside");
}

/* Detached memory is out of reach for good, but is only unmapped when the collector comes by: its pages go now. */
static napi_value free_memory(napi_env env, napi_callback_info info) {
  size_t argc = 1, bytes;
  napi_value argv[1];
  void *data;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc < 1 ||
      napi_get_arraybuffer_info(env, argv[0], &data, &bytes) != napi_ok) {
    return fail(env, "free needs an ArrayBuffer from allocate");
  }
  if (bytes == 0) return NULL;
  sys_discard(data, bytes);
  if (napi_detach_arraybuffer(env, argv[0]) != napi_ok) return fail(env, "this memory cannot be detached");
  return NULL;
}

/* ---- running ---- */

typedef struct {
  const int32_t *program;
  const int32_t *starts;
  uintptr_t memory, bytes;
  run_task_function *run;
} phase;

static void run_task(const void *context, int32_t task) {
  const phase *p = context;
  p->run(p->program, p->starts, task, p->memory, p->bytes);
}

static void run_program(const int32_t *program, uintptr_t memory, uintptr_t bytes, int32_t threads, run_task_function *run) {
  const int32_t *at = program + 1;
  for (int32_t remaining = program[0]; remaining > 0; remaining--) {
    int32_t tasks = *at;
    phase p = {program, at + 1, memory, bytes, run};
    pool_run(threads, tasks, run_task, &p);
    at += tasks + 2;
  }
}

static napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 4, bytes, words;
  napi_value argv[4];
  napi_typedarray_type type;
  void *memory, *program;
  int32_t threads, chosen;
  variant variants[MOST_VARIANTS];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc < 4 ||
      napi_get_arraybuffer_info(env, argv[0], &memory, &bytes) != napi_ok ||
      napi_get_typedarray_info(env, argv[1], &type, &words, &program, NULL, NULL) != napi_ok ||
      type != napi_int32_array || words == 0 || napi_get_value_int32(env, argv[2], &threads) != napi_ok ||
      napi_get_value_int32(env, argv[3], &chosen) != napi_ok) {
    return fail(env, "run needs a memory, a program, a number of threads and a variant");
  }
  int count = supported_variants(variants);
  if (chosen < 0 || chosen >= count) return fail(env, "this processor cannot run that variant");
  run_program(program, (uintptr_t)memory, bytes, threads, variants[chosen].run);
  return NULL;
}

/* ---- the pool's users: an environment (a Node worker, say) that ends without releasing is released for ---- */

static void release_all(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  int32_t *users = data;
  while ((*users)-- > 0) pool_release();
  free(users);
}

static napi_value retain(napi_env env, napi_callback_info info) {
  (void)info;
  int32_t *users;
  if (napi_get_instance_data(env, (void **)&users) != napi_ok) return fail(env, "the addon is not loaded here");
  ++*users;
  pool_retain();
  return NULL;
}

static napi_value release(napi_env env, napi_callback_info info) {
  (void)info;
  int32_t *users;
  if (napi_get_instance_data(env, (void **)&users) != napi_ok || *users == 0) return fail(env, "released too often");
  --*users;
  pool_release();
  return NULL;
}

static napi_value get_pool_size(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value size;
  return napi_create_int32(env, pool_size(), &size) == napi_ok ? size : NULL;
}

static napi_value get_pool_refusal(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value reason;
  char text[256];
  int refusal = pool_refusal();
  if (refusal) sys_error(refusal, text, sizeof text);
  napi_status made = refusal ? napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &reason)
                             : napi_get_null(env, &reason);
  return made == napi_ok ? reason : NULL;
}

/* ---- module ---- */

static napi_value variant_names(napi_env env) {
  variant variants[MOST_VARIANTS];
  int count = supported_variants(variants);
  napi_value names, name;
  napi_create_array_with_length(env, (size_t)count, &names);
  for (int i = 0; i < count; i++) {
    napi_create_string_utf8(env, variants[i].name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, (uint32_t)i, name);
  }
  return names;
}

NAPI_MODULE_INIT() {
  napi_value abi;
  int32_t *users = calloc(1, sizeof *users);
  if (!users || napi_set_instance_data(env, users, release_all, NULL) != napi_ok) {
    free(users);
    return fail(env, "out of memory");
  }
  napi_create_uint32(env, KERNELS_ABI, &abi);
  const napi_property_descriptor properties[] = {
      {"abi", NULL, NULL, NULL, NULL, abi, napi_enumerable, NULL},
      {"variants", NULL, NULL, NULL, NULL, variant_names(env), napi_enumerable, NULL},
      {"allocate", NULL, allocate, NULL, NULL, NULL, napi_enumerable, NULL},
      {"free", NULL, free_memory, NULL, NULL, NULL, napi_enumerable, NULL},
      {"run", NULL, run, NULL, NULL, NULL, napi_enumerable, NULL},
      {"retain", NULL, retain, NULL, NULL, NULL, napi_enumerable, NULL},
      {"release", NULL, release, NULL, NULL, NULL, napi_enumerable, NULL},
      {"poolSize", NULL, get_pool_size, NULL, NULL, NULL, napi_enumerable, NULL},
      {"poolRefusal", NULL, get_pool_refusal, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties);
  return exports;
}
