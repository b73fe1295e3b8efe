import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { philox4x32 } from "../../src/kernels/philox.js";
import { Draw } from "../../src/lab/draw.js";
import { TASKS, taskNamed } from "../../src/lab/index.js";
import type { LabTask } from "../../src/lab/task.js";
import { possibleNext, reberString } from "../../src/lab/tasks/reber.js";

interface Drawn {
  lag: number;
  /** [T][F] */
  x: number[][];
  /** [O], or [T][O] flat */
  y: Float32Array;
}

function drawn(task: LabTask, lag: number, seed: number, number = 0, longer = false): Drawn {
  const { steps, features, outputs } = task.sizes(lag);
  const x = new Float32Array(steps * features);
  const y = new Float32Array((task.answer === "softmaxSteps" ? steps : 1) * outputs);
  const numbers = new Draw(seed, "training", number);
  if (longer) task.drawBeyond!(numbers, lag, x, y);
  else task.draw(numbers, lag, x, y);
  const rows = Array.from({ length: steps }, (_, t) =>
    Array.from(x.subarray(t * features, (t + 1) * features)),
  );
  return { lag, x: rows, y };
}

/** Checks many sequences of a task at many lags. */
function everySequence(name: string, check: (sequence: Drawn) => void, longer = false): void {
  const task = taskNamed(name);
  const lag = fc.integer({ min: task.leastLag, max: 60 });
  fc.assert(
    fc.property(lag, fc.nat(), fc.nat(1e6), (n, seed, number) => check(drawn(task, n, seed, number, longer))),
    { numRuns: 300 },
  );
}

const isEmpty = (row: readonly number[]) => row.every((value) => value === 0);
/** The sequence itself, without the steps in front that fill the row up; at most a tenth of `T` of them. */
function withoutFilling({ x }: Drawn, T: number): number[][] {
  const start = x.findIndex((row) => !isEmpty(row));
  assert.ok(start >= 0 && start <= Math.floor(T / 10), `${start} steps of filling for T = ${T}`);
  return x.slice(start);
}

function hot(row: ArrayLike<number>): number {
  const ones = Array.from(row).flatMap((value, k) => (value === 0 ? [] : [k]));
  assert.equal(ones.length, 1, "a one-hot vector");
  assert.equal(row[ones[0]!], 1);
  return ones[0]!;
}

/** The categories that y [T][O] names, -1 for a step without target. */
function targets({ x, y }: Drawn): number[] {
  const outputs = y.length / x.length;
  return x.map((_, t) => {
    const row = y.subarray(t * outputs, (t + 1) * outputs);
    return row.every((value) => value === 0) ? -1 : hot(row);
  });
}

describe("numbers drawn for a sequence", () => {
  test("follow Philox block by block and depend on seed, set and number alone", () => {
    const words = new Uint32Array(4);
    const draw = new Draw(7, "check", 5);
    for (const block of [0, 1, 2]) {
      philox4x32(words, block, 1, 5, 4, 7, 0);
      for (const word of words) assert.equal(draw.word(), word);
    }
    const first = (seed: number, set: "training" | "check", number: number) =>
      new Draw(seed, set, number).word();
    const all = [first(7, "check", 5), first(8, "check", 5), first(7, "training", 5), first(7, "check", 6)];
    assert.equal(new Set(all).size, 4);
  });

  test("whole numbers fill their range evenly; normal ones have mean 0 and variance 1", () => {
    const draw = new Draw(1, "training", 0);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[draw.between(3, 7) - 3]!++;
    for (const count of counts) assert.ok(Math.abs(count - 4000) < 250, `${counts}`);
    const normals = Array.from({ length: 20_000 }, () => draw.normal());
    const mean = normals.reduce((a, b) => a + b) / normals.length;
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length;
    assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.04, `${mean} ${variance}`);
    const pairs = normals.slice(1).reduce((sum, value, i) => sum + value * normals[i]!, 0) / normals.length;
    assert.ok(Math.abs(pairs) < 0.03, `neighbours go together: ${pairs}`);
  });
});

describe("the tasks' sequences", () => {
  test("latch: 1 or −1 first, then noise of variance 0.2 for at least the lag", () => {
    let [squares, count, classes] = [0, 0, 0];
    everySequence("latch", (sequence) => {
      const [first, ...noise] = withoutFilling(sequence, sequence.lag + 1);
      assert.equal(first![0], sequence.y[0] === 1 ? 1 : -1);
      assert.ok(noise.length >= sequence.lag);
      for (const [value] of noise) squares += value! ** 2;
      count += noise.length;
      classes += sequence.y[0]!;
    });
    assert.ok(Math.abs(squares / count - 0.2) < 0.02, `variance ${squares / count}`);
    assert.ok(classes > 100 && classes < 200, `${classes} of 300 in class 1`);
  });

  for (const name of ["noise-free", "noisy"]) {
    test(`${name}: each step is to predict the next symbol, and the last is the first again`, () => {
      everySequence(name, (sequence) => {
        const p = sequence.lag;
        const shown = sequence.x.map(hot);
        const asked = targets(sequence);
        assert.equal(shown.length, p);
        assert.deepEqual(asked.slice(0, -1), shown.slice(1));
        assert.equal(asked.at(-1), shown[0]);
        assert.ok(shown[0]! === p - 1 || shown[0]! === p);
        const inner = shown.slice(1);
        assert.ok(inner.every((symbol) => symbol < p - 1));
        if (name === "noise-free")
          assert.deepEqual(
            inner,
            Array.from({ length: p - 1 }, (_, k) => k),
          );
      });
    });
  }

  for (const [name, least, answer] of [
    ["adding", -1, (a: number, b: number) => 0.5 + (a + b) / 4],
    ["multiplication", 0, (a: number, b: number) => a * b],
  ] as const) {
    test(`${name}: two marked numbers at least the lag before the end, and the right answer`, () => {
      everySequence(name, (sequence) => {
        const pairs = withoutFilling(sequence, 2 * sequence.lag);
        assert.ok(pairs.length >= 2 * sequence.lag);
        const marked = pairs.flatMap(([, marker], t) => (marker === 1 ? [t] : []));
        assert.equal(marked.length, 2);
        assert.ok(marked[0]! < 10);
        assert.ok(pairs.length - 1 - marked[1]! >= sequence.lag, `marked at ${marked} of ${pairs.length}`);
        assert.equal(pairs.at(-1)![1], -1);
        assert.ok(marked[0] === 0 || pairs[0]![1] === -1);
        if (marked[0] === 0) assert.equal(pairs[0]![0], name === "adding" ? 0 : 1);
        for (const [value] of pairs) assert.ok(value! >= least && value! <= 1);
        const [a, b] = marked.map((t) => pairs[t]![0]!);
        assert.ok(Math.abs(sequence.y[0]! - answer(a!, b!)) < 1e-6);
      });
    });
  }

  for (const [name, count, share] of [
    ["order2", 2, 2.5],
    ["order3", 3, 1 / 0.24],
  ] as const) {
    test(`${name}: E, distractors with X and Y among them, B; the class is their order`, () => {
      const seen = new Set<number>();
      everySequence(name, (sequence) => {
        const T = Math.round(sequence.lag * share);
        const shown = withoutFilling(sequence, T).map(hot);
        assert.ok(shown.length >= T);
        const relevant = shown.flatMap((symbol, t) => (symbol >= 6 ? [t] : []));
        assert.equal(relevant.length, count);
        assert.equal(shown[0], 0);
        assert.equal(shown.at(-1), 1);
        assert.ok(shown.slice(1, -1).every((symbol) => symbol >= 2));
        // Rounding the windows of short sequences may move a symbol by one step.
        assert.ok(shown.length - 1 - relevant.at(-1)! >= sequence.lag - 2);
        const code = relevant.reduce((sum, t) => 2 * sum + (shown[t] === 7 ? 1 : 0), 0);
        assert.equal(hot(sequence.y), code);
        seen.add(code);
      });
      assert.equal(seen.size, 2 ** count, "every class comes up");
    });
  }

  test("copy: symbols, blanks, the delimiter, blanks; blanks, then the symbols", () => {
    everySequence("copy", (sequence) => {
      const shown = sequence.x.map(hot);
      const asked = targets(sequence);
      const kept = (shown.length - sequence.lag) / 2;
      assert.equal(kept, 10);
      assert.ok(shown.slice(0, kept).every((symbol) => symbol < 8));
      assert.equal(shown.indexOf(9), kept + sequence.lag - 1);
      assert.equal(shown.filter((symbol) => symbol === 8).length, shown.length - kept - 1);
      assert.ok(asked.slice(0, -kept).every((symbol) => symbol === 8));
      assert.deepEqual(asked.slice(-kept), shown.slice(0, kept));
    });
  });

  for (const longer of [false, true]) {
    const which = longer ? "longer ones" : "to learn";
    /** The least and the most of what is counted, for this lag. */
    const within = (n: number, most: number) =>
      assert.ok(longer ? n > most && n <= 2 * most : n >= 1 && n <= most, `${n} of ${most}`);

    test(`parity, ${which}: bits at the end, and whether their product is that of an odd number of ones`, () => {
      const check = (sequence: Drawn) => {
        const bits = sequence.x.flat().filter((bit) => bit !== 0);
        within(bits.length, sequence.lag);
        assert.ok(sequence.x.slice(-bits.length).every(([bit]) => Math.abs(bit!) === 1));
        const product = bits.reduce((a, b) => a * -b, 1);
        assert.equal(sequence.y[0], product === 1 ? 0 : 1);
      };
      everySequence("parity", check, longer);
    });

    test(`anbn, ${which}: a mark, and a string that a pattern accepts with as many of both`, () => {
      const check = (sequence: Drawn) => {
        const asked = targets(sequence).filter((symbol) => symbol >= 0);
        const shown = sequence.x.filter((row) => !isEmpty(row)).map(hot);
        const text = asked.map((symbol) => "ab."[symbol]).join("");
        const [, as, bs] = /^(a+)(b+)\.$/.exec(text)!;
        assert.equal(as!.length, bs!.length);
        within(as!.length, sequence.lag);
        assert.deepEqual(shown, [2, ...asked.slice(0, -1)]);
      };
      everySequence("anbn", check, longer);
    });

    test(`dyck, ${which}: brackets that cancel in pairs; closed where what went before cancels`, () => {
      const cancelled = (text: string): string => {
        const less = text.replaceAll("()", "");
        return less === text ? text : cancelled(less);
      };
      const check = (sequence: Drawn) => {
        const text = sequence.x
          .filter((row) => !isEmpty(row))
          .map((row) => "()"[hot(row)])
          .join("");
        assert.equal(cancelled(text), "");
        within(text.length / 2, Math.floor(sequence.lag / 2));
        const closed = targets(sequence).filter((answer) => answer >= 0);
        assert.deepEqual(
          closed,
          Array.from(text, (_, t) => (cancelled(text.slice(0, t + 1)) === "" ? 1 : 0)),
        );
      };
      everySequence("dyck", check, longer);
    });
  }

  test("dyck: every string of three pairs comes as often as any other", () => {
    const counts = new Map<string, number>();
    for (let k = 0; k < 12_000; k++) {
      const { x } = drawn(taskNamed("dyck"), 6, 1, k);
      const text = x
        .filter((row) => !isEmpty(row))
        .map(hot)
        .join("");
      if (text.length === 6) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    assert.equal(counts.size, 5, "Catalan's number of three");
    for (const count of counts.values()) assert.ok(Math.abs(count - 800) < 120, `${[...counts]}`);
  });

  test("digits: ink and noise; each digit comes, and its dots tell it", () => {
    const seen = new Set<number>();
    everySequence("digits", ({ x, y, lag }) => {
      const side = Math.sqrt(x.length);
      assert.ok(Number.isInteger(side) && x.length >= lag && (side - 1) ** 2 < lag);
      seen.add(hot(y));
      const ink = x.filter(([value]) => value! > 0.5).length;
      assert.ok(ink >= 9 && ink < x.length / 1.2, `${ink} of ${x.length}`);
    });
    assert.equal(seen.size, 10);
  });

  test("characters: sentences of the grammar, verbs agreeing with the subject before the clause", () => {
    const alphabet = ' ".abcdefghijklmnopqrstuvwxyz';
    const many = "(?:dogs|cats|teachers|farmers|children|birds)";
    const one = "(?:dog|cat|teacher|farmer|child|bird)";
    const clause = (s: string) => `(?: that (?:see|hear|follow|like)${s} the (?:${many}|${one}))?`;
    const adjective = "(?:old |small |quiet )?";
    const ends = "(?:sleep|sing|run|wait)";
    const said = `the ${adjective}(?:${many}${clause("")} ${ends}|${one}${clause("s")} ${ends}s)`;
    const grammar = new RegExp(`^(?:"${said}"\\. |${said}\\. )+$`);
    const task = taskNamed("characters");
    for (let k = 0; k < 30; k++) {
      const sequence = drawn(task, 300, 1, k);
      const shown = sequence.x.map((row) => alphabet[hot(row)]).join("");
      const asked = targets(sequence)
        .map((symbol) => alphabet[symbol])
        .join("");
      assert.equal(asked.slice(0, -1), shown.slice(1));
      const whole = shown.slice(0, shown.lastIndexOf(". ") + 2);
      assert.match(whole, grammar);
    }
  });

  test("embedded Reber: B, T or P, a Reber string of at least the lag, the same again, E", () => {
    const letters = "BTPSXVE";
    everySequence("reber", (sequence) => {
      const steps = sequence.x.findIndex(isEmpty);
      const shown = sequence.x
        .slice(0, steps < 0 ? undefined : steps)
        .map((row) => letters[hot(row)])
        .join("");
      const asked = targets(sequence);
      const text = shown + letters[asked[shown.length - 1]!];
      assert.equal(text.length, shown.length + 1);
      assert.match(text, /^B([TP])(B.*E)\1E$/);
      assert.deepEqual(
        asked
          .slice(0, shown.length)
          .map((k) => letters[k])
          .join(""),
        text.slice(1),
      );
      assert.ok(
        asked.slice(shown.length).every((k) => k === -1),
        "nothing is asked after the end",
      );
      const inner = text.slice(2, -2);
      assert.ok(inner.length >= sequence.lag && inner.length <= Math.floor(sequence.lag * 1.1));
      assert.ok(REBER.test(inner), `${inner} is no Reber string`);
    });
  });
});

/**
 * The Reber grammar as one regular expression, worked out apart from the generator's graph. From the node after "X" or
 * "P" one leaves by S, or goes on by X, T…, V and then leaves by V or comes back by P.
 */
const REBER = /^B(TS*X(XT*VP)*(S|XT*VV)|PT*V(V|P(XT*VP)*(S|XT*VV)))E$/;

describe("Reber strings", () => {
  test("of the shortest lengths are the ones known", () => {
    const all = (length: number) =>
      [
        ...new Set(Array.from({ length: 400 }, (_, k) => reberString(new Draw(2, "check", k), length))),
      ].sort();
    assert.deepEqual(all(5), ["BPVVE", "BTXSE"]);
    assert.deepEqual(all(6), ["BPTVVE", "BPVPSE", "BTSXSE"]);
  });

  test("come as often as the grammar makes them", () => {
    // Of length 6: BTSXSE has probability 1/2 · 1/2 · 1/2 · 1/2, as have BPTVVE and BPVPSE.
    const counts = new Map<string, number>();
    for (let k = 0; k < 3000; k++) {
      const text = reberString(new Draw(3, "check", k), 6);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 120, `${[...counts]}`);
  });

  test("allow the symbols of the grammar after each", () => {
    assert.deepEqual(possibleNext("BTXSE"), ["TP", "SX", "XS", "E", ""]);
    assert.deepEqual(possibleNext("BPVPSE"), ["TP", "TV", "PV", "XS", "E", ""]);
  });
});

describe("what there is without memory", () => {
  test("copy: the cross-entropy of an answer that knows when to speak, and not what", () => {
    const { baselines, sizes } = taskNamed("copy");
    const lag = 100;
    const { steps } = sizes(lag);
    assert.equal(steps, 120);
    const given = baselines!(lag)["memoryless"]!;
    assert.ok(Math.abs(given - ((steps - 10) * Math.log(1) + 10 * Math.log(8)) / steps) < 1e-12);
    assert.ok(Math.abs(given - 0.17329) < 1e-5);
  });

  test("characters: pairs tell more than single characters, and those more than nothing", () => {
    const { unigram, bigram } = taskNamed("characters").baselines!(100) as {
      unigram: number;
      bigram: number;
    };
    assert.ok(unigram < Math.log(29) && bigram < unigram - 0.5 && bigram > 0.3, `${unigram} ${bigram}`);
    const counts = new Map<number, number>();
    let total = 0;
    for (let k = 0; k < 60; k++) {
      for (const symbol of targets(drawn(taskNamed("characters"), 200, 5, k))) {
        counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
        total++;
      }
    }
    const entropy = -[...counts.values()].reduce((sum, n) => sum + (n / total) * Math.log(n / total), 0);
    assert.ok(Math.abs(entropy - unigram) < 0.02, `${entropy} ${unigram}`);
  });
});

describe("what counts as right", () => {
  const cases = TASKS.map((task): [LabTask, Drawn] => [task, drawn(task, Math.max(12, task.leastLag), 4)]);

  test("anbn: either may come among the a's, only the end after as many b's", () => {
    const task = taskNamed("anbn");
    const { y, x, lag } = drawn(task, 12, 4);
    const sizes = task.sizes(lag);
    const n = x.filter((row) => row[0] === 1).length;
    const other = (t: number, symbol: number) => y.map((value, k) => (k === t * 3 + symbol ? 2 : value));
    if (n > 1) assert.equal(task.right(other(1, 1), y, sizes), true, "a b may come after the first a");
    assert.equal(task.right(other(0, 1), y, sizes), false, "none may come first");
    assert.equal(task.right(other(2 * n, 1), y, sizes), false, "there is one b too many");
  });

  for (const [task, sequence] of cases) {
    const sizes = task.sizes(sequence.lag);
    test(`${task.name}: the target itself is right, an empty answer and noise are not`, () => {
      assert.equal(task.right(sequence.y, sequence.y, sizes), true);
      assert.equal(
        task.right(new Float32Array(sequence.y.length), sequence.y, sizes),
        // Of equals the first is the most active, and an empty row is near 0.
        sequence.y.every((v) => v === 0) || (task.name === "digits" && sequence.y[0] === 1),
      );
      assert.equal(
        task.right(
          sequence.y.map((v) => 1 - v),
          sequence.y,
          sizes,
        ),
        false,
      );
      assert.equal(
        task.right(
          sequence.y.map(() => Number.NaN),
          sequence.y,
          sizes,
        ),
        false,
      );
    });
  }

  for (const [name, limit] of [
    ["latch", 0.2],
    ["order2", 0.3],
    ["adding", 0.04],
    ["multiplication", 0.04],
  ] as const) {
    test(`${name}: an error just below ${limit} is right, one just above is not`, () => {
      const task = taskNamed(name);
      const { y, lag } = drawn(task, 12, 4);
      const off = (error: number) => y.map((value, k) => (k === 0 ? value + error : value));
      assert.equal(task.right(off(limit * 0.99), y, task.sizes(lag)), true);
      assert.equal(task.right(off(limit * 1.01), y, task.sizes(lag)), false);
    });
  }

  test("reber: the wrong one of T and P before the last E is an error; a possible other symbol is none", () => {
    const task = taskNamed("reber");
    const { y, lag, x } = drawn(task, 12, 4);
    const sizes = task.sizes(lag);
    const last = x.findIndex(isEmpty) - 2;
    const swapped = y.slice();
    [swapped[last * 7 + 1], swapped[last * 7 + 2]] = [y[last * 7 + 2]!, y[last * 7 + 1]!];
    assert.equal(task.right(swapped, y, sizes), false);
    // At the first step T and P are both possible: which of them is more active does not matter.
    const other = y.slice();
    other[1] = 0.9;
    other[2] = 0.9;
    assert.equal(task.right(other, y, sizes), true);
    other[0] = 0.95;
    assert.equal(task.right(other, y, sizes), false, "B cannot come there");
  });
});
