/**
 * What an editor shows at every option of a layer, loss, metric, optimizer or schedule, read from the declarations that
 * the package ships: what it is, and the default that its table really has.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { layers, losses, metrics, optimizers, schedules } from "../../src/index.js";
import { LAYER_KINDS } from "../../src/layers/kinds.js";
import type { Option } from "../../src/layers/options.js";
import { LOSS_DEFAULTS } from "../../src/objectives/losses.js";
import { METRIC_SETTINGS } from "../../src/objectives/metrics/metric.js";
import { OPTIMIZER_DEFAULTS } from "../../src/objectives/optimizers.js";
import { SCHEDULE_DEFAULTS } from "../../src/objectives/schedules.js";

interface Member {
  doc: string;
  optional: boolean;
}

interface Declared {
  parents: string[];
  own: Map<string, Member>;
}

/** The comment's text on one line; "" where there is none. */
const plain = (comment = "") =>
  comment
    .replace(/^\s*\/\*\*|\*\/\s*$/g, "")
    .replace(/^ *\* ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();

const COMMENT = String.raw`(/\*\*(?:(?!\*/)[\s\S])*\*/\s*)?`;

/** Every interface of a folder's declarations, by name; every function, with its comment and its options' type. */
function declarations(folder: string, files = readdirSync(new URL(folder, DIST))) {
  const interfaces = new Map<string, Declared>();
  const functions = new Map<string, { doc: string; options: string }>();
  for (const file of files.filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(new URL(folder + file, DIST), "utf8");
    for (const [, name, parents = "", body] of text.matchAll(
      /^(?:export )?interface (\w+)(?: extends ([\w, ]+))? \{\n?([\s\S]*?)^\}/gm,
    )) {
      const members = [...body!.matchAll(new RegExp(`${COMMENT}(\\w+)(\\??): [^\\n]*;`, "g"))];
      const own = members.map(([, comment, key, mark]): [string, Member] => {
        return [key!, { doc: plain(comment), optional: mark === "?" }];
      });
      interfaces.set(name!, { parents: parents.split(", ").filter(Boolean), own: new Map(own) });
    }
    const taken = String.raw`\(options\??: (\w+)\)`;
    const declared = new RegExp(`${COMMENT}(?:export declare function |^    )(\\w+)(?:: )?${taken}`, "gm");
    for (const [, comment, name, options] of text.matchAll(declared)) {
      functions.set(name!, { doc: plain(comment), options: options! });
    }
  }
  return { interfaces, functions };
}

const DIST = new URL("../../src/", import.meta.url);

/** What the package exports, by name. */
const EXPORTED = readFileSync(new URL("index.d.ts", DIST), "utf8");

/** All members of an interface, its own before those it inherits. */
function membersOf(name: string, interfaces: ReadonlyMap<string, Declared>): Map<string, Member> {
  const { parents, own } = interfaces.get(name)!;
  return new Map([...parents.flatMap((parent) => [...membersOf(parent, interfaces)]), ...own]);
}

/** The default that a comment ends in: "Default 0.5." */
const saidDefault = (doc: string) => /Default ((?:(?!Default ).)+)\.$/.exec(doc)?.[1];

type Defaults = ReadonlyMap<string, unknown>;
const defaultsOf = (record: object): Defaults => new Map(Object.entries(record));

function check(
  where: string,
  { interfaces, functions }: ReturnType<typeof declarations>,
  makers: object,
  defaults: (name: string) => Defaults,
): void {
  describe(where, () => {
    for (const name of Object.keys(makers)) {
      test(`${where}.${name}`, () => {
        const { doc, options } = functions.get(name)!;
        assert.ok(doc.length > 15, `${name} says ${doc || "nothing"}`);
        assert.match(EXPORTED, new RegExp(`\\b${options}\\b`), `${options} is not exported`);
        const members = membersOf(options, interfaces);
        const table = defaults(name);
        // Every option of the table is documented, and the other way round.
        const own = [...members.keys()].filter((key) => key !== "name" && key !== "trainable");
        assert.deepEqual(own.sort(), [...table.keys()].sort(), `${options} and its table`);
        for (const [key, member] of members) {
          assert.ok(member.doc.length > 10, `${options}.${key} says ${member.doc || "nothing"}`);
          // Which name is counted out where none is given.
          if (key === "name") assert.match(member.doc, /Default: Keras's name/);
          else if (!member.optional) assert.doesNotMatch(member.doc, /\bDefault\b/, `${options}.${key}`);
          else {
            const fallback = key === "trainable" ? true : table.get(key);
            assert.equal(
              saidDefault(member.doc),
              JSON.stringify(fallback),
              `${options}.${key}: ${member.doc}`,
            );
          }
        }
      });
    }
  });
}

const kinds = [...LAYER_KINDS.values()];
const ofLayers = declarations("layers/");
const ofObjectives = declarations("objectives/");
const ofMetrics = declarations("objectives/metrics/", ["makers.d.ts", "options.d.ts"]);

check("layers", ofLayers, layers, (name) => {
  const { options } = kinds.find(({ make }) => make === layers[name as keyof typeof layers])!;
  return new Map(Object.entries(options).map(([key, option]) => [key, (option as Option<unknown>).fallback]));
});
check("optimizers", ofObjectives, optimizers, (name) =>
  defaultsOf(OPTIMIZER_DEFAULTS[name as keyof typeof optimizers]),
);
check("schedules", ofObjectives, schedules, (name) =>
  defaultsOf(SCHEDULE_DEFAULTS[name as keyof typeof schedules]),
);
check("losses", ofObjectives, losses, (name) => {
  const make = losses[name as keyof typeof losses] as (options: object) => unknown;
  const taken = Object.entries(LOSS_DEFAULTS).filter(([key, value]) => {
    try {
      return make({ [key]: value });
    } catch {
      return false;
    }
  });
  return new Map(taken);
});
check("metrics", ofMetrics, metrics, (name) => {
  const settings = Object.entries(METRIC_SETTINGS[name as keyof typeof metrics]);
  return new Map(settings.map(([key, setting]) => [key, (setting as { fallback?: unknown }).fallback]));
});

test("every layer's maker is that of a kind, and every kind has one", () => {
  const makers = new Set<unknown>(Object.values(layers));
  assert.deepEqual(
    kinds.filter(({ make }) => !makers.has(make)),
    [],
  );
  assert.equal(kinds.length, makers.size);
});
