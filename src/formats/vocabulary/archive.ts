/** The vocabulary inside a model archive: Cellstate's own, or a TextVectorization layer's. */
import { inputError } from "../../base/errors.js";
import { DATA_FORBIDDEN, isObject, type Json, type JsonObject, parseJson } from "../../base/json.js";
import { onlyVocabulary } from "../keras/text-vectorization.js";
import { readZip } from "../zip.js";
import type { FoundVocabulary } from "./found.js";
import { readJsonVocabulary, textVectorizationJson } from "./json.js";

export function readArchiveVocabulary(bytes: Uint8Array, file: string): FoundVocabulary {
  const members = readZip(bytes, file);
  const json = (name: string, forbidden?: ReadonlySet<string>) => {
    const member = members.get(name);
    return member ? parseJson(member.read(), `${file}: ${name}`, { forbidden }) : null;
  };
  const extras = json("cellstate.json", DATA_FORBIDDEN);
  if (isObject(extras) && isObject(extras["vectorizer"])) {
    return readJsonVocabulary(JSON.stringify(extras["vectorizer"]), `${file}: cellstate.json: vectorizer`);
  }
  const configs: JsonObject[] = [];
  collect(json("config.json"), configs);
  const texts = [...members.keys()].filter((name) => name.endsWith("/vocabulary.txt"));
  const own = texts.filter((name) => !name.includes("/_lookup_layer/"));
  if (configs.length !== 1 || own.length > 1) {
    const received = configs.length === 0 ? "a model without one" : `${configs.length} of them`;
    throw inputError({
      expected: "one vocabulary (TextVectorization or Cellstate's)",
      where: file,
      received,
    });
  }
  const copies = texts.map((name) => members.get(name)!.read());
  const asset = onlyVocabulary(copies, file);
  return textVectorizationJson(configs[0]!, `${file}: config.json: TextVectorization`, asset);
}

/** The settings of every TextVectorization in a model, however deep; parseJson has bounded the depth. */
function collect(value: Json, found: JsonObject[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found);
  if (!isObject(value)) return;
  if (value["class_name"] === "TextVectorization" && isObject(value["config"])) found.push(value["config"]);
  else for (const item of Object.values(value)) collect(item, found);
}
