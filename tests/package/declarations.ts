/**
 * The package's types as they are published: the emitted `.d.ts` files, split into declarations and members.
 * TypeScript 7 has no API in JavaScript; what it emits is regular enough for a scanner of brackets and comments.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Member {
  /** "fit", "constructor", "[index]" or "(call)". */
  readonly name: string;
  /** Without its comment, on one line. */
  readonly text: string;
  readonly documented: boolean;
  /** `private` or `protected`: no part of the public API. */
  readonly hidden: boolean;
}

export interface Declaration {
  readonly name: string;
  readonly kind: "class" | "interface" | "function" | "const" | "type" | "enum";
  /** Up to the braces with the members, where it has any. Without comments. */
  readonly text: string;
  readonly documented: boolean;
  /** Marked `@internal`: exported for other types' sake, not for users to read. */
  readonly internal: boolean;
  /** Of a class, an interface, or a constant or type that is an object. */
  readonly members: readonly Member[];
  /** Names that it extends or implements. */
  readonly bases: readonly string[];
  /** The file that it stands in. */
  readonly file: string;
}

/** Where a name comes from: another file's export, or all of them (`* as`). */
interface Source {
  readonly file: string;
  readonly name: string | "*";
}

interface File {
  /** Overloads of a function are several. */
  readonly declared: ReadonlyMap<string, Declaration[]>;
  readonly imported: ReadonlyMap<string, Source>;
  readonly exported: ReadonlyMap<string, Source>;
}

const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Where what begins at `at` ends, if it is a comment or a text; `at` itself if it is neither. */
function skip(text: string, at: number): number {
  if (text.startsWith("/*", at)) return text.indexOf("*/", at) + 2;
  if (text.startsWith("//", at)) return text.indexOf("\n", at);
  const quote = text[at]!;
  if (quote !== '"' && quote !== "'" && quote !== "`") return at;
  let end = at + 1;
  while (text[end] !== quote) end += text[end] === "\\" ? 2 : 1;
  return end + 1;
}

/** The index after the bracket that closes the one at `at`. */
function closing(text: string, at: number): number {
  const closer = CLOSERS[text[at]!]!;
  let i = at + 1;
  while (text[i] !== closer) {
    const after = skip(text, i);
    if (after > i) i = after;
    else i = CLOSERS[text[i]!] ? closing(text, i) : i + 1;
    if (i >= text.length) throw new Error(`no ${closer} for ${text.slice(at, at + 60)}`);
  }
  return i + 1;
}

/** Declarations with a body end with it; everything else ends with a semicolon. */
const BODIED = /^(export )?(default )?(declare )?(abstract )?(class|interface|enum|namespace)\b/;

/** The statements of a file, or the members of a body, each with the comment before it. */
function split(text: string): { comment: string; text: string }[] {
  const parts: { comment: string; text: string }[] = [];
  let [start, comment] = [0, ""];
  let i = 0;
  const finish = (end: number) => {
    const part = text.slice(start, end).trim();
    if (part !== "" && part !== ";") parts.push({ comment, text: part });
    [start, comment] = [end, ""];
    i = end;
  };
  while (i < text.length) {
    const after = skip(text, i);
    if (after > i) {
      // A comment between two statements is the next one's; the last before it counts.
      if (text.startsWith("/", i) && text.slice(start, i).trim() === "") {
        comment = text.slice(i, after);
        start = after;
      }
      i = after;
    } else if (CLOSERS[text[i]!]) {
      const end = closing(text, i);
      if (text[i] === "{" && BODIED.test(text.slice(start, i).trim())) finish(end);
      else i = end;
    } else if (text[i] === ";") finish(i + 1);
    else i++;
  }
  finish(text.length);
  return parts;
}

/** Without comments, and without the paths that inferred types are written with. */
function plain(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; ) {
    const after = skip(text, i);
    if (after === i) out += text[i++];
    else {
      if (!text.startsWith("/", i)) out += text.slice(i, after);
      i = after;
    }
  }
  return out
    .replace(/import\("[^"]*"\)\./g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Whether a comment says what it stands on: a tag's text (`@throws`) is not what editors show first, nor what it is. */
const saysSomething = (comment: string) => /^\/\*\*[\s*]*[^\s*@]/.test(comment);

const MODIFIERS = /^((public|private|protected|static|readonly|abstract|override|declare|async|get|set) )*/;

function memberOf({ comment, text }: { comment: string; text: string }): Member {
  const line = plain(text).replace(/;$/, "");
  const bare = line.replace(MODIFIERS, "");
  const name =
    /^"?([\w$#]+)/.exec(bare)?.[1] ??
    (bare.startsWith("[") ? bare.slice(0, bare.indexOf("]") + 1) : "(call)");
  const hidden = /^(static )?(private|protected) |^#/.test(line);
  // What a constructor makes is said by its class.
  const documented = name === "constructor" ? comment.startsWith("/**") : saysSomething(comment);
  return { name, text: line, documented, hidden };
}

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(class|interface|function|const|let|type|enum) ([\w$]+)/;

function declarationOf(part: { comment: string; text: string }, file: string): Declaration | null {
  const match = DECLARATION.exec(part.text);
  if (!match) return null;
  const [, keyword, name] = match as unknown as [string, string, string];
  const kind = (keyword === "let" ? "const" : keyword) as Declaration["kind"];
  const documented = saysSomething(part.comment);
  const open = bodyStart(part.text, kind);
  const bodied = open >= 0;
  const head = plain(bodied ? part.text.slice(0, open) : part.text);
  const members = bodied ? split(part.text.slice(open + 1, part.text.lastIndexOf("}"))).map(memberOf) : [];
  const bases = kind === "class" || kind === "interface" ? basesOf(head) : [];
  const text = head.replace(/^(export )?(declare )?/, "").replace(/;$/, "");
  const internal = part.comment.includes("@internal");
  return { name, kind, text, documented, internal, members, bases, file };
}

/** Where the braces open that hold the members: of a class, an interface, or the type of an object; -1 for none. */
function bodyStart(text: string, kind: Declaration["kind"]): number {
  if (kind === "function" || kind === "enum") return -1;
  const end = text.endsWith(";") ? text.length - 1 : text.length;
  for (let i = 0; i < end; i++) {
    const after = skip(text, i);
    if (after > i) i = after - 1;
    else if (CLOSERS[text[i]!]) {
      const close = closing(text, i);
      const begins = kind === "class" || kind === "interface" || /[:=]\s*$/.test(text.slice(0, i));
      // A mapped type has no members of its own.
      if (text[i] === "{" && close === end && begins)
        return /^\{\s*(readonly )?\[\w+ in /.test(text.slice(i)) ? -1 : i;
      i = close - 1;
    }
  }
  return -1;
}

function basesOf(head: string): string[] {
  const [, list = ""] = /\b(?:extends|implements) (.*)$/.exec(head) ?? [];
  return list.split(/,| implements /).flatMap((base) => /^\s*([\w$.]+)/.exec(base)?.[1] ?? []);
}

/** "a, type b as c" as [name there, name here]. */
function namesIn(list: string): [string, string][] {
  return list
    .split(",")
    .map((one) => one.trim().replace(/^type /, ""))
    .filter((one) => one !== "")
    .map((one) => {
      const [there, here] = one.split(" as ") as [string, string?];
      return [there, here ?? there];
    });
}

/** Reads the declarations of files and follows names from one to another. */
export class Declarations {
  private readonly files = new Map<string, File>();

  /** @param file a `.d.ts` */
  private read(file: string): File {
    let known = this.files.get(file);
    if (!known) this.files.set(file, (known = this.parse(file)));
    return known;
  }

  private parse(file: string): File {
    const declared = new Map<string, Declaration[]>();
    const [imported, exported] = [new Map<string, Source>(), new Map<string, Source>()];
    for (const part of split(readFileSync(file, "utf8"))) {
      const line = plain(part.text);
      const [, verb, names, from] =
        /^(import|export) (?:type )?(\{.*\}|\* as [\w$]+|\*|[\w$]+)(?: from "(.*)")?;?$/.exec(line) ?? [];
      if (verb && names) {
        const there = from?.startsWith(".")
          ? join(dirname(file), from.replace(/\.js$/, ".d.ts"))
          : from
            ? ""
            : file;
        const into = verb === "import" ? imported : exported;
        if (names.startsWith("{"))
          for (const [name, here] of namesIn(names.slice(1, -1))) into.set(here, { file: there, name });
        else if (names.startsWith("* as ")) into.set(names.slice(5), { file: there, name: "*" });
        else if (names === "*")
          for (const name of this.read(there).exported.keys()) into.set(name, { file: there, name });
        continue;
      }
      // What inferred types name where they stand: import("./layer.js").Layer.
      for (const [, path, name] of part.text.matchAll(/import\("(\.[^"]*)"\)\.([\w$]+)/g)) {
        imported.set(name!, { file: join(dirname(file), path!.replace(/\.js$/, ".d.ts")), name: name! });
      }
      const found = declarationOf(part, file);
      if (!found) throw new Error(`${file}: cannot read ${line.slice(0, 80)}`);
      declared.set(found.name, [...(declared.get(found.name) ?? []), found]);
      if (part.text.startsWith("export ")) exported.set(found.name, { file, name: found.name });
    }
    return { declared, imported, exported };
  }

  /** What a file exports, by name; a namespace's names after its own: "layers.lstm". */
  exportsOf(file: string): Map<string, Declaration[]> {
    const found = new Map<string, Declaration[]>();
    for (const [here, { file: there, name }] of this.read(file).exported) {
      if (name !== "*") found.set(here, this.follow({ file: there, name }));
      else
        for (const [inner, declarations] of this.exportsOf(there))
          found.set(`${here}.${inner}`, declarations);
    }
    return found;
  }

  /** The declarations that a name stands for; none where it comes from another package. */
  private follow({ file, name }: Source): Declaration[] {
    if (file === "") return [];
    const { declared, imported, exported } = this.read(file);
    const here = declared.get(name);
    if (here) return here;
    const from = exported.get(name) ?? imported.get(name);
    if (!from) throw new Error(`${file} has no ${name}`);
    return from.name === "*" ? [] : this.follow(from);
  }

  /** What a declaration's public part mentions of the package's own. */
  mentions({ file, text, members, name }: Declaration): Declaration[] {
    const shown = [text, ...members.filter((member) => !member.hidden).map((member) => member.text)].join(
      "\n",
    );
    const words = shown.replace(/"[^"]*"/g, "");
    const values = new Set(Array.from(words.matchAll(/typeof ([\w$]+)/g), ([, value]) => value));
    return [...new Set(words.match(/[A-Za-z_$][\w$.]*/g))]
      .filter((one) => one !== name)
      .flatMap((one) => this.named(one, file))
      .filter((one) => (one.kind !== "const" && one.kind !== "function") || values.has(one.name));
  }

  /** What a name means in a file: "Callback", or "train.Callback" after `import * as train`. */
  private named(name: string, file: string): readonly Declaration[] {
    const { declared, imported } = this.read(file);
    const [space, inner] = name.split(".") as [string, string?];
    const from = imported.get(space);
    if (inner !== undefined) return from?.name === "*" ? this.follow({ file: from.file, name: inner }) : [];
    return declared.get(name) ?? (from ? this.follow({ file, name }) : []);
  }

  /** Whether a base, or one of its own, documents a member of that name. */
  inheritsDoc({ bases, file }: Declaration, member: string): boolean {
    return bases
      .flatMap((base) => this.named(base, file))
      .some(
        (base) =>
          base.members.some(({ name, documented }) => name === member && documented) ||
          this.inheritsDoc(base, member),
      );
  }
}
