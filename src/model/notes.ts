/** Saying once what may make a model behave otherwise than where it came from. */
import { checkOnWarning, type Note, type WarningOptions } from "../base/notes.js";

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
