/* Threads that run the independent tasks of one phase; the caller takes part. One pool a process. */
#ifndef CELLSTATE_POOL_H
#define CELLSTATE_POOL_H

#include <stdint.h>

typedef void (*pool_task)(const void *context, int32_t task);

/* Runs tasks 0 … count−1 on up to `threads` threads, this one included, and returns when all are done.
   Starts threads as needed; where none can be had, or the pool is busy for another caller, this thread does it all. */
void pool_run(int32_t threads, int32_t count, pool_task task, const void *context);

/* Users of the pool are counted; when the last one leaves, its threads end. */
void pool_retain(void);
void pool_release(void);

/* How many threads wait for work. */
int32_t pool_size(void);

/* The error with which the system refused to start one more; 0 while it started all that were wanted. */
int pool_refusal(void);

#endif
