/** Every public function, constructor and method given what it cannot take: an InputError, never a raw one, never NaN. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { InputError, layers } from "../../src/index.js";
import { CALLABLES, type Callable, ENTRIES, keepState } from "./arguments.js";

/** What a trap throws is the caller's own error and comes through. */
class Trap extends Error {}
const trap = () => {
  throw new Trap("trap");
};
const cyclicObject: Record<string, unknown> = {};
cyclicObject["self"] = cyclicObject;
const cyclicArray: unknown[] = [];
cyclicArray.push(cyclicArray);

/** Afresh each time: what is given may be written to. */
const wrongValues = (): unknown[] => [
  ...[undefined, null, true, 5, -1, 0.5, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY],
  ...["x", "", "\0", "__proto__", "constructor", 10n, Symbol("s")],
  ...[
    {},
    [],
    [["a"]],
    [null],
    [undefined],
    [Number.NaN],
    [[]],
    [{}],
    [Symbol("s")],
    [10n],
    { length: -1 },
    { length: "x" },
  ],
  ...[
    { length: 2 ** 40 },
    { 0: "a", length: 1 },
    cyclicObject,
    cyclicArray,
    Object.create(null),
    new Map(),
    new Date(),
  ],
  ...[
    new Float32Array([Number.NaN, 1]),
    new Uint8Array(0),
    new Uint8Array(9),
    new BigInt64Array(2),
    new ArrayBuffer(4),
  ],
  ...[() => 1, class {}, Promise.resolve(1), /x/, new Error("e"), { unknown: 1 }],
  new Proxy(
    {},
    { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap },
  ),
  new Proxy([], { get: trap, has: trap, ownKeys: trap }),
];

function nameOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "symbol" || typeof value === "function") return String(value).slice(0, 20);
  if (typeof value === "bigint") return `${value}n`;
  try {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return `${value.constructor?.name ?? "null object"} ${JSON.stringify(value)}`;
    }
    return Array.isArray(value) ? JSON.stringify(value) : String(value);
  } catch {
    return Array.isArray(value) ? "array that cannot be shown" : "object that cannot be shown";
  }
}

/** Whether a NaN is somewhere in a result. */
function holdsNaN(value: unknown, depth = 6, seen = new Set<unknown>()): boolean {
  if (typeof value === "number") return Number.isNaN(value);
  if (typeof value !== "object" || value === null || depth === 0 || seen.has(value)) return false;
  seen.add(value);
  if (value instanceof Float32Array || value instanceof Float64Array) return value.some(Number.isNaN);
  if (ArrayBuffer.isView(value)) return false;
  return Object.values(value).some((item) => holdsNaN(item, depth - 1, seen));
}

/** Arguments with one thing wrong: an argument, or an option of an argument that is an object of options. */
function* wrongs({ args }: Callable): Generator<{ what: string; given: unknown[] }> {
  const right = args();
  for (let at = 0; at < right.length; at++) {
    for (const wrong of wrongValues()) {
      const given = args();
      given[at] = wrong;
      yield { what: `argument ${at + 1} ${nameOf(wrong)}`, given };
    }
    const options = right[at];
    if (
      typeof options !== "object" ||
      options === null ||
      Object.getPrototypeOf(options) !== Object.prototype
    )
      continue;
    for (const key of Object.keys(options)) {
      for (const wrong of wrongValues()) {
        const given = args();
        given[at] = { ...(given[at] as object), [key]: wrong };
        yield { what: `argument ${at + 1} ${key}: ${nameOf(wrong)}`, given };
      }
    }
  }
}

/** What is wrong with how a call ended; undefined where it ended as it may. */
async function verdict({ call }: Callable, given: unknown[]): Promise<string | undefined> {
  try {
    const result = await call(...given);
    return holdsNaN(result) && !holdsNaN(given) ? "a result of NaN" : undefined;
  } catch (error) {
    if (error instanceof InputError || error instanceof Trap) return undefined;
    return `${(error as Error).stack?.split("\n").slice(0, 3).join(" | ") ?? String(error)}`;
  }
}

const here = process.cwd();
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-arguments-"));
  process.chdir(folder);
  await keepState();
});
after(async () => {
  process.chdir(here);
  await rm(folder, { recursive: true });
});

/** Public names that are called: functions, classes and their static and own methods, and functions of groups. */
function* publicNames(): Generator<string> {
  for (const entry of Object.values(ENTRIES)) {
    for (const [name, value] of Object.entries(entry)) {
      if (typeof value === "function") yield* namesOf(name, value);
      else if (
        ["layers", "losses", "metrics", "schedules", "optimizers", "callbacks", "draw", "charts"].includes(
          name,
        )
      ) {
        for (const key of Object.keys(value as object)) yield `${name}.${key}`;
      }
    }
  }
}

function* namesOf(name: string, value: { prototype?: object }): Generator<string> {
  yield name;
  if (!/^class/.test(String(value))) return;
  for (const key of Object.getOwnPropertyNames(value)) {
    if (typeof (value as Record<string, unknown>)[key] === "function" && key !== "prototype")
      yield `${name}.${key}`;
  }
  for (let own: object = value.prototype!; own !== Object.prototype; own = Object.getPrototypeOf(own)) {
    for (const [key, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(own))) {
      if (!HIDDEN.has(key) && typeof member === "function") yield `${name}.${key}`;
    }
  }
}

/** Methods of subclasses that TypeScript protects. */
const HIDDEN = new Set(["constructor", "reading", "extras", "addText", "toString"]);

/** Made by the library, or methods that TypeScript hides and no documentation names. */
const NOT_CALLED = new Set([
  ...["InputError", "TrainingError", "UnfinishedTraining", "AbortedTraining", "WorkerError"],
  ...["Checkpoint.try"],
  // Wants mpirun: tests/processes.
  "openMpi",
  ...["Vectorizer.scan", "Vectorizer.lay", "Vectorizer.encodeTokensInto", "Vectorizer.idsOf"],
]);

test("the table has every public function, class and method", () => {
  const listed = new Set(CALLABLES.map(({ name }) => name));
  const missing = [...new Set(publicNames())].filter((name) => !listed.has(name) && !NOT_CALLED.has(name));
  assert.deepEqual(missing, []);
});

describe("arguments that are right are taken", () => {
  for (const callable of CALLABLES) {
    test(callable.name, async () => {
      // Shards that hold anything would be a file of their own.
      if (callable.name === "readShardedKerasWeights") return;
      await callable.call(...(await Promise.all(callable.args())));
    });
  }
});

describe("arguments that are wrong are refused in words", () => {
  for (const callable of CALLABLES) {
    test(callable.name, async () => {
      const faults: string[] = [];
      for (const { what, given } of wrongs(callable)) {
        const fault = await verdict(callable, given);
        if (fault) faults.push(`${what}: ${fault}`);
      }
      assert.deepEqual(faults, []);
    });
  }
});

test("layers in wrong places", () => {
  for (const wrong of wrongValues()) {
    const apply = () =>
      (layers.dense({ units: 1 }) as unknown as { apply(input: unknown): unknown }).apply(wrong);
    assert.throws(apply, (error) => error instanceof InputError || error instanceof Trap, nameOf(wrong));
  }
});
