/*
 * A host for the addon that is not Node: the part of Node-API that native/addon.c calls, no more, so that a C library for
 * which there is no Node at hand (musl) can be tried. Runs one program on three threads.
 *
 *   host ADDON < uint32 bytes of memory, uint32 words of the program, the program, the memory > the memory afterwards
 */
#define NAPI_VERSION 8
#define _GNU_SOURCE
#include <dlfcn.h>
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value: a number, or memory. napi_value points to one. */
typedef struct {
  double number;
  void *data;
  size_t length;
} value;
struct napi_callback_info__ {
  size_t count;
  napi_value *values;
};

static void *instance;
static napi_property_descriptor offered[32];
static size_t offers;

static value *of(napi_value v) { return (value *)(void *)v; }
static napi_value made(double number, void *data, size_t length) {
  value *v = malloc(sizeof *v);
  if (!v) abort();
  *v = (value){number, data, length};
  return (napi_value)(void *)v;
}

#define GIVES(...) { (void)env; __VA_ARGS__; return napi_ok; }
napi_status napi_create_uint32(napi_env env, uint32_t x, napi_value *out) GIVES(*out = made(x, NULL, 0))
napi_status napi_create_int32(napi_env env, int32_t x, napi_value *out) GIVES(*out = made(x, NULL, 0))
napi_status napi_get_null(napi_env env, napi_value *out) GIVES(*out = made(0, NULL, 0))
napi_status napi_create_array_with_length(napi_env env, size_t n, napi_value *out) GIVES(*out = made((double)n, NULL, n))
napi_status napi_set_element(napi_env env, napi_value array, uint32_t i, napi_value x) GIVES((void)array, (void)i, (void)x)
napi_status napi_create_string_utf8(napi_env env, const char *text, size_t n, napi_value *out)
    GIVES((void)n, fprintf(stderr, "%s ", text), *out = made(0, NULL, 0))
napi_status napi_create_external_arraybuffer(napi_env env, void *data, size_t bytes, napi_finalize end, void *hint, napi_value *out)
    GIVES((void)end, (void)hint, *out = made(0, data, bytes))
napi_status napi_detach_arraybuffer(napi_env env, napi_value buffer) GIVES(of(buffer)->length = 0)
napi_status napi_get_arraybuffer_info(napi_env env, napi_value buffer, void **data, size_t *bytes)
    GIVES(*data = of(buffer)->data, *bytes = of(buffer)->length)
napi_status napi_get_typedarray_info(napi_env env, napi_value array, napi_typedarray_type *type, size_t *length, void **data,
                                     napi_value *buffer, size_t *offset)
    GIVES((void)buffer, (void)offset, *type = napi_int32_array, *length = of(array)->length, *data = of(array)->data)
napi_status napi_get_value_int32(napi_env env, napi_value v, int32_t *out) GIVES(*out = (int32_t)of(v)->number)
napi_status napi_get_value_int64(napi_env env, napi_value v, int64_t *out) GIVES(*out = (int64_t)of(v)->number)
napi_status napi_set_instance_data(napi_env env, void *data, napi_finalize end, void *hint)
    GIVES((void)end, (void)hint, instance = data)
napi_status napi_get_instance_data(napi_env env, void **data) GIVES(*data = instance)
napi_status napi_define_properties(napi_env env, napi_value object, size_t n, const napi_property_descriptor *given)
    GIVES((void)object, memcpy(offered, given, n * sizeof *given), offers = n)
napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *self, void **data)
    GIVES((void)self, (void)data, memcpy(argv, info->values, *argc * sizeof *argv), *argc = info->count)
napi_status napi_throw_error(napi_env env, const char *code, const char *message) {
  (void)env;
  (void)code;
  fprintf(stderr, "thrown: %s\n", message);
  exit(5);
}

static napi_value call(const char *name, size_t count, napi_value *values) {
  for (size_t i = 0; i < offers; i++) {
    struct napi_callback_info__ info = {count, values};
    if (!strcmp(offered[i].utf8name, name)) return offered[i].method(NULL, &info);
  }
  fprintf(stderr, "%s is not offered\n", name);
  exit(6);
}

static void take(void *into, size_t bytes) {
  if (fread(into, 1, bytes, stdin) != bytes) exit(3);
}

int main(int count, char **words) {
  void *addon = count == 2 ? dlopen(words[1], RTLD_NOW) : NULL;
  if (!addon) return fprintf(stderr, "%s\n", dlerror()), 4;
  napi_value (*start)(napi_env, napi_value);
  *(void **)&start = dlsym(addon, "napi_register_module_v1");
  start(NULL, NULL);
  uint32_t sizes[2];
  take(sizes, sizeof sizes);
  int32_t *program = malloc(4 * (size_t)sizes[1]);
  if (!program) return 3;
  take(program, 4 * (size_t)sizes[1]);
  napi_value memory = call("allocate", 1, (napi_value[]){made(sizes[0], NULL, 0)});
  take(of(memory)->data, sizes[0]);
  call("retain", 0, NULL);
  napi_value given[] = {memory, made(0, program, sizes[1]), made(3, NULL, 0), made(0, NULL, 0)};
  call("run", 4, given);
  fwrite(of(memory)->data, 1, sizes[0], stdout);
  fprintf(stderr, "%d threads, ", (int)of(call("poolSize", 0, NULL))->number);
  call("release", 0, NULL);
  fprintf(stderr, "then %d\n", (int)of(call("poolSize", 0, NULL))->number);
  call("free", 1, &memory);
  return of(memory)->length != 0;
}
