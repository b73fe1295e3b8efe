/** Taking apart what Keras writes, whichever Keras wrote it and whatever the file is called. */
import { bytesOf } from "../../base/arguments.js";
import { inputError } from "../../base/errors.js";
import { DATA_FORBIDDEN, isObject, type Json, type JsonObject, parseJson } from "../../base/json.js";
import { checkSeal, SEAL } from "../../base/seal.js";
import { Work } from "../../base/work.js";
import { isHdf5, isJson, isZip } from "../detect.js";
import { foreignArchive, foreignJson, foreignKind, refuseForeign } from "../foreign.js";
import { type Hdf5Group, readHdf5 } from "../hdf5/reader.js";
import type { OpenedFile } from "../opened.js";
import { readZip, type ZipMember } from "../zip.js";
import { namedOptimizer, pathOptimizer } from "./optimizer-state.js";
import { namedStore, pathStore, textList, type WeightsStore } from "./weights-store.js";

/** The archive member that holds Cellstate's own part; Python Keras passes over it. */
export const EXTRAS_MEMBER = "cellstate.json";

const A_MODEL = "a Keras model (.keras archive, HDF5 or JSON)";

/**
 * Takes apart what Keras or Cellstate saved: a `.keras` archive, an HDF5 model, or the JSON of an architecture.
 * The content decides, not the name. Nothing in the file is executed; @throws InputError, one line that names the
 * place, for anything damaged, hostile or unknown.
 */
export function openKeras(source: ArrayBuffer | ArrayBufferView, file: string): OpenedFile {
  const bytes = bytesOf(source, file);
  if (isZip(bytes)) return openArchive(bytes, file);
  if (isHdf5(bytes)) return openHdf5(bytes, file);
  if (isJson(bytes)) return openJson(bytes, file);
  throw refuseForeign(A_MODEL, file, foreignKind(bytes));
}

/** Weights by path or by lists of names, in an archive or not. */
export function openWeights(bytes: Uint8Array, file: string): WeightsStore {
  if (isZip(bytes)) {
    const work = new Work(file, bytes.length);
    const root = readWeightsMember(readZip(bytes, file, work), file, work);
    return pathStore([root], `${file}: model.weights.h5`);
  }
  if (!isHdf5(bytes)) throw refuseForeign("weights in HDF5", file, foreignKind(bytes));
  const root = readHdf5(bytes, file);
  checkSeal(root.attributes.get(SEAL), bytes, file);
  const named = root.groups.get("model_weights") ?? root;
  return textList(named, "layer_names", file).length > 0 ? namedStore(named, file) : pathStore([root], file);
}

/** @throws InputError for what is damaged, hostile or no archive of Keras's */
export function openArchive(bytes: Uint8Array, file: string): OpenedFile {
  const work = new Work(file, bytes.length);
  const members = readZip(bytes, file, work);
  const json = (name: string, forbidden?: ReadonlySet<string>) => {
    const member = members.get(name);
    return member && parseJson(member.read(), `${file}: ${name}`, { forbidden, work });
  };
  const config = json("config.json");
  if (!config) {
    throw refuseForeign("a Keras archive with config.json", file, foreignArchive([...members.keys()]));
  }
  const metadata = json("metadata.json");
  const weights = readWeightsMember(members, file, work);
  const place = `${file}: model.weights.h5`;
  const older = olderAssets(members);
  return {
    format: "Keras archive",
    version: isObject(metadata) ? versionOf(metadata, `${file}: metadata.json`) : null,
    config,
    where: `${file}: config.json`,
    training: isObject(config) ? config["compile_config"] : undefined,
    weights: pathStore([weights], place),
    optimizer: pathOptimizer(weights, place),
    asset: (path) => members.get(`assets/${path}`)?.read() ?? older.get(path)?.read(),
    extras: json(EXTRAS_MEMBER, DATA_FORBIDDEN) ?? null,
  };
}

/** Keras 2.13 called the folder "layers" otherwise. */
function olderAssets(members: Map<string, ZipMember>): Map<string, ZipMember> {
  const renamed = [...members].map(
    ([name, member]) => [name.replace("assets/_layer_checkpoint_dependencies/", "layers/"), member] as const,
  );
  return new Map(renamed);
}

function readWeightsMember(members: Map<string, ZipMember>, file: string, work: Work): Hdf5Group {
  const member = members.get("model.weights.h5");
  if (member) return readHdf5(member.read(), `${file}: model.weights.h5`, work);
  throw inputError({ expected: "a Keras archive with model.weights.h5", where: file, received: "none" });
}

/** Names mean what they meant to the Keras that wrote them. */
function versionOf({ keras_version: version = null }: JsonObject, where: string): string | null {
  if (version === null || typeof version === "string") return version;
  throw inputError({ expected: 'text, as "3.15.1"', where: `${where}: keras_version`, received: version });
}

function asText(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** @throws InputError for what is damaged, hostile or no whole model */
export function openHdf5(bytes: Uint8Array, file: string): OpenedFile {
  const work = new Work(file, bytes.length);
  const root = readHdf5(bytes, file, work);
  const attribute = (name: string) => {
    const value = root.attributes.get(name);
    return typeof value === "string" ? value : null;
  };
  const config = attribute("model_config");
  const weights = root.groups.get("model_weights");
  if (config === null || !weights) {
    throw inputError({
      expected: "a whole model (attribute model_config, group model_weights)",
      where: file,
      received: config === null ? "weights alone" : "a configuration alone",
      next: "Build the model, then load the weights into it.",
    });
  }
  const training = attribute("training_config");
  const version =
    attribute("keras_version") ?? asText((weights.attributes.get("keras_version") as Json) ?? null);
  return {
    format: "HDF5 model",
    version,
    config: parseJson(config, `${file}: model_config`, { work }),
    where: `${file}: model_config`,
    training: training === null ? undefined : parseJson(training, `${file}: training_config`, { work }),
    weights: namedStore(weights, file, { whole: true }),
    optimizer: namedOptimizer(root, file),
    extras: null,
    verify: () => checkSeal(root.attributes.get(SEAL), bytes, file),
  };
}

/** `model.to_json()`: an architecture without weights. */
export function openJson(bytes: Uint8Array, file: string): OpenedFile {
  const config = parseJson(bytes, file);
  const known =
    isObject(config) && Object.hasOwn(config, "class_name") && config["class_name"] !== "Tokenizer";
  if (!known) throw refuseForeign(A_MODEL, file, foreignJson(config));
  const version = versionOf(config, file);
  const rest = { training: undefined, weights: undefined, optimizer: [], extras: null };
  return { format: "JSON architecture", version, config, where: file, ...rest };
}
