/**
 * The public API as text: what each entry of the package exports, with its types, and the types that these mention.
 * `npm run api` writes it to tests/package/api.md, so that a change of the API shows in a diff.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Declaration, Declarations } from "./declarations.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const SNAPSHOT = `${ROOT}tests/package/api.md`;

const { exports: entries } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
  exports: Record<string, string | { types?: string; node?: { default: string }; default: string }>;
};

const target = (entry: string | { node?: { default: string }; default: string }) =>
  typeof entry === "string" ? entry : (entry.node ?? entry).default;

/** Entries that are Node's alone: no page loads them. */
export const NODE_ONLY: readonly string[] = Object.entries(entries)
  .filter(([, entry]) => typeof entry !== "string" && entry.node)
  .map(([path]) => path);

/** The `.d.ts` of every entry of the package, by the name that users import. */
export const ENTRIES: readonly { name: string; file: string }[] = Object.entries(entries)
  // Files that are no programs of the library's: package.json, kernels, the worker.
  .filter(([, entry]) => typeof entry !== "string")
  .map(([path, entry]) => ({
    name: `cellstate${path.slice(1)}`,
    file: ROOT + target(entry).replace(/^\.\//, "").replace(/\.js$/, ".d.ts"),
  }));

export interface PublicApi {
  /** What each entry exports, by the names it has there. */
  readonly exports: ReadonlyMap<string, ReadonlyMap<string, readonly Declaration[]>>;
  /** Interfaces and types that exports mention and no entry exports; classes among them stay closed. */
  readonly mentioned: readonly Declaration[];
}

export function publicApi(declarations = new Declarations()): PublicApi {
  const exports = new Map(ENTRIES.map(({ name, file }) => [name, declarations.exportsOf(file)]));
  const exported = new Set([...exports.values()].flatMap((names) => [...names.values()].flat()));
  const seen = new Set(exported);
  const queue = [...exported];
  for (const next of queue) {
    // A class that no entry exports can be held, not made: its name is all that is promised.
    if (next.kind === "class" && !exported.has(next)) continue;
    for (const one of declarations.mentions(next)) {
      if (seen.has(one)) continue;
      seen.add(one);
      queue.push(one);
    }
  }
  const mentioned = queue.slice(exported.size);
  return { exports, mentioned: mentioned.sort((a, b) => compare(a.name, b.name) || compare(a.text, b.text)) };
}

/** What hovers show nothing for: exports, and public members of classes, interfaces and types; functions of constants. */
export function undocumented(declarations = new Declarations()): string[] {
  const missing: string[] = [];
  for (const [entry, names] of publicApi(declarations).exports) {
    for (const [name, found] of names) {
      for (const one of found)
        missing.push(...gaps(one, name, declarations).map((gap) => `${entry}: ${gap}`));
    }
  }
  return missing;
}

function gaps(one: Declaration, name: string, declarations: Declarations): string[] {
  if (one.internal) return [];
  // A setter is documented by its getter.
  const known = new Set(one.members.filter((member) => member.documented).map((member) => member.name));
  const wanted = one.members.filter(
    (member) => !member.hidden && (one.kind !== "const" || member.text.includes("=>")),
  );
  const bare = wanted.filter(
    (member) => !known.has(member.name) && !declarations.inheritsDoc(one, member.name),
  );
  return [...(one.documented ? [] : [name]), ...bare.map((member) => `${name}.${member.name}`)];
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function lines(declaration: Declaration, name: string, closed = false): string[] {
  const named = declaration.text.replace(declaration.name, name).replace(/[:=]$/, "").trim();
  if (closed && declaration.kind === "class") return [`class ${name} (not exported)`];
  const members = declaration.members.filter((member) => !member.hidden).map((member) => `  ${member.text}`);
  return [named, ...members];
}

/** The snapshot: one line a declaration or member, in the order of their names. */
export function snapshot({ exports, mentioned }: PublicApi): string {
  const out = [
    "# The public API",
    "",
    "What each entry of the package exports, derived from the published types. `npm run api` writes it; a test holds the",
    "package to it.",
  ];
  const shown = new Map<Declaration, string>();
  for (const [entry, names] of exports) {
    out.push("", `## ${entry}`, "", "```ts");
    for (const [name, declarations] of [...names].sort(([a], [b]) => compare(a, b))) {
      const before = declarations[0] && shown.get(declarations[0]);
      if (before) out.push(`${name} (as in ${before})`);
      else for (const one of declarations) out.push(...lines(one, name));
      for (const one of declarations) shown.set(one, before ?? entry);
    }
    out.push("```");
  }
  out.push("", "## Types that these mention", "", "```ts");
  for (const one of mentioned) out.push(...lines(one, one.name, true));
  out.push("```", "");
  return out.join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SNAPSHOT, snapshot(publicApi()));
