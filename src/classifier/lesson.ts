/** What is learned of texts: what the network is to put out for a row, and how that is taught. */
import { inputError } from "../base/errors.js";
import type { Callback, Model } from "../model/model.js";
import type { Rows } from "../network/arrays.js";
import type { Loss } from "../objectives/losses.js";
import type { MetricLike } from "../objectives/metrics/streaming.js";
import type { EarlyStoppingOptions } from "../train/callbacks.js";
import type { PresetSizes } from "./presets.js";
import type { HeldOut } from "./row-files.js";

/** What a network learns of the rows of a corpus. Rows are given by their numbers in it. */
export interface Lesson {
  /** What a ready-made network is to put out. */
  readonly outputs: Pick<PresetSizes, "classes" | "output">;
  /** The names of what is put out, in their order; none of an amount. */
  readonly labels: readonly string[];
  /** Numbers, from 0, of what keeps its share where rows are held out: which a row is of. */
  stratum(row: number): number;
  /** @throws InputError for a network that does not put out what is to be learned */
  check(model: Model): void;
  /** The loss of these targets: the model's own where it is that. */
  lossFor(model: Model, own: Loss | undefined): Loss;
  /** What is measured besides, an epoch. */
  readonly metrics: readonly MetricLike[];
  /** Called once, before targets are asked for, with the rows that are learned from. */
  begin?(rows: Uint32Array): void;
  /** [rows][width] what the network is to put out. */
  targets(rows: ArrayLike<number>): Float32Array;
  /** What the network is to put out for one row, where that is one number: rows in files are written with it. */
  target?(row: number): number;
  /** Called once before the first step, with the network as it begins, rows that are learned from, and their targets. */
  prepare?(model: Model, x: Rows, targets: Float32Array): void;
  /** By what training stops, and whose weights are kept; default the loss on rows held out. */
  readonly stopping?: Pick<EarlyStoppingOptions, "monitor" | "mode" | "tieBreaker"> | undefined;
  /** How rows weigh, by class. @param rows those that are learned from */
  classWeight?(rows: Uint32Array): Record<number, number> | null;
  /** Adds to an epoch's logs what training stops by, measured on rows held out. */
  watcher?(model: Model, heldOut: HeldOut): Callback | null;
  /** How many rows of each label there are; empty of amounts. */
  perLabel(rows: ArrayLike<number>): Record<string, number>;
  /** Called once training is over, with the weights that are kept in the model. */
  finish?(model: Model): void;
}

/** @throws InputError for a network that ends otherwise */
export function checkLastActivation({ outputNode, name }: Model, activation: string, why: string): void {
  const found = (outputNode.layer.options as { activation?: string }).activation;
  if (found === activation) return;
  throw inputError({
    expected: `a last layer of activation ${activation}, as ${why}`,
    where: `model ${name}`,
    received: `${outputNode.layer.name}${found === undefined ? "" : `, which is ${found}`}`,
  });
}
