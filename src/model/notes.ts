/** What may make a model behave otherwise than where it came from, and saying it once. */
import { inputError } from "../base/errors.js";

/** Takes one line of text. */
export type OnWarning = (message: string) => void;

export interface WarningOptions {
  /** Told what the model's `notes` say that nobody was told yet; null: nobody is. Default: `console.warn`. */
  onWarning?: OnWarning | null | undefined;
}

export interface Note {
  readonly text: string;
  /** Whether it matters only where training goes on. */
  readonly training: boolean;
}

/** @throws InputError for what is neither a function nor null */
export function checkOnWarning(value: unknown, where: string): void {
  if (value === undefined || value === null || typeof value === "function") return;
  throw inputError({ expected: "a function, or null for silence", where, received: value });
}

/** The notes of one model. Each is said once, when the model is first used in a way that it matters to. */
export class ModelNotes {
  private readonly list: Note[] = [];
  private readonly said = new Set<Note>();

  constructor(private onWarning: WarningOptions["onWarning"]) {}

  get texts(): readonly string[] {
    return Object.freeze(this.list.map(({ text }) => text));
  }

  add(notes: readonly Note[]): void {
    this.list.push(...notes);
  }

  /** Those of another model that this one is a copy of, and what was said of them; told to the same. */
  addFrom(other: ModelNotes): void {
    this.list.push(...other.list);
    for (const note of other.said) this.said.add(note);
    if (this.onWarning === undefined) this.onWarning = other.onWarning;
  }

  /** Says one thing that the model is not asked to keep. */
  tell(text: string): void {
    if (this.onWarning === undefined) console.warn(text);
    else this.onWarning?.(text);
  }

  /** Says what is new; `training` says all, other uses leave out what only training has to know. */
  say(training: boolean, onWarning: WarningOptions["onWarning"], where: string): void {
    checkOnWarning(onWarning, `${where} onWarning`);
    if (this.said.size === this.list.length) return;
    const tell = onWarning !== undefined ? onWarning : this.onWarning;
    for (const note of this.list) {
      if (this.said.has(note) || (note.training && !training)) continue;
      this.said.add(note);
      if (tell === undefined) console.warn(note.text);
      else tell?.(note.text);
    }
  }
}
