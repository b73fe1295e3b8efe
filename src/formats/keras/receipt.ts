import { label } from "../../base/label.js";
import type { Note } from "../../base/notes.js";

/** What reading a file found, assumed and left aside: the import receipt. */
export interface Receipt {
  /** "Keras archive", "HDF5 model", "JSON architecture" … */
  format: string;
  /** The Keras that wrote it, where the file says. */
  kerasVersion: string | null;
  /** How many layers the model has, inputs included. */
  layers: number;
  /** Numbers in its weights. */
  parameters: number;
  /** Settings that the file leaves out, with the values assumed. */
  filled: string[];
  /** Entries that mean nothing here. */
  ignored: string[];
  /** What may make the model behave otherwise than it did in Keras. */
  warnings: string[];
}

/** How many notes of one kind a receipt keeps: a hostile file must not fill it. */
const MOST_NOTES = 200;

/** Collects a receipt while a file is read. Names that come from the file pass through `label` first. */
export class Notes {
  readonly filled: string[];
  readonly ignored: string[];
  readonly warnings: string[];
  /** Those of the warnings that matter only where training goes on. */
  readonly ofTraining: Set<string>;

  /** @param whole where given, the notes that these are a part of: on training alone */
  constructor(private readonly whole: Notes | null = null) {
    this.filled = whole?.filled ?? [];
    this.ignored = whole?.ignored ?? [];
    this.warnings = whole?.warnings ?? [];
    this.ofTraining = whole?.ofTraining ?? new Set();
  }

  fill(what: string): void {
    if (this.filled.length < MOST_NOTES) this.filled.push(what);
  }

  ignore(what: string): void {
    if (this.ignored.length < MOST_NOTES) this.ignored.push(what);
  }

  warn(what: string): void {
    if (this.warnings.length < MOST_NOTES) this.warnings.push(what);
    if (this.whole && this.ofTraining.size < MOST_NOTES) this.ofTraining.add(what);
  }

  /** The warnings, as a model keeps them. */
  list(): Note[] {
    return this.warnings.map((text) => ({ text, training: this.ofTraining.has(text) }));
  }

  /** These same notes, for reading what matters only where training goes on: a model that predicts keeps quiet of it. */
  forTraining(): Notes {
    return new Notes(this);
  }
}

/** What reading a configuration needs to know besides the configuration. */
export interface Context {
  /** What messages call the file: "spam.keras". */
  readonly file: string;
  /** 3 for Keras 3, 2 for Keras 2 and tf.keras; some names changed their meaning between them. */
  readonly major: number;
  readonly minor: number;
  readonly notes: Notes;
  /** Layers made so far, those inside others included: each takes far more than the few letters that ask for it. */
  readonly made?: { layers: number };
  /** Whether the file holds the weights; otherwise fresh ones are drawn as the layers' initializers say. */
  readonly stored?: boolean;
  /** Keras's numbers (`shared_object_id`) of the layers read so far. */
  readonly seen?: Set<unknown>;
  /** A file kept beside the configuration, by its path: "layers/text_vectorization/vocabulary.txt". */
  readonly asset?: ((path: string) => Uint8Array | undefined) | undefined;
}

/** The major and minor number of "2.3.0-tf"; a file that does not say is taken for Keras 3, whose names are ours. */
export function parseVersion(version: string | null): { major: number; minor: number } {
  const found = /^(\d{1,3})\.(\d{1,3})/.exec(version ?? "");
  return found ? { major: Number(found[1]), minor: Number(found[2]) } : { major: 3, minor: 0 };
}

/** "layers[2] lstm" for messages. */
export function layerLabel(index: number, name: string): string {
  return `layers[${index}]${name ? ` ${label(name)}` : ""}`;
}
