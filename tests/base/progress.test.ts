/** What everything long has in common: pieces and their order, turns of others, reports, and an end by the signal. */
import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import fc from "fast-check";
import { atOnce, type Pieces, sorted, spans } from "../../src/base/pieces.js";
import { checkLongOptions, Long, type Progress } from "../../src/base/progress.js";
import { InputError } from "../../src/index.js";

/** Runs with a clock that shows what it is set to. */
async function withClock<T>(run: (clock: { now: number }) => Promise<T>): Promise<T> {
  const clock = { now: 0 };
  const stub = mock.method(performance, "now", () => clock.now);
  try {
    return await run(clock);
  } finally {
    stub.mock.restore();
  }
}

/** Counts tasks that others have while something runs. */
async function tasksWhile(run: () => Promise<unknown>): Promise<number> {
  let [tasks, going] = [0, true];
  const next = () => {
    if (!going) return;
    tasks++;
    setImmediate(next);
  };
  setImmediate(next);
  await run();
  going = false;
  return tasks;
}

describe("turns", () => {
  test("others have theirs as often as the clock says, and no more often", async () => {
    await withClock(async (clock) => {
      function* working(pieces: number, ms: number): Pieces<void> {
        for (let k = 0; k < pieces; k++) {
          clock.now += ms;
          yield 1;
        }
      }
      const long = new Long({}, "work");
      clock.now += 1000;
      await long.did();
      const tasks = (pieces: number, ms: number) => tasksWhile(() => long.run(working(pieces, ms)));
      // 100 ms of work: a turn after 12 ms or the first piece beyond.
      const many = await tasks(100, 1);
      assert.ok(many >= 8 && many <= 10, `${many}`);
      const large = await tasks(10, 50);
      assert.ok(large >= 10 && large <= 12, `${large}`);
      const small = await tasks(10, 0.1);
      assert.ok(small <= 2, `${small}`);
    });
  });

  test("two at a time share one thread: neither begins a turn of its own at once", async () => {
    await withClock(async (clock) => {
      const order: string[] = [];
      const work = async (name: string) => {
        const long = new Long({}, name);
        for (let k = 0; k < 4; k++) {
          clock.now += 7;
          order.push(name);
          await long.did(1);
        }
      };
      clock.now += 1000;
      await Promise.all([work("a"), work("b")]);
      assert.deepEqual([...order].sort().join(""), "aaaabbbb");
      assert.ok(!/aaaa|bbbb/.test(order.join("")), order.join(""));
    });
  });
});

describe("reports", () => {
  test("the first and the last of every phase come, and of those between some", async () => {
    await withClock(async (clock) => {
      const seen: Progress[] = [];
      const long = new Long({ onProgress: (progress) => seen.push({ ...progress }) }, "work");
      clock.now += 1000;
      long.begin("one", 100);
      for (let k = 0; k < 100; k++) {
        clock.now += 20;
        await long.did(1);
      }
      long.begin("two");
      long.begin("three", 0);
      long.end();
      const of = (phase: string) => seen.filter((each) => each.phase === phase);
      assert.deepEqual(of("one").at(0), { phase: "one", done: 0, total: 100, seconds: 1 });
      assert.deepEqual(of("one").at(-1), { phase: "one", done: 100, total: 100, seconds: 3 });
      assert.ok(of("one").length > 20 && of("one").length <= 2 + 2000 / 50, `${of("one").length}`);
      assert.deepEqual(of("two"), [{ phase: "two", done: 0, total: null, seconds: 3 }]);
      assert.equal(of("three").length, 1);
    });
  });

  test("what is a part tells its phases as the whole's, with what the whole adds", async () => {
    const seen: (Progress & { fold?: number })[] = [];
    const whole = new Long<Progress & { fold?: number }>({ onProgress: (p) => seen.push(p) }, "whole");
    const part = new Long(whole.inner<Progress>({ fold: 2 }), "part");
    part.begin("fitting", 1);
    await part.did(1);
    part.end();
    assert.deepEqual(
      seen.map(({ phase, done, fold }) => [phase, done, fold]),
      [
        ["fitting", 0, 2],
        ["fitting", 1, 2],
      ],
    );
    assert.equal(new Long({}, "quiet").inner().onProgress, undefined);
  });
});

describe("a signal", () => {
  test("ends pieces where they are, and what they hold is let go", async () => {
    const stop = new AbortController();
    const long = new Long({ signal: stop.signal }, "work");
    let [made, released] = [0, false];
    function* work(): Pieces<void> {
      try {
        for (;;) {
          if (++made === 3) stop.abort();
          yield 0;
        }
      } finally {
        released = true;
      }
    }
    await withClock(async (clock) => {
      const pieces = work();
      const slow: Pieces<void> = (function* () {
        for (;;) {
          clock.now += 13;
          const { value } = pieces.next();
          try {
            yield value as number;
          } finally {
            if (stop.signal.aborted) pieces.return();
          }
        }
      })();
      clock.now += 1000;
      await assert.rejects(long.run(slow), { name: "AbortError", message: "work was aborted" });
    });
    assert.equal(made, 3);
    assert.ok(released);
    assert.throws(() => long.begin("more"), { name: "AbortError" });
  });

  test("is not thrown where its end is looked for", async () => {
    const long = new Long({ signal: AbortSignal.abort() }, null);
    long.begin("fitting");
    await long.did(1);
    assert.ok(long.aborted);
  });

  test("and a function to be told are looked at before anything is done", () => {
    assert.throws(() => checkLongOptions({ signal: new AbortController() as never }, "x"), InputError);
    assert.throws(() => checkLongOptions({ onProgress: "yes" as never }, "x"), /x onProgress/);
    checkLongOptions({ signal: undefined, onProgress: undefined }, "x");
  });
});

describe("pieces", () => {
  test("spans do every index once, in order", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 50 }), (total, size) => {
        const done: number[] = [];
        atOnce(
          spans(
            total,
            size,
            (from, to) => void done.push(...Array.from({ length: to - from }, (_, k) => from + k)),
          ),
        );
        assert.deepEqual(done, [...Array(total).keys()]);
      }),
    );
  });

  test("numbers are sorted as by the platform, equal ones in their order", () => {
    for (const length of [0, 1, 8192, 8193, 30_000]) {
      const values = Uint32Array.from({ length }, (_, k) => Math.imul(k + 1, 0x9e3779b1) >>> 0);
      const compare = (a: number, b: number) => (a % 1000) - (b % 1000);
      const wanted = Array.from(values).sort(compare);
      atOnce(sorted(values, compare));
      assert.deepEqual(Array.from(values), wanted, `${length}`);
    }
  });
});
