/** The network in a model file that was taken apart: layers out of Keras's configuration, and their weights. */
import { listOf, objectOf, textOf } from "../../base/arguments.js";
import { inputError, knownOptions } from "../../base/errors.js";
import { checkOnWarning, type WarningOptions } from "../../base/notes.js";
import type { EngineMaker, EngineOptions } from "../../engines/registry.js";
import { Network } from "../../network/network.js";
import type { OpenedFile } from "../opened.js";
import { type Blueprint, readModelConfig, toLinks } from "./model-config.js";
import { setWeights } from "./model-weights.js";
import { type Context, Notes, parseVersion, type Receipt } from "./receipt.js";

/** The engine's options go to the model. */
export interface ReadOptions extends EngineOptions, WarningOptions {
  /** What messages call the file. */
  name?: string;
}

/** @throws InputError for options that are none */
export function checkReading(options: ReadOptions): ReadOptions {
  knownOptions(options, ["name", "engine", "threads", "onWarning"], "read options");
  checkOnWarning(options.onWarning, "onWarning");
  if (options.name !== undefined) textOf(options.name, "read name");
  return options;
}

/** What a network that is read is called, and what it computes with. */
export interface NetworkSource {
  /** What messages call the file. */
  name: string;
  engine: EngineMaker;
}

/** A network out of a file, and how it was read. */
export interface NetworkReading {
  network: Network;
  context: Context;
}

/** The network alone: whoever only predicts needs no more. @throws InputError */
export function readNetwork(opened: OpenedFile, { name, engine }: NetworkSource): NetworkReading {
  objectOf(opened, "readOpened", "a file that was opened");
  textOf(opened.format, `${name}: format`);
  textOf(opened.where, `${name}: where`);
  if (opened.version !== null) textOf(opened.version, `${name}: version`);
  listOf(opened.optimizer, `${name}: optimizer`, objectOf);
  const notes = new Notes();
  const { asset } = opened;
  const version = parseVersion(opened.meaning ?? opened.version);
  const stored = opened.weights !== undefined;
  const made = { layers: 0 };
  const context: Context = { file: name, ...version, notes, made, asset, stored, seen: new Set() };
  if (context.major < 2 || context.major > 3) {
    throw inputError({ expected: "a file of Keras 2 or 3", where: name, received: opened.version });
  }
  const blueprint = readModelConfig(opened.config, context, opened.where);
  const network = build(blueprint, engine);
  if (opened.weights) setWeights(network, blueprint.entries, opened.weights, notes);
  else notes.warn("no weights in the file: the model starts with fresh ones");
  return { network, context };
}

/** The network itself; no memory is taken for its weights yet. */
function build(blueprint: Blueprint, engine: EngineMaker): Network {
  const layers = blueprint.entries.map(({ layer }) => layer);
  const { name, outputs } = blueprint;
  return new Network({ layers, links: toLinks(blueprint), outputs }, { engine, name });
}

/** Looks, last of all, whether the file is as it was written. @throws InputError; the network's memory is given back */
export function verify(opened: OpenedFile, network: Network): void {
  try {
    opened.verify?.();
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** What was read, assumed and left aside. */
export function receiptOf(opened: OpenedFile, { network, context }: NetworkReading): Receipt {
  const { filled, ignored, warnings } = context.notes;
  const counts = { layers: network.layers.length, parameters: network.countParams() };
  return { format: opened.format, kerasVersion: opened.version, ...counts, filled, ignored, warnings };
}
