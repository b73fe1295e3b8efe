/** The sequences that a run learns from and is measured on. */
import type { Model } from "../model/model.js";
import { Draw, type SetName } from "./draw.js";
import { lossPerAnswer } from "./network.js";
import type { LabTask, TaskSizes } from "./task.js";

/** A task's sequences at one lag, from one seed. The same for every cell, so that all learn from the same. */
export class Sequences {
  private x = new Float32Array(0);
  private y = new Float32Array(0);
  private readonly inputSize: number;
  private readonly targetSize: number;

  constructor(
    private readonly task: LabTask,
    private readonly sizes: TaskSizes,
    private readonly lag: number,
    private readonly seed: number,
  ) {
    this.inputSize = sizes.steps * sizes.features;
    this.targetSize = (task.answer === "softmaxSteps" ? sizes.steps : 1) * sizes.outputs;
  }

  /** Sequences first … first + rows − 1 of a set as x [rows][T][F] and y, valid until the next call. */
  batch(set: SetName, first: number, rows: number) {
    const { steps, features } = this.sizes;
    if (this.x.length !== rows * this.inputSize) {
      this.x = new Float32Array(rows * this.inputSize);
      this.y = new Float32Array(rows * this.targetSize);
    } else {
      this.x.fill(0);
      this.y.fill(0);
    }
    for (let r = 0; r < rows; r++) {
      const x = this.x.subarray(r * this.inputSize, (r + 1) * this.inputSize);
      const y = this.y.subarray(r * this.targetSize, (r + 1) * this.targetSize);
      this.task.draw(new Draw(this.seed, set, first + r), this.lag, x, y);
    }
    return [
      { data: this.x, rows, shape: [steps, features] },
      { data: this.y, rows, shape: [this.targetSize] },
    ] as const;
  }

  /** A batch's loss in words a reader knows; see `lossPerAnswer`. */
  answerLoss(loss: number): number {
    return lossPerAnswer(this.task, this.sizes, loss, this.y, this.y.length / this.targetSize);
  }

  /** The share of the set's first sequences to which the model's answer is right. */
  shareRight(model: Model, set: SetName, rows: number): number {
    const batch = 128;
    let right = 0;
    for (let first = 0; first < rows; first += batch) {
      const [x, y] = this.batch(set, first, Math.min(batch, rows - first));
      const { data } = model.predictFlat(x, { batchSize: batch });
      for (let r = 0; r < x.rows; r++) {
        const at = r * this.targetSize;
        const output = data.subarray(at, at + this.targetSize);
        if (this.task.right(output, y.data.subarray(at, at + this.targetSize), this.sizes)) right++;
      }
    }
    return right / rows;
  }
}
