/** What a script says of texts and training besides the model: how texts become ids, how long and on what it trains. */

import { label } from "../../base/label.js";
import {
  DEFAULT_FILTERS,
  type TextVectorizationOptions,
  type TokenizerOptions,
} from "../../tokens/options.js";
import type { Notes } from "../keras/receipt.js";
import type { Saying, Session } from "./session.js";
import { type Call, describe, type ModelValue, pythonic, type Scalar, scalar, type Value } from "./values.js";

/** One setting with its value in our terms, and as the script says it: "line 3: Tokenizer num_words=5000". */
export interface Said<T> {
  value: T;
  said: string;
  line: number;
}

/** Only what the script says; the names are those of `cellstate train`'s flags. */
export interface ScriptSettings {
  frontEnd?: Said<"tokenizer" | "textVectorization">;
  /** Front-end options for which there is no flag. */
  text: Said<
    Partial<Omit<TokenizerOptions, "frontEnd">> | Partial<Omit<TextVectorizationOptions, "frontEnd">>
  > | null;
  vocabulary?: Said<number>;
  length?: Said<number>;
  padding?: Said<"pre" | "post">;
  truncating?: Said<"pre" | "post">;
  epochs?: Said<number>;
  batchSize?: Said<number>;
  validationSplit?: Said<number>;
  testSplit?: Said<number>;
  patience?: Said<number>;
}

/** What the script says, each once, in its order. */
export function saidBy({ frontEnd: _, ...settings }: ScriptSettings): string[] {
  const said = Object.values(settings as object as Record<string, Said<unknown> | null>);
  const all = said.flatMap((one) => (one ? [one] : [])).sort((a, b) => a.line - b.line);
  return [...new Set(all.map((one) => one.said))];
}

/** Reads them; what cannot be read goes to the session's `unread`, what is not done here to its `aside`. */
export function readSettings(model: ModelValue, session: Session, notes: Notes): ScriptSettings {
  const reader = new SettingsReader(model, session, notes);
  return reader.read();
}

type Read<T> = (value: Value) => T | undefined;

const whole =
  (least: number): Read<number> =>
  (value) =>
    value.kind === "data" && typeof value.value === "number" && !value.float && value.value >= least
      ? value.value
      : undefined;
const share: Read<number> = (value) => {
  const number = scalar(value);
  return typeof number === "number" && number >= 0 && number <= 0.9 ? number : undefined;
};
const oneOf =
  <T>(choices: ReadonlyMap<Scalar, T>): Read<T> =>
  (value) => {
    const plain = scalar(value);
    return plain === undefined ? undefined : choices.get(plain);
  };
const same = <T extends Scalar>(...choices: T[]) =>
  oneOf(new Map<Scalar, T>(choices.map((choice) => [choice, choice])));
const text: Read<string> = (value) => {
  const plain = scalar(value);
  return typeof plain === "string" ? plain : undefined;
};
const letter: Read<string> = (value) => {
  const plain = text(value);
  return plain?.length === 1 && plain.charCodeAt(0) < 128 ? plain : undefined;
};
const SIDE = same("pre", "post");
const SWITCH = same(true, false);

class SettingsReader {
  private readonly settings: ScriptSettings = { text: null };

  constructor(
    private readonly model: ModelValue,
    private readonly session: Session,
    private readonly notes: Notes,
  ) {}

  read(): ScriptSettings {
    const tokenizers = this.calls("Tokenizer");
    const layers = this.calls("TextVectorization");
    const rows = this.calls("pad_sequences");
    if (tokenizers.length > 0 && layers.length > 0) {
      this.unread(
        layers[0]!,
        "tokenizer",
        "both a Tokenizer and a TextVectorization turn texts into ids",
        "Keep the one that the model is trained with.",
      );
    } else if (tokenizers.length > 0) this.tokenizer(tokenizers);
    else if (layers.length > 0) this.textVectorization(layers);
    if (rows.length > 0) this.rows(rows);
    for (const { args, line } of this.calls("set_global_policy")) this.policy(args.get("policy"), line);
    for (const [i, saying] of this.calls("train_test_split").entries()) this.testSplit(saying, i);
    if (this.model.fit) this.fit(this.model.fit);
    return this.settings;
  }

  private calls(name: string): Saying[] {
    return this.session.sayings.filter((saying) => saying.name === name);
  }

  private unread(call: Call, about: string, what: string, next: string): void {
    this.session.cannotRead({ line: call.line, what, next, model: null, about });
  }

  private aside(call: Call, what: string): void {
    this.session.leaveAside(call.line, what);
  }

  /**
   * An argument that all calls must agree on; `fallback`: what Keras takes where it is left out. Undefined where it is not
   * known, which is then noted.
   */
  private agreed<T>(
    calls: Saying[],
    key: string,
    read: Read<T>,
    about: string,
    flag: string | null,
    fallback?: T,
  ): Said<T> | undefined {
    let found: Said<T> | undefined;
    for (const call of calls) {
      const given = call.args.get(key);
      const value = given ? read(given) : fallback;
      const said = `${this.session.at(call.line)}: ${call.name} ${key}=${given ? describe(given) : "(its default)"}`;
      if (value === undefined) {
        if (given === undefined) continue;
        const next = flag ? `Say it: ${flag}.` : "Write a value that Cellstate has.";
        this.unread(call, about, `${call.name} ${key} is ${describe(given)}`, next);
        return undefined;
      }
      if (found && found.value !== value) {
        const next = flag ? `Say which: ${flag}.` : "Keep one.";
        this.unread(
          call,
          about,
          `${call.name} ${key} is one thing in ${found.said.split(":")[0]} and another here`,
          next,
        );
        return undefined;
      }
      found ??= {
        value,
        said: given
          ? said
          : `${this.session.at(call.line)}: ${call.name}, whose ${key} is ${JSON.stringify(value)}`,
        line: call.line,
      };
    }
    return found;
  }

  /** An argument that must be what changes nothing here. */
  private only(calls: Saying[], key: string, allowed: readonly Scalar[], about: string): void {
    for (const call of calls) {
      const given = call.args.get(key);
      if (!given || allowed.includes(scalar(given) as Scalar)) continue;
      const expected = allowed.map(pythonic).join(" or ");
      this.unread(
        call,
        about,
        `${call.name} ${key} is ${describe(given)}, and ${expected} is all that Cellstate has`,
        "Take it out of the script.",
      );
    }
  }

  private set<K extends keyof ScriptSettings>(key: K, value: ScriptSettings[K] | undefined): void {
    if (value !== undefined) this.settings[key] = value;
  }

  private tokenizer(calls: Saying[]): void {
    const first = calls[0]!;
    this.settings.frontEnd = {
      value: "tokenizer",
      said: `${this.session.at(first.line)}: Tokenizer`,
      line: first.line,
    };
    this.vocabulary(calls, "num_words");
    this.only(calls, "analyzer", [null], "tokenizer");
    const options = {
      filters: this.agreed(calls, "filters", text, "tokenizer", null, DEFAULT_FILTERS),
      lower: this.agreed(calls, "lower", SWITCH, "tokenizer", null, true),
      split: this.agreed(calls, "split", letter, "tokenizer", null, " "),
      charLevel: this.agreed(calls, "char_level", SWITCH, "tokenizer", null, false),
      oovToken: this.agreed<string | null>(
        calls,
        "oov_token",
        (value) => (scalar(value) === null ? null : text(value) || undefined),
        "tokenizer",
        null,
        null,
      ),
    };
    this.frontEnd(
      options,
      first.line,
      "Tokenizer",
      ["filters", "lower", "split", "char_level", "oov_token"],
      calls,
    );
  }

  private textVectorization(calls: Saying[]): void {
    const first = calls[0]!;
    this.settings.frontEnd = {
      value: "textVectorization",
      said: `${this.session.at(first.line)}: TextVectorization`,
      line: first.line,
    };
    this.vocabulary(calls, "max_tokens");
    const length = this.agreed<number | null>(
      calls,
      "output_sequence_length",
      (value) => (scalar(value) === null ? null : whole(1)(value)),
      "length",
      "--length N",
    );
    if (typeof length?.value === "number") this.settings.length = { ...length, value: length.value };
    for (const side of ["padding", "truncating"] as const) {
      this.settings[side] = {
        value: "post",
        said: `${this.session.at(first.line)}: TextVectorization, whose rows are filled up and cut behind`,
        line: first.line,
      };
    }
    this.only(calls, "ngrams", [null], "tokenizer");
    this.only(calls, "output_mode", ["int"], "tokenizer");
    this.only(calls, "vocabulary", [null], "tokenizer");
    this.only(calls, "idf_weights", [null], "tokenizer");
    this.only(calls, "ragged", [false, null], "tokenizer");
    this.only(calls, "sparse", [false, null], "tokenizer");
    const standards = new Map<Scalar, "lowerAndStripPunctuation" | "lower" | "stripPunctuation" | "none">([
      ["lower_and_strip_punctuation", "lowerAndStripPunctuation"],
      ["lower", "lower"],
      ["strip_punctuation", "stripPunctuation"],
      [null, "none"],
    ]);
    const splits = new Map<Scalar, "whitespace" | "character" | "none">([
      ["whitespace", "whitespace"],
      ["character", "character"],
      [null, "none"],
    ]);
    const options = {
      standardize: this.agreed(
        calls,
        "standardize",
        oneOf(standards),
        "tokenizer",
        null,
        "lowerAndStripPunctuation" as const,
      ),
      split: this.agreed(calls, "split", oneOf(splits), "tokenizer", null, "whitespace" as const),
    };
    this.frontEnd(options, first.line, "TextVectorization", ["standardize", "split"], calls);
  }

  private vocabulary(calls: Saying[], key: string): void {
    const size = this.agreed<number | null>(
      calls,
      key,
      (value) => (scalar(value) === null ? null : whole(2)(value)),
      "vocabulary",
      "--vocabulary N",
    );
    if (typeof size?.value === "number") this.settings.vocabulary = { ...size, value: size.value };
  }

  private frontEnd(
    options: Record<string, Said<unknown> | undefined>,
    line: number,
    name: string,
    keys: string[],
    calls: Saying[],
  ): void {
    const values = Object.fromEntries(
      Object.entries(options).flatMap(([key, said]) => (said ? [[key, said.value]] : [])),
    );
    const given = keys.filter((key) => calls.some(({ args }) => args.has(key)));
    const said = given.map(
      (key) => `${key}=${describe(calls.find(({ args }) => args.has(key))!.args.get(key)!)}`,
    );
    this.settings.text = {
      value: values,
      said: `${this.session.at(line)}: ${name}${said.length > 0 ? ` ${said.join(", ")}` : ", as it is by default"}`,
      line,
    };
  }

  private rows(calls: Saying[]): void {
    const length = this.agreed<number | null>(
      calls,
      "maxlen",
      (value) => (scalar(value) === null ? null : whole(1)(value)),
      "length",
      "--length N",
    );
    if (typeof length?.value === "number") this.settings.length = { ...length, value: length.value };
    this.set("padding", this.agreed(calls, "padding", SIDE, "padding", "--padding pre or post", "pre"));
    this.set(
      "truncating",
      this.agreed(calls, "truncating", SIDE, "truncating", "--truncating pre or post", "pre"),
    );
    this.only(calls, "value", [0], "model");
  }

  private policy(value: Value | undefined, line: number): void {
    const policy = value ? scalar(value) : null;
    if (policy === null || policy === "float32") return;
    this.notes.warn(
      `${this.session.at(line)}: computed in float32 instead of ${typeof policy === "string" ? label(policy) : "what the policy says"}`,
    );
  }

  private testSplit(saying: Saying, i: number): void {
    const given = saying.args.get("test_size");
    if (!given) return;
    const value = share(given);
    const number = scalar(given);
    if (i === 0 && value !== undefined && value > 0) {
      this.settings.testSplit = {
        value,
        said: `${this.session.at(saying.line)}: train_test_split test_size=${number}`,
        line: saying.line,
      };
    } else this.aside(saying, `train_test_split test_size=${describe(given)}`);
  }

  private fit(call: Call): void {
    const one = [{ ...call, name: "fit" }];
    const epochs = call.args.has("epochs") ? "epochs" : "nb_epoch";
    this.set("epochs", this.agreed(one, epochs, whole(1), "epochs", "--epochs N"));
    if (scalar(call.args.get("batch_size")) !== null) {
      this.set("batchSize", this.agreed(one, "batch_size", whole(1), "batchSize", "--batch-size N"));
    }
    const split = this.agreed(one, "validation_split", share, "validationSplit", "--validation-split SHARE");
    if (split && split.value > 0) this.settings.validationSplit = split;
    for (const [key, about] of NOT_DONE) {
      const value = call.args.get(key);
      if (value && scalar(value) !== null) this.aside(call, `fit ${key}=${describe(value)}: ${about}`);
    }
    if (scalar(call.args.get("shuffle")) === false)
      this.aside(call, "fit shuffle=False: rows are shuffled each epoch");
    const callbacks = call.args.get("callbacks");
    if (callbacks && scalar(callbacks) !== null) this.callbacks(callbacks, call);
  }

  private callbacks(value: Value, call: Call): void {
    const items = value.kind === "list" ? value.items : [value];
    for (const item of items) {
      if (item.kind === "object" && item.className === "EarlyStopping")
        this.earlyStopping(item.config, item.line);
      else if (item.kind === "object" && item.module === "callbacks") {
        this.session.leaveAside(
          item.line,
          `the callback ${item.className}${CALLBACKS[item.className] ?? ""}`,
        );
      } else this.aside(call, `the callback ${describe(item)}`);
    }
  }

  private earlyStopping(config: Map<string, Value>, line: number): void {
    const call: Saying = { name: "EarlyStopping", args: config, line };
    const monitor = config.get("monitor");
    if (monitor && scalar(monitor) !== "val_loss") {
      this.aside(call, `EarlyStopping monitor=${describe(monitor)}: train stops by the validation loss`);
      return;
    }
    const patience = this.agreed([call], "patience", whole(0), "patience", "--patience N", 0);
    // 0 stops at the first epoch that is no better, as 1 does.
    if (patience) this.settings.patience = { ...patience, value: Math.max(1, patience.value) };
    if (scalar(config.get("restore_best_weights")) !== true) {
      this.aside(call, "EarlyStopping without restore_best_weights: train keeps the best epoch's weights");
    }
    for (const key of ["min_delta", "baseline", "start_from_epoch", "mode"]) {
      const value = config.get(key);
      const plain = value && scalar(value);
      if (value && plain !== null && plain !== 0 && plain !== "auto" && plain !== "min") {
        this.aside(call, `EarlyStopping ${key}=${describe(value)}`);
      }
    }
  }
}

/** Arguments of fit that train has no option for, and what it does instead. */
const NOT_DONE: readonly (readonly [string, string])[] = [
  ["validation_data", "train holds out a part of its data, --validation-split"],
  ["class_weight", "train weighs labels by --balance"],
  ["sample_weight", "every text counts alike"],
  ["initial_epoch", "training begins at the first epoch"],
  ["steps_per_epoch", "an epoch is a pass over all texts"],
];

const CALLBACKS: Readonly<Record<string, string>> = {
  ModelCheckpoint: ": the best epoch's weights go to --out, the state of training to --checkpoint",
  ReduceLROnPlateau: ": train keeps its learning rate",
  LearningRateScheduler: ": train keeps its learning rate",
};
