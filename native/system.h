/* What the addon asks of the system: memory by the page, threads that sleep and wake, a clock. POSIX's, or Windows's. */
#ifndef CELLSTATE_SYSTEM_H
#define CELLSTATE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SYSTEM static inline __attribute__((unused))

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef SRWLOCK sys_mutex;
typedef CONDITION_VARIABLE sys_condition;
typedef HANDLE sys_thread;
#define SYS_MUTEX SRWLOCK_INIT
#define SYS_CONDITION CONDITION_VARIABLE_INIT
/* What a thread runs: `SYS_WORK(name) { …; return SYS_DONE; }`. */
#define SYS_WORK(name) DWORD WINAPI name(LPVOID unused)
#define SYS_DONE 0

SYSTEM void sys_lock(sys_mutex *m) { AcquireSRWLockExclusive(m); }
SYSTEM void sys_unlock(sys_mutex *m) { ReleaseSRWLockExclusive(m); }
SYSTEM void sys_wait(sys_condition *c, sys_mutex *m) { SleepConditionVariableSRW(c, m, INFINITE, 0); }
SYSTEM void sys_signal(sys_condition *c) { WakeConditionVariable(c); }
SYSTEM void sys_broadcast(sys_condition *c) { WakeAllConditionVariable(c); }
SYSTEM void sys_yield(void) { SwitchToThread(); }

/* 0, or the system's number for why there is no thread. */
SYSTEM int sys_start(sys_thread *thread, LPTHREAD_START_ROUTINE work) {
  *thread = CreateThread(NULL, 0, work, NULL, 0, NULL);
  return *thread ? 0 : (int)GetLastError();
}
SYSTEM void sys_join(sys_thread thread) {
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

SYSTEM int64_t sys_nanoseconds(void) {
  LARGE_INTEGER now, second;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&second);
  return (int64_t)((double)now.QuadPart * 1e9 / (double)second.QuadPart);
}

/* What one of the system's error numbers means. */
SYSTEM void sys_error(int error, char *out, size_t size) {
  DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
  DWORD length = FormatMessageA(flags, NULL, (DWORD)error, 0, out, (DWORD)size, NULL);
  while (length > 0 && (out[length - 1] == '\n' || out[length - 1] == '\r')) out[--length] = 0;
  if (length == 0) snprintf(out, size, "error %d", error);
}

/* Zeroed pages; NULL where there are none. */
SYSTEM void *sys_map(size_t bytes) { return VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }
/* Gives the memory of pages back whose addresses are still held. */
SYSTEM void sys_discard(void *pages, size_t bytes) { VirtualFree(pages, bytes, MEM_DECOMMIT); }
SYSTEM void sys_unmap(void *pages, size_t bytes) {
  (void)bytes;
  VirtualFree(pages, 0, MEM_RELEASE);
}

#else
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#if defined(PORTABLE) && defined(__GLIBC__)
/* glibc gave these a new version when it moved them (2.32, 2.34); under the old one they are in every glibc. */
#ifdef __x86_64__
#define OLDEST "GLIBC_2.2.5"
#else
#define OLDEST "GLIBC_2.17"
#endif
__asm__(".symver pthread_create,pthread_create@" OLDEST);
__asm__(".symver pthread_join,pthread_join@" OLDEST);
__asm__(".symver pthread_sigmask,pthread_sigmask@" OLDEST);
#endif

typedef pthread_mutex_t sys_mutex;
typedef pthread_cond_t sys_condition;
typedef pthread_t sys_thread;
#define SYS_MUTEX PTHREAD_MUTEX_INITIALIZER
#define SYS_CONDITION PTHREAD_COND_INITIALIZER
#define SYS_WORK(name) void *name(void *unused)
#define SYS_DONE NULL

SYSTEM void sys_lock(sys_mutex *m) { pthread_mutex_lock(m); }
SYSTEM void sys_unlock(sys_mutex *m) { pthread_mutex_unlock(m); }
SYSTEM void sys_wait(sys_condition *c, sys_mutex *m) { pthread_cond_wait(c, m); }
SYSTEM void sys_signal(sys_condition *c) { pthread_cond_signal(c); }
SYSTEM void sys_broadcast(sys_condition *c) { pthread_cond_broadcast(c); }
SYSTEM void sys_yield(void) { sched_yield(); }

/* Signals belong to the program's own threads. */
SYSTEM int sys_start(sys_thread *thread, void *(*work)(void *)) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int refusal = pthread_create(thread, NULL, work, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return refusal;
}
SYSTEM void sys_join(sys_thread thread) { pthread_join(thread, NULL); }

SYSTEM int64_t sys_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

SYSTEM void sys_error(int error, char *out, size_t size) { snprintf(out, size, "%s", strerror(error)); }

SYSTEM void *sys_map(size_t bytes) {
  void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? NULL : pages;
}
SYSTEM void sys_discard(void *pages, size_t bytes) { madvise(pages, bytes, MADV_DONTNEED); }
SYSTEM void sys_unmap(void *pages, size_t bytes) { munmap(pages, bytes); }
#endif

#endif
