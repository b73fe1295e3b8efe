/** The models of a server by their names, each with the questions that it is asked; files are read again when they change. */
import { basename } from "node:path";
import { inputError, show } from "../base/errors.js";
import { pathOf } from "../base/node-files.js";
import { Batcher, type Gathering, type Queue } from "./batcher.js";
import { isAbsent, lookAt, nothingSeen, type Opened, openServed, type Seen } from "./opened.js";
import type { ServedModels, Settings } from "./options.js";
import { Refusal } from "./refusal.js";
import { type ServableModel, servedOf } from "./served.js";
import type { Served } from "./served-kind.js";
import type { Question } from "./tensors.js";

/** A model that answers. */
export interface OnShelf {
  readonly name: string;
  /** Of a file, its checksum's first digits; "1" of a model that a program holds. */
  readonly version: string;
  readonly served: Served;
  readonly batcher: Batcher<Question, unknown>;
}

/** What is told of batches and loads. */
export interface ShelfWatcher {
  batch(model: string, rows: number, seconds: number): void;
  load(model: string, outcome: "loaded" | "failed", version: string | null): void;
}

/** A name, what answers by it, and why its newest file does not. */
interface Slot {
  readonly name: string;
  readonly path: string | null;
  current: OnShelf;
  /** How its files lay there when they were last opened, or were to be. */
  seen: Seen | null;
  /** How they lay there at the last look, where that was otherwise: they may still be written. */
  pending: string | null;
  /** Told until one is opened again. */
  failed: string | null;
}

const UNTOUCHED = { pending: null, failed: null } as const;

/** How a model stands, for readiness and for lists. */
export interface Standing {
  readonly name: string;
  readonly version: string;
  /** Why the file as it is now does not serve: the one before goes on. */
  readonly failed: string | null;
  readonly served: Served;
}

/** A name of a model, as it stands in addresses. */
const MOST_NAME = 100;

/** Sorts out what is to be served, by name. @throws InputError for nothing, and for a name that comes twice or is none */
export function namedModels(models: ServedModels, where: string): Map<string, string | URL | ServableModel> {
  const isOne = typeof models === "string" || models instanceof URL;
  const entries: [string, string | URL | ServableModel][] = isOne
    ? [[nameOfFile(models), models]]
    : Array.isArray(models)
      ? models.map((file: string | URL) => [nameOfFile(file), file])
      : isRecord(models)
        ? Object.entries(models)
        : [];
  if (entries.length === 0) {
    const expected = "a model's path, a list of paths, or an object of models by name";
    throw inputError({ expected, where, received: models });
  }
  const named = new Map<string, string | URL | ServableModel>();
  for (const [name, model] of entries) {
    checkName(name, where);
    if (model === "" || (typeof model === "string" && model.includes("\0"))) {
      throw inputError({ expected: "a path", where: `${where}.${name}`, received: model });
    }
    const other = named.get(name);
    if (other !== undefined) {
      const received = `${name} for both ${other} and ${model}`;
      const next = 'Name them: { first: "a/model.keras", second: "b/model.keras" }.';
      const typed = { where: "serve", next: `Name them: first=${other} second=${model}.` };
      throw inputError({ expected: "a name for each model", where, received, next, typed });
    }
    named.set(name, model);
  }
  return named;
}

const isRecord = (value: unknown): value is Readonly<Record<string, string | URL | ServableModel>> =>
  typeof value === "object" &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

function checkName(name: string, where: string): void {
  if (name !== "" && name.length <= MOST_NAME && !/[/\\\p{Cc}]/u.test(name) && !/^\.+$/.test(name)) return;
  const expected = `a name of 1 to ${MOST_NAME} characters without slashes`;
  throw inputError({ expected, where: `${where} names`, received: name });
}

/** "models/spam.keras" → "spam" */
export function nameOfFile(file: string | URL): string {
  const name = basename(pathOf(file));
  return name.replace(/(?<=.)\.[^.]+$/, "");
}

/** All models of a server. */
export class Shelf {
  readonly queue: Queue;
  readonly #settings: Settings;
  readonly #watcher: ShelfWatcher;
  readonly #slots = new Map<string, Slot>();
  #timer: NodeJS.Timeout | null = null;
  #isDisposed = false;

  private constructor(settings: Settings, watcher: ShelfWatcher) {
    this.#settings = settings;
    this.#watcher = watcher;
    this.queue = { rows: 0, most: settings.maxQueue };
  }

  /** Opens all of them. @throws InputError for one that cannot be served */
  static async open(
    named: ReadonlyMap<string, string | URL | ServableModel>,
    settings: Settings,
    watcher: ShelfWatcher,
  ): Promise<Shelf> {
    const shelf = new Shelf(settings, watcher);
    try {
      for (const [name, model] of named) await shelf.#add(name, model);
    } catch (error) {
      shelf.dispose();
      throw error;
    }
    shelf.#watch();
    return shelf;
  }

  async #add(name: string, model: string | URL | ServableModel): Promise<void> {
    if (typeof model === "string" || model instanceof URL) {
      const path = pathOf(model);
      const seen = nothingSeen();
      const opened = await openServed(path, this.#settings.engine, seen);
      const current = this.#placed(name, opened);
      this.#slots.set(name, { ...{ name, path, current, seen }, ...UNTOUCHED });
      return;
    }
    const served = servedOf(model, `serve models.${name}`);
    const current = this.#onShelf(name, "1", served);
    this.#slots.set(name, { ...{ name, path: null, current, seen: null }, ...UNTOUCHED });
  }

  #placed(name: string, { served, version, notes }: Opened): OnShelf {
    for (const message of notes) this.#log("warning", `${name}: ${message}`);
    this.#watcher.load(name, "loaded", version);
    return this.#onShelf(name, version, served);
  }

  #onShelf(name: string, version: string, served: Served): OnShelf {
    const { batchSize: size, batchWait: wait } = this.#settings;
    const onBatch: Gathering["onBatch"] = (rows, seconds) => this.#watcher.batch(name, rows, seconds);
    return {
      name,
      version,
      served,
      batcher: new Batcher(served, { size, wait, queue: this.queue, onBatch }),
    };
  }

  #log(level: "info" | "warning" | "error", message: string): void {
    this.#settings.onLog({ level, message });
  }

  /** All models, in the order they were given. */
  get standings(): Standing[] {
    return [...this.#slots.values()].map(({ name, current: { version, served }, failed }) => {
      return { name, version, served, failed };
    });
  }

  /** @throws Refusal (404) where there is none of that name or version */
  find(name: string, version?: string): OnShelf {
    const slot = this.#slots.get(name);
    if (!slot) throw new Refusal(404, `There is no model ${show(name)}: ${this.#names()}.`);
    const { current } = slot;
    if (version === undefined || version === current.version) return current;
    const next = `${name} is at version ${current.version}: name that, or leave the version out.`;
    throw new Refusal(404, `There is no version ${show(version)}: ${next}`);
  }

  /** The one model where there is one. @throws Refusal (400) where there are several */
  only(): OnShelf {
    const [first, ...others] = this.#slots.values();
    if (others.length === 0) return first!.current;
    throw new Refusal(400, `model: expected a name, as there are several: ${this.#names()}.`);
  }

  #names(): string {
    const names = [...this.#slots.keys()];
    return `there ${names.length === 1 ? "is" : "are"} ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}`;
  }

  #watch(): void {
    const { reloadEvery } = this.#settings;
    if (reloadEvery === 0 || [...this.#slots.values()].every(({ path }) => path === null)) return;
    // One look after another: a slow disk must not have two at once.
    this.#timer = setTimeout(async () => {
      await this.look();
      if (this.#timer) this.#watch();
    }, reloadEvery);
    this.#timer.unref();
  }

  /** Looks at all files, and reads those again that changed and have settled since the last look. */
  async look(): Promise<void> {
    for (const slot of this.#slots.values()) if (slot.path !== null) await this.#lookAt(slot, slot.path);
  }

  async #lookAt(slot: Slot, path: string): Promise<void> {
    const now = await lookAt(slot.seen?.files ?? [path]);
    if (now.signature === slot.seen?.signature) {
      slot.pending = null;
      return;
    }
    // Files are replaced by removing and writing, too: what changed, or is gone, is one that has stayed so.
    if (now.signature !== slot.pending) {
      slot.pending = now.signature;
      return;
    }
    slot.pending = null;
    await this.#reload(slot, path);
  }

  async #reload(slot: Slot, path: string): Promise<void> {
    const seen = nothingSeen();
    let opened: Opened;
    try {
      opened = await openServed(path, this.#settings.engine, seen);
    } catch (error) {
      if (this.#isDisposed) return;
      // Whichever file it failed at is looked at from now on: it may be mended, or come.
      slot.seen = seen;
      this.#watcher.load(slot.name, "failed", null);
      return this.#keep(slot, isAbsent(seen) ? `${path} is not there any more` : (error as Error).message);
    }
    if (this.#isDisposed) return opened.served.dispose();
    slot.failed = null;
    slot.seen = seen;
    const before = slot.current;
    if (opened.version === before.version) return opened.served.dispose();
    slot.current = this.#placed(slot.name, opened);
    this.#log("info", `${slot.name}: version ${opened.version} answers in place of ${before.version}`);
    void before.batcher.finish().then(() => before.served.dispose());
  }

  /** Says, once, why the model that is loaded goes on. */
  #keep(slot: Slot, why: string): void {
    const failed = `${why}; version ${slot.current.version} goes on`;
    if (slot.failed === failed) return;
    slot.failed = failed;
    this.#log("error", `${slot.name}: ${failed}`);
  }

  /** Nobody asks any more: what waits for others is asked now. */
  finish(): void {
    for (const { current } of this.#slots.values()) void current.batcher.finish();
  }

  /** Ends watching, and frees what was loaded from files; what is being loaded is freed once it is. */
  dispose(): void {
    this.#isDisposed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const { current } of this.#slots.values()) current.served.dispose();
  }
}
