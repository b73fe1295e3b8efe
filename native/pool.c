/*
 * One job at a time. `generation` is odd while a job is open. A worker that sees a new odd generation announces itself
 * in `active`, looks again, and then draws task numbers from `next`. The caller draws too; when the numbers run out it
 * makes the generation even and waits for `active` to fall to 0, after which no worker can be inside the job.
 */
#define _GNU_SOURCE
#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#define MOST_WORKERS 255
/* Long enough to bridge the phases of a step and the gap between steps, short enough not to be noticed when idle. */
#define SPIN_NANOSECONDS 40000

static struct {
  pthread_mutex_t mutex; /* guards users, started and refusal, and is held around sleeping and waking */
  pthread_cond_t wake;
  pthread_cond_t done;
  pthread_t workers[MOST_WORKERS];
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
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER,
          .busy = ATOMIC_FLAG_INIT};

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Spins until `ready` or the spinning time is over; whether it became ready. */
static bool spin(bool (*ready)(unsigned), unsigned seen) {
  int64_t until = nanoseconds() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < 64; i++) {
      if (ready(seen)) return true;
      pause_briefly();
    }
  } while (nanoseconds() < until);
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
  pthread_mutex_lock(&pool.mutex);
  atomic_fetch_add(&pool.sleeping, 1);
  while (!new_job(seen)) pthread_cond_wait(&pool.wake, &pool.mutex);
  atomic_fetch_sub(&pool.sleeping, 1);
  pthread_mutex_unlock(&pool.mutex);
}

static void *work(void *unused) {
  (void)unused;
  unsigned seen = 0;
  for (;;) {
    if (!spin(new_job, seen)) sleep_until_new_job(seen);
    if (atomic_load(&pool.stopping)) return NULL;
    unsigned generation = atomic_load(&pool.generation);
    atomic_fetch_add(&pool.active, 1);
    bool open = (generation & 1) && atomic_load(&pool.generation) == generation;
    if (open && atomic_fetch_sub(&pool.places, 1) > 0) draw_tasks();
    if (atomic_fetch_sub(&pool.active, 1) == 1 && atomic_load(&pool.caller_waits)) {
      pthread_mutex_lock(&pool.mutex);
      pthread_cond_signal(&pool.done);
      pthread_mutex_unlock(&pool.mutex);
    }
    seen = generation;
  }
}

/* Signals belong to the program's own threads. */
static void start_workers(int32_t wanted) {
  if (wanted > MOST_WORKERS) wanted = MOST_WORKERS;
  if (pool.started >= wanted || pool.refusal) return;
  sigset_t all, before;
  sigfillset(&all);
  pthread_mutex_lock(&pool.mutex);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool.started < wanted && !pool.refusal) {
    pool.refusal = pthread_create(&pool.workers[pool.started], NULL, work, NULL);
    if (!pool.refusal) pool.started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_mutex_unlock(&pool.mutex);
}

static void open_job(int32_t helpers, int32_t count, pool_task task, const void *context) {
  pool.count = count;
  pool.task = task;
  pool.context = context;
  atomic_store(&pool.next, 0);
  atomic_store(&pool.places, helpers);
  atomic_fetch_add(&pool.generation, 1);
  if (atomic_load(&pool.sleeping) == 0) return;
  pthread_mutex_lock(&pool.mutex);
  for (int32_t i = 0; i < helpers; i++) pthread_cond_signal(&pool.wake);
  pthread_mutex_unlock(&pool.mutex);
}

static void close_job(void) {
  atomic_fetch_add(&pool.generation, 1);
  if (spin(nobody_active, 0)) return;
  pthread_mutex_lock(&pool.mutex);
  atomic_store(&pool.caller_waits, true);
  while (!nobody_active(0)) pthread_cond_wait(&pool.done, &pool.mutex);
  atomic_store(&pool.caller_waits, false);
  pthread_mutex_unlock(&pool.mutex);
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
  pthread_mutex_lock(&pool.mutex);
  pool.users++;
  pthread_mutex_unlock(&pool.mutex);
}

/* Holding `busy`. */
static void end_workers(void) {
  pthread_mutex_lock(&pool.mutex);
  int32_t count = pool.started;
  pool.started = 0;
  pool.refusal = 0;
  atomic_store(&pool.stopping, true);
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.mutex);
  for (int32_t i = 0; i < count; i++) pthread_join(pool.workers[i], NULL);
  atomic_store(&pool.stopping, false);
}

void pool_release(void) {
  pthread_mutex_lock(&pool.mutex);
  bool last = --pool.users == 0;
  pthread_mutex_unlock(&pool.mutex);
  if (!last) return;
  while (atomic_flag_test_and_set(&pool.busy)) sched_yield();
  end_workers();
  atomic_flag_clear(&pool.busy);
}

int32_t pool_size(void) {
  pthread_mutex_lock(&pool.mutex);
  int32_t size = pool.started;
  pthread_mutex_unlock(&pool.mutex);
  return size;
}

int pool_refusal(void) {
  pthread_mutex_lock(&pool.mutex);
  int refusal = pool.refusal;
  pthread_mutex_unlock(&pool.mutex);
  return refusal;
}
