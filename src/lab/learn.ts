/** One run of an experiment: one cell at one lag from one seed, from fresh weights to its score. */
import { Long } from "../base/progress.js";
import type { EngineOptions } from "../engines/registry.js";
import type { Model } from "../model/model.js";
import type { CellName } from "./cells.js";
import { labNetwork } from "./network.js";
import type { LabRun, LabSizes } from "./result.js";
import { Sequences } from "./sequences.js";
import type { Setting } from "./setting.js";
import { taskNamed } from "./tasks/index.js";

/** A run to be made. */
export interface Job {
  /** Which cell. */
  cell: CellName;
  /** Steps between the last input that matters and the answer, at least. */
  lag: number;
  /** What weights and sequences are drawn from. */
  seed: number;
  /** What the network is made with. */
  setting: Setting;
  /** Training sequences that it may use. */
  budget: number;
}

/** All that a run follows from, as plain data that another thread can be given. */
export interface RunOrder {
  task: string;
  sizes: LabSizes;
  job: Job;
}

/** What is noted while a run learns. */
export type Check = LabRun["curve"][number];

/** Sequences of the check while learning (as Hochreiter and Schmidhuber's ST1), and of the final score. */
const CHECKED = 256;
const SCORED = 1000;
/** Training steps between checks. */
const CHECK_EVERY = 50;

/** @returns null when aborted: before a step, so that nothing is begun once the signal is set */
export async function learn(
  order: RunOrder,
  engine: EngineOptions,
  onCheck: (check: Check) => void,
  signal?: AbortSignal,
): Promise<LabRun | null> {
  const { sizes: lab, job } = order;
  const task = taskNamed(order.task);
  const sizes = task.sizes(job.lag);
  const model = labNetwork(task, sizes, job.cell, lab.units, job.setting, { ...engine, seed: job.seed });
  const sequences = new Sequences(task, sizes, job.lag, job.seed);
  const started = performance.now();
  // The end of its signal is looked for before each step.
  const turns = new Long({ signal }, null);
  try {
    const learned = await train(
      model,
      sequences,
      lab.batchSize,
      job.budget,
      task.allowedWrong,
      onCheck,
      turns,
    );
    if (!learned) return null;
    const { cell, lag, seed, setting } = job;
    const diverged = learned.ended === "diverged";
    const measured = (set: "final" | "beyond") => turns.run(sequences.measure(model, set, SCORED));
    const score = diverged ? { right: 0, loss: Number.NaN } : await measured("final");
    const beyond = task.drawBeyond ? (diverged ? 0 : (await measured("beyond")).right) : null;
    return {
      ...{ cell, lag, seed, setting },
      ...learned,
      ...score,
      beyond,
      params: model.countParams(),
      solved: learned.ended === "solved",
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    model.dispose();
  }
}

async function train(
  model: Model,
  sequences: Sequences,
  batchSize: number,
  budget: number,
  allowedWrong: number | null,
  onCheck: (check: Check) => void,
  turns: Long,
): Promise<Pick<LabRun, "sequences" | "ended" | "curve"> | null> {
  const curve: Check[] = [];
  const steps = Math.ceil(budget / batchSize);
  for (let step = 1; step <= steps; step++) {
    if (turns.aborted) return null;
    const loss = model.trainOnBatch(...sequences.batch("training", (step - 1) * batchSize, batchSize));
    const done = step * batchSize;
    if (!Number.isFinite(loss)) return { sequences: done, ended: "diverged", curve };
    if (step % CHECK_EVERY === 0 || step === steps) {
      const answerLoss = sequences.answerLoss(loss);
      const { right } = await turns.run(sequences.measure(model, "check", CHECKED));
      curve.push({ sequences: done, loss: answerLoss, right });
      onCheck(curve.at(-1)!);
      if (allowedWrong !== null && 1 - right <= allowedWrong + 1e-12)
        return { sequences: done, ended: "solved", curve };
    }
    await turns.did();
  }
  return { sequences: budget, ended: "budget", curve };
}
