/** A training's model as what every view is about: as it was at the end, or at one of the epochs that were kept. */
import { batch, effect, signal } from "@preact/signals";
import type { WorkerModel } from "cellstate/worker";
import { routed } from "./route.js";
import type { Run } from "./run.js";
import { type AnyModel, openModel, openProblem, subject, take } from "./subject.js";

export interface Replay {
  readonly run: Run;
  /** null: as it is now, or at the end. */
  readonly epoch: number | null;
  readonly model: WorkerModel<"classifier">;
}

/** The training that is looked into; null where the open model is none of this page's trainings. */
export const replay = signal<Replay | null>(null);

/** What was open before, to go back to. */
export const before = signal<{ name: string; file: AnyModel["file"]; isExample: boolean } | null>(null);

const address = routed("epoch");

effect(() => {
  const open = subject.value;
  const now = replay.peek();
  if (!now || open?.model === now.model) return;
  replay.value = null;
  address.value = "";
});

// An address that is typed, or gone back to.
effect(() => {
  const wanted = address.value;
  const now = replay.peek();
  if (!now || wanted === String(now.epoch ?? "")) return;
  const epoch = wanted === "" ? null : Number(wanted);
  if (epoch === null || now.run.kept.includes(epoch)) void show(now.run, epoch);
});

interface Wanted {
  readonly run: Run;
  readonly epoch: number | null;
  readonly isLive: boolean;
}

let wanted: Wanted | null = null;
let isBusy = false;

/**
 * Opens what a training had learned; of several asked for meanwhile, the last.
 * @param isLive while a slider is dragged: the weights alone are changed in the model that is open
 */
export async function show(run: Run, epoch: number | null, isLive = false): Promise<void> {
  wanted = { run, epoch, isLive };
  if (isBusy) return;
  isBusy = true;
  try {
    while (wanted) {
      const next: Wanted = wanted;
      wanted = null;
      await open(next);
    }
  } catch (error) {
    openProblem.value = error as Error;
  } finally {
    isBusy = false;
  }
}

async function open({ run, epoch, isLive }: Wanted): Promise<void> {
  const learned = epoch === null ? run.training : run.training.at(epoch);
  const held = replay.peek();
  if (isLive && held?.run === run) {
    await held.model.setWeights(await learned.getWeights());
    if (replay.peek()?.model === held.model) settle({ run, epoch, model: held.model });
    return;
  }
  const model = await learned.model();
  await answerAsSettled(model, run);
  remember();
  settle({ run, epoch, model });
}

/** The threshold may have been moved since the file was written, and while this waits. */
async function answerAsSettled(model: Replay["model"], run: Run): Promise<void> {
  let threshold: number | null;
  do {
    threshold = run.threshold.peek();
    if (threshold !== null) await model.settle({ threshold });
  } while (run.threshold.peek() !== threshold);
}

function settle(next: Replay): void {
  const { run, epoch, model } = next;
  const name = epoch === null ? run.name : `${run.name}, epoch ${epoch}`;
  batch(() => {
    replay.value = next;
    take({ name, model, isExample: false });
    address.value = String(epoch ?? "");
  });
}

/** A file that was open is opened again when one goes back. */
function remember(): void {
  const open = subject.peek();
  if (!open || replay.peek()) return;
  const { name, model, isExample } = open;
  before.value = { name, file: model.file, isExample };
}

/** A run that is forgotten has no other epochs any more: what of it is open stays so, as a model like any other. */
export function leave(run: Run): void {
  if (replay.peek()?.run !== run) return;
  batch(() => {
    replay.value = null;
    address.value = "";
  });
}

export async function goBack(): Promise<void> {
  const to = before.peek();
  if (!to) return;
  await openModel(to.file, to.name, to.isExample);
}
