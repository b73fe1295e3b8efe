/*
 * One job at a time. `generation` is odd while a job is open. A worker that sees a new odd generation announces itself
 * in `active`, looks again, and then draws task numbers from `next`. The caller draws too; when the numbers run out it
 * makes the generation even and waits for `active` to fall to 0, after which no worker can be inside the job.
 */
#define _GNU_SOURCE
#include "pool.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "system.h"

#define MOST_WORKERS 255
/* Long enough to bridge the phases of a step and the gap between steps, short enough not to be noticed when idle. */
#define SPIN_NANOSECONDS 40000

static struct {
  sys_mutex mutex; /* guards users, started and refusal, and is held around sleeping and waking */
  sys_condition wake;
  sys_condition done;
  sys_thread workers[MOST_WORKERS];
  int32_t started;
  int refusal; /* the error with which the system refused a thread; then no more are asked for. 0: none */
  int32_t users;
  atomic_bool stopping;
  atomic_flag busy; /* held by the caller whose job runs */
  atomic_uint generation;
  atomic_int active;
  atomic_int sleeping;
  atomic_bool caller_waits;
  /* The job: written before the generation turns odd. */
  atomic_int next;
  atomic_int places; /* helpers still wanted */
  int32_t count;
  pool_task task;
  const void *context;
} pool = {.mutex = SYS_MUTEX,
          .wake = SYS_CONDITION,
          .done = SYS_CONDITION,
          .busy = ATOMIC_FLAG_INIT};

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Spins until `ready` or the spinning time is over; whether it became ready. */
static bool spin(bool (*ready)(unsigned), unsigned seen) {
  int64_t until = sys_nanoseconds() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < 64; i++) {
      if (ready(seen)) return true;
      pause_briefly();
    }
  } while (sys_nanoseconds() < until);
  return ready(seen);
}

static bool new_job(unsigned seen) {
  unsigned generation = atomic_load(&pool.generation);
  return ((generation & 1) && generation != seen) || atomic_load(&pool.stopping);
}

static bool nobody_active(unsigned unused) {
  (void)unused;
  return atomic_load(&pool.active) == 0;
}

static void draw_tasks(void) {
  for (;;) {
    int32_t task = atomic_fetch_add(&pool.next, 1);
    if (task >= pool.count) return;
    pool.task(pool.context, task);
  }
}

static void sleep_until_new_job(unsigned seen) {
  sys_lock(&pool.mutex);
  atomic_fetch_add(&pool.sleeping, 1);
  while (!new_job(seen)) sys_wait(&pool.wake, &pool.mutex);
  atomic_fetch_sub(&pool.sleeping, 1);
  sys_unlock(&pool.mutex);
}

static SYS_WORK(work) {
  (void)unused;
  unsigned seen = 0;
  for (;;) {
    if (!spin(new_job, seen)) sleep_until_new_job(seen);
    if (atomic_load(&pool.stopping)) return SYS_DONE;
    unsigned generation = atomic_load(&pool.generation);
    atomic_fetch_add(&pool.active, 1);
    bool open = (generation & 1) && atomic_load(&pool.generation) == generation;
    if (open && atomic_fetch_sub(&pool.places, 1) > 0) draw_tasks();
    if (atomic_fetch_sub(&pool.active, 1) == 1 && atomic_load(&pool.caller_waits)) {
      sys_lock(&pool.mutex);
      sys_signal(&pool.done);
      sys_unlock(&pool.mutex);
    }
    seen = generation;
  }
}

static void start_workers(int32_t wanted) {
  if (wanted > MOST_WORKERS) wanted = MOST_WORKERS;
  if (pool.started >= wanted || pool.refusal) return;
  sys_lock(&pool.mutex);
  while (pool.started < wanted && !pool.refusal) {
    pool.refusal = sys_start(&pool.workers[pool.started], work);
    if (!pool.refusal) pool.started++;
  }
  sys_unlock(&pool.mutex);
}

static void open_job(int32_t helpers, int32_t count, pool_task task, const void *context) {
  pool.count = count;
  pool.task = task;
  pool.context = context;
  atomic_store(&pool.next, 0);
  atomic_store(&pool.places, helpers);
  atomic_fetch_add(&pool.generation, 1);
  if (atomic_load(&pool.sleeping) == 0) return;
  sys_lock(&pool.mutex);
  for (int32_t i = 0; i < helpers; i++) sys_signal(&pool.wake);
  sys_unlock(&pool.mutex);
}

static void close_job(void) {
  atomic_fetch_add(&pool.generation, 1);
  if (spin(nobody_active, 0)) return;
  sys_lock(&pool.mutex);
  atomic_store(&pool.caller_waits, true);
  while (!nobody_active(0)) sys_wait(&pool.done, &pool.mutex);
  atomic_store(&pool.caller_waits, false);
  sys_unlock(&pool.mutex);
}

void pool_run(int32_t threads, int32_t count, pool_task task, const void *context) {
  int32_t helpers = (threads < count ? threads : count) - 1;
  if (helpers < 1 || atomic_flag_test_and_set(&pool.busy)) {
    for (int32_t i = 0; i < count; i++) task(context, i);
    return;
  }
  start_workers(helpers);
  open_job(helpers, count, task, context);
  draw_tasks();
  close_job();
  atomic_flag_clear(&pool.busy);
}

void pool_retain(void) {
  sys_lock(&pool.mutex);
  pool.users++;
  sys_unlock(&pool.mutex);
}

/* Holding `busy`. */
static void end_workers(void) {
  sys_lock(&pool.mutex);
  int32_t count = pool.started;
  pool.started = 0;
  pool.refusal = 0;
  atomic_store(&pool.stopping, true);
  sys_broadcast(&pool.wake);
  sys_unlock(&pool.mutex);
  for (int32_t i = 0; i < count; i++) sys_join(pool.workers[i]);
  atomic_store(&pool.stopping, false);
}

void pool_release(void) {
  sys_lock(&pool.mutex);
  bool last = --pool.users == 0;
  sys_unlock(&pool.mutex);
  if (!last) return;
  while (atomic_flag_test_and_set(&pool.busy)) sys_yield();
  end_workers();
  atomic_flag_clear(&pool.busy);
}

int32_t pool_size(void) {
  sys_lock(&pool.mutex);
  int32_t size = pool.started;
  sys_unlock(&pool.mutex);
  return size;
}

int pool_refusal(void) {
  sys_lock(&pool.mutex);
  int refusal = pool.refusal;
  sys_unlock(&pool.mutex);
  return refusal;
}
