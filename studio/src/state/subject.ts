/** The model that is open. It lives in a worker: this thread only asks it, and draws what it answers. */
import { signal } from "@preact/signals";
import { createModel, InputError, type ModelKind, type WorkerModel } from "cellstate/worker";
import { plural } from "./words.js";

/** An open model, and where it came from. */
export interface Subject {
  /** As the page calls it: the file's name, or what it was trained on. */
  readonly name: string;
  readonly model: AnyModel;
  /** Whether it is the one that the page opens with. */
  readonly isExample: boolean;
}

export type AnyModel = { [K in ModelKind]: WorkerModel<K> }[ModelKind];

export const subject = signal<Subject | null>(null);
/** Why the last file could not be opened. What was open before still is. */
export const openProblem = signal<Error | null>(null);
/** What is being opened. */
export const opening = signal<string | null>(null);

/** In the order in which a file is tried: one that answers texts is more than the network in it. */
const KINDS = ["classifier", "multiLabel", "regressor", "network"] as const;

/** A model's file: chosen, at an address, or that of a model that was open. */
export type ModelFile = Blob | URL | AnyModel["file"];

/** Opens a file as the most that it is. @throws InputError in the words of what it comes nearest to */
async function openAs(file: ModelFile, name: string, beside?: readonly File[]): Promise<AnyModel> {
  let first: unknown;
  for (const kind of KINDS) {
    try {
      return (await createModel(file, { kind, name, ...(beside ? { beside } : {}) })) as AnyModel;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** How many files were asked for: of several, the last one counts. */
let asked = 0;

/** Opens a model file in place of what is open; one that cannot be opened changes nothing. */
export async function openModel(
  file: ModelFile,
  name: string,
  isExample = false,
  beside?: readonly File[],
): Promise<void> {
  const mine = ++asked;
  opening.value = name;
  openProblem.value = null;
  try {
    const model = await openAs(file, name, beside);
    if (mine === asked) take({ name, isExample, model });
    else model.close();
  } catch (error) {
    if (mine === asked) openProblem.value = error as Error;
  } finally {
    if (mine === asked) opening.value = null;
  }
}

/** Makes it what is open, and ends what was. */
export function take(next: Subject): void {
  const before = subject.peek();
  subject.value = next;
  openProblem.value = null;
  if (before && before.model !== next.model) before.model.close();
}

/** What it is, in a line. */
export function described({ model }: Subject): string {
  const { kind, labels, parameters } = model;
  const what = {
    classifier: plural(labels.length, "label"),
    multiLabel: `several labels of ${labels.length}`,
    regressor: "answers amounts",
    network: "a network without words",
  }[kind];
  return `${plural(parameters, "parameter")}, ${what}`;
}
