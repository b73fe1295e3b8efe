/** Keras scripts: the model a Python file builds, read by parsing and never by running. */
import { inputError } from "../../base/errors.js";
import type { Json, JsonObject } from "../../base/json.js";
import { label } from "../../base/label.js";
import type { Note } from "../../base/notes.js";
import { Network, type NetworkOptions } from "../../network/network.js";
import { Trainer } from "../../train/trainer.js";
import { readCompileConfig } from "../keras/compile-config.js";
import { readModelConfig, toLinks } from "../keras/model-config.js";
import { type Context, Notes, type Receipt } from "../keras/receipt.js";
import { type Definitions, type Followed, followScript, type ScriptText } from "./script.js";
import type { Unread } from "./session.js";
import { readSettings, type ScriptSettings, saidBy } from "./settings.js";
import { scriptConfig } from "./to-config.js";
import { written } from "./values.js";

/** A receipt that also says what was taken, with the lines of the script. */
export interface ScriptReceipt extends Receipt {
  taken: string[];
}

export interface ScriptReading {
  /** The network with fresh weights; compiled where the script compiles it with what Cellstate has. */
  trainer: Trainer;
  /** What may make it behave otherwise than where it came from. */
  notes: readonly Note[];
  receipt: ScriptReceipt;
  /** What the script says of texts and training. */
  settings: ScriptSettings;
  /** What would change what training comes to, and cannot be read; in the script's order. */
  unread: Unread[];
}

export interface ScriptOptions extends NetworkOptions {
  /** How messages name it: "homework.py". */
  file?: string;
  /** Values that the script computes and the caller knows, by its own words: { "len(chars)": 57, vocab_size: 1000 }. */
  definitions?: Definitions;
}

/** The network that a Keras script builds. @throws InputError naming the line of what cannot be read */
export function readScript(source: string | ScriptText, options: ScriptOptions): ScriptReading {
  const { file = "script", definitions = {}, ...networkOptions } = options;
  const notes = new Notes();
  const text = typeof source === "string" ? { source } : source;
  const followed = followScript(text, file, definitions);
  const { session } = followed;
  const described = scriptConfig(followed.model, session, notes);
  // A script means what today's Keras makes of it.
  const context: Context = { file, major: 3, minor: 15, notes, made: { layers: 0 } };
  const blueprint = readModelConfig(described.model, context, file);
  const links = toLinks(blueprint);
  const layers = links.map(({ layer }) => layer);
  const { name, outputs } = blueprint;
  const network = new Network({ layers, links, outputs }, { name, ...networkOptions });
  const trainer = new Trainer(network);
  if (network.layers.length === 0) throw inputError({ expected: "at least one layer", where: file });
  const taken = [whatIsTaken(followed), ...compileModel(trainer, described.compile, followed, context)];
  const said = notes.list();
  const settings = readSettings(followed.model, session, notes);
  const about = new Set(
    session.unread.filter((item) => item.model === null || item.model === followed.model),
  );
  const unread = [...about].sort((a, b) => a.line - b.line);
  const aside = session.aside
    .sort((a, b) => a.line - b.line)
    .map(({ line, what }) => `${session.at(line)}: ${what}`);
  const { filled, ignored, warnings } = notes;
  const counts = { layers: network.layers.length, parameters: network.countParams() };
  if (!Number.isSafeInteger(counts.parameters)) {
    const received = counts.parameters.toExponential(1);
    throw inputError({ expected: "a network whose parameters can be counted", where: file, received });
  }
  return {
    trainer,
    notes: said,
    settings,
    unread,
    receipt: {
      ...{ format: "Keras script", kerasVersion: null, ...counts },
      taken: [...taken, ...saidBy(settings)],
      filled: [...session.assumed, ...filled],
      ignored: [
        ...unread.map(({ line, what }) => `${session.at(line)}: ${what}`),
        ...aside,
        ...otherModels(followed),
        ...ignored,
      ],
      warnings,
    },
  };
}

function whatIsTaken({ model, others, session }: Followed): string {
  const kind = model.layers ? "Sequential" : "Model";
  const which = others.length > 0 ? `, one of ${others.length + 1} models: ${whyThis(model)}` : "";
  return `${session.at(model.line)}: the model, a ${kind} ${label(model.name)}${which}`;
}

function whyThis({ fit, compile }: Followed["model"]): string {
  return fit ? "the last that is fitted" : compile ? "the last that is compiled" : "the last that is made";
}

const otherModels = ({ others, session }: Followed) =>
  others.slice(0, 20).map(({ line, name }) => `${session.at(line)}: the model ${label(name)}`);

/** Compiles as the script does; gives what was taken. What Cellstate does not have is noted as unread. */
function compileModel(
  trainer: Trainer,
  config: JsonObject | undefined,
  followed: Followed,
  context: Context,
): string[] {
  const call = followed.model.compile;
  if (!config || !call) return [];
  const { line } = call;
  const { session } = followed;
  const { notes } = context;
  // Keras's default.
  if (!call.args.has("optimizer")) {
    config["optimizer"] = "rmsprop";
    notes.fill(`${session.at(line)}: compile optimizer = rmsprop, as Keras takes it where none is said`);
  }
  const before = notes.warnings.length;
  const compile = readCompileConfig(config as Json, context, trainer.network.outputSize);
  if (!compile) {
    for (const what of notes.warnings.slice(before)) {
      const about = /^(compile )?optimizer/.test(what) ? "optimizer" : "loss";
      // One that could not be read was said with its line.
      if (!(about in config)) continue;
      const next = `Write one that Cellstate has${about === "optimizer" ? ", or give --optimizer NAME" : ""}.`;
      session.cannotRead({ line, what: `compile ${what}`, next, model: followed.model, about });
    }
    return [];
  }
  trainer.compile(compile);
  const said = [...call.args]
    .filter(([key]) => key in config)
    .map(([key, value]) => `${key}=${written(value)}`);
  return [`${session.at(line)}: compile: ${said.join(", ")}`];
}
