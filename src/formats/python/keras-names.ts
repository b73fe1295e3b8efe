/** Which names of a script are Keras's, and the calls that say something besides the model. */
import type { SyntaxNode } from "@lezer/common";
import { type Arguments, byName, type Caller } from "./arguments.js";
import { padded, splitInTwo } from "./arrays.js";
import { CALLS, OTHER_LAYERS } from "./signatures.js";
import { array, data, describe, list, type Value } from "./values.js";

const KERAS_ROOT = /^(keras|tf_keras|tensorflow|tensorflow_core|tf|keras_preprocessing|keras_core)(\.|$)/;

/** Whether a path is Keras's: imported from it, or a bare name that nothing binds. */
export const isKeras = (path: string): boolean => !path.includes(".") || KERAS_ROOT.test(path);

/** A call that makes no layer and no model of ours: noted where it says what text or training are to be like. */
export function kerasCall(on: Caller, path: string, name: string, args: Arguments, node: SyntaxNode): Value {
  const line = on.line(node);
  const { session } = on;
  const keras = isKeras(path);
  const first = args.positional[0];
  if (keras && name === "pad_sequences") {
    const given = byName(on, CALLS.pad_sequences, args, name, node);
    session.say(name, given, line);
    return padded(on, given.get("maxlen"), node);
  } else if (keras && name === "TensorShape" && first?.kind === "list") {
    return first;
  } else if (keras && name === "to_categorical") {
    const count = args.positional[1] ?? args.named.get("num_classes");
    // One row of so many columns for each number, of which there is but one a row.
    return first?.kind === "array" && first.shape?.length === 1 && count
      ? array([...first.shape, count])
      : on.unknown(node);
  } else if (keras && (name === "clear_session" || name === "reset_uids")) {
    session.forgetNames();
    return data(null);
  } else if (keras && /(^|\.)text\.(one_hot|hashing_trick)$/.test(path)) {
    const what = `${name} hashes words to ids, which is not done here`;
    const next = "Use the script's network with a Tokenizer, or give a vocabulary: --tokenizer FILE.";
    session.cannotRead({ line, what, next, model: null, about: "tokenizer" });
  } else if (/\b(imdb|reuters)\.load_data$/.test(path)) {
    session.leaveAside(
      line,
      `${path.split(".").slice(-2).join(".")}: its words have ids of their own; train learns a vocabulary from the texts it is given`,
    );
  } else if (name === "train_test_split") {
    session.say(name, args.named, line);
    return list(splitInTwo(on, args.positional, node));
  } else if (SEEDS.test(path)) {
    const said = first ? `(${describe(first)})` : "()";
    session.leaveAside(
      line,
      `${name}${said}: random numbers are Cellstate's own; --seed is what they follow from`,
    );
  } else if (keras && /^set_(global_)?policy$|^set_floatx$|^set_dtype_policy$/.test(name)) {
    session.say("set_global_policy", new Map(first ? [["policy", first]] : []), line);
  } else if (keras && /^(load_model|model_from_json|model_from_yaml|clone_model)$/.test(name)) {
    session.leaveAside(line, `${name}: a model that is not made by this script's own layers`);
  } else if (keras && name === "set_value") {
    const what = `${name} sets something of the model or its optimizer, which is not followed`;
    const next = "Give it where the optimizer is made.";
    session.cannotRead({ line, what, next, model: null, about: "optimizer" });
  } else if (keras && (OTHER_LAYERS.has(name) || /(^|\.)layers(\.\w+)*\.[A-Z]\w*$/.test(path))) {
    if (["Hashing", "StringLookup", "IntegerLookup"].includes(name)) {
      const what = `${name} makes ids of words, which is not done here`;
      const next = "Use a TextVectorization or a Tokenizer, or give a vocabulary: --tokenizer FILE.";
      session.cannotRead({ line, what, next, model: null, about: "tokenizer" });
    }
    return { kind: "object", module: "layers", className: name, config: args.named, line };
  }
  return on.unknown(node);
}

/** Modules that change texts before Keras sees them. */
export const TEXT_TOOLS: ReadonlySet<string> = new Set(
  "nltk spacy bs4 gensim transformers tokenizers tensorflow_text emoji textblob contractions unidecode jieba".split(
    " ",
  ),
);

const SEEDS = /(^|\.)(set_random_seed|random\.set_seed|random\.seed|set_seed)$/;
