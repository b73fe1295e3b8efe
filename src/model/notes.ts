/** Saying once what may make a model behave otherwise than where it came from. */
import { checkOnWarning, type Note, type WarningOptions, warnOnce } from "../base/notes.js";
import type { Engine } from "../engines/engine.js";

/** The notes of one model. Each is said once, when the model is first used in a way that it matters to. */
export class ModelNotes {
  private readonly list: Note[] = [];
  private readonly said = new Set<Note>();
  private readonly saidOfEngine = new Set<string>();

  constructor(private onWarning: WarningOptions["onWarning"]) {}

  /** All of them, those of the model's engine too where there is one by now. */
  texts(engine: Engine | undefined): readonly string[] {
    return Object.freeze([...this.list.map(({ text }) => text), ...(engine?.notes ?? [])]);
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

  /**
   * Says what is new; `training` says all, other uses leave out what only training has to know.
   * @param engine the model's: what it has to say goes to the console once for all models, as it is true of all
   */
  say(training: boolean, onWarning: WarningOptions["onWarning"], where: string, engine?: Engine): void {
    checkOnWarning(onWarning, `${where} onWarning`);
    const tell = onWarning !== undefined ? onWarning : this.onWarning;
    for (const text of engine?.notes ?? []) {
      if (this.saidOfEngine.has(text)) continue;
      this.saidOfEngine.add(text);
      if (tell === undefined) warnOnce(text);
      else tell?.(text);
    }
    for (const note of this.list) {
      if (this.said.has(note) || (note.training && !training)) continue;
      this.said.add(note);
      if (tell === undefined) console.warn(note.text);
      else tell?.(note.text);
    }
  }
}
