/** Sharing the thread: signals, timers, clicks and pictures have their turn while something long runs. */

/** How long the thread may be held before others have a turn: less than a frame of a page, so that none is felt. */
const TURN_MS = 12;

/** When the turn of all that is long began: it is the thread that is shared, by however many share it. */
let began = Number.NEGATIVE_INFINITY;

/** Whether it is time that others have their turn. */
export const isTurnOver = (): boolean => performance.now() - began >= TURN_MS;

/** Lets others have their turn. */
export async function nextTurn(): Promise<void> {
  await new Promise(later);
  began = performance.now();
}

/**
 * Calls back in a task of its own, behind those that wait. Not by setTimeout, which browsers hold back by 4 ms where it is
 * nested, and by a second in a page that is not seen; nor by scheduler.yield, whose tasks come before timers and messages, so
 * that these would wait till all is done.
 */
function later(resolve: (value?: unknown) => void): void {
  if (typeof setImmediate === "function") setImmediate(resolve);
  else if (typeof MessageChannel === "function") {
    // A channel for each turn, closed at its end: where there are Node's, an open one would keep the process alive.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  } else setTimeout(resolve, 0);
}
