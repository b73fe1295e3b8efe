/** What a compiled model measures: its metrics, and those in which rows count by their weights. */
import type { Compiled } from "../compiled.js";
import { factsOf, targetWidth } from "../losses.js";
import type { Logits } from "./accumulator.js";
import { readsLogits } from "./build.js";
import { byName, MetricAccumulator } from "./streaming.js";

/** Whether what is measured starts from what the last activation was given; as the loss's `path` says. */
export const wantsLogits = ({ loss, metrics, weightedMetrics }: Compiled): boolean =>
  loss.path === "logits" &&
  [...metrics, ...weightedMetrics].some((metric) => typeof metric !== "string" && readsLogits(metric));

export class CompiledMetrics {
  private readonly plain: MetricAccumulator;
  private readonly weighted: MetricAccumulator;
  private readonly plainNames: readonly string[];
  private readonly weightedNames: readonly string[];

  /** @throws InputError where a metric does not suit such outputs and targets */
  constructor({ loss, metrics, weightedMetrics }: Omit<Compiled, "optimizer">, outputs: number) {
    const shape = {
      outputs,
      targetWidth: targetWidth(loss, outputs),
      independent: outputs > 1 && !factsOf(loss).exclusive,
    };
    this.plain = new MetricAccumulator(metrics, shape);
    this.weighted = new MetricAccumulator(weightedMetrics, shape);
    const taken = new Set<string>();
    this.plainNames = this.plain.names.map((name) => numbered(name, taken));
    // Keras's rule: weighted, of a name that is taken.
    this.weightedNames = this.weighted.names.map((name) =>
      numbered(taken.has(name) ? `weighted_${name}` : name, taken),
    );
  }

  reset(): void {
    this.plain.reset();
    this.weighted.reset();
  }

  /** Outputs [rows][outputs], targets [rows][targetWidth], weights [rows] where rows have any. */
  update(
    outputs: ArrayLike<number>,
    targets: ArrayLike<number>,
    rows: number,
    weights?: ArrayLike<number>,
    logits?: Logits | null,
  ): void {
    this.plain.update(outputs, targets, rows, undefined, logits);
    this.weighted.update(outputs, targets, rows, weights, logits);
  }

  /** Every value by its name: see `MetricAccumulator.result`. */
  result(): Record<string, number> {
    return byName([...this.plain.values(this.plainNames), ...this.weighted.values(this.weightedNames)]);
  }
}

/** Keras's rule: a name that comes again is numbered. */
function numbered(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
  taken.add(free);
  return free;
}
