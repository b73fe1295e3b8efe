/** The sequences that a run learns from and is measured on. */
import type { Pieces } from "../base/pieces.js";
import type { Model } from "../model/model.js";
import { Draw, type SetName } from "./draw.js";
import { answersOf, errorOf, lossPerAnswer } from "./network.js";
import type { LabTask, TaskSizes } from "./task.js";

/** Sequences that are answered in one piece: of long ones few. */
const [LEAST_ROWS, MOST_ROWS, STEPS] = [16, 128, 2 ** 14];

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
      const numbers = new Draw(this.seed, set, first + r);
      const { task } = this;
      if (set === "beyond" && task.drawBeyond) task.drawBeyond(numbers, this.lag, x, y);
      else task.draw(numbers, this.lag, x, y);
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

  /**
   * Of the set's first sequences, the share to which the model's answer is right, and the mean loss an answer:
   * cross-entropy in nats, or the squared error of a number.
   */
  *measure(model: Model, set: SetName, rows: number): Pieces<{ right: number; loss: number }> {
    const batch = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.floor(STEPS / this.sizes.steps)));
    let [right, loss, answers] = [0, 0, 0];
    for (let first = 0; first < rows; first += batch) {
      const [x, y] = this.batch(set, first, Math.min(batch, rows - first));
      const { data } = model.predictFlat(x, { batchSize: batch });
      const judged = answersOf(this.task, data);
      for (let r = 0; r < x.rows; r++) {
        const at = r * this.targetSize;
        const rowOf = (values: Float32Array) => values.subarray(at, at + this.targetSize);
        const [output, target] = [rowOf(data), rowOf(y.data)];
        if (this.task.right(rowOf(judged), target, this.sizes)) right++;
        for (let k = 0; k < target.length; k++) loss += errorOf(this.task, output[k]!, target[k]!);
        answers += this.task.answer === "softmaxSteps" ? target.reduce((sum, one) => sum + one, 0) : 1;
      }
      yield x.rows;
    }
    return { right: right / rows, loss: loss / answers };
  }
}
