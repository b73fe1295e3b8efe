/** What answers a model's calls, in its worker. Its methods are those calls. */
import { inputError, oneOf } from "../base/errors.js";
import { readAmounts, readLabelled, readLabelSets } from "../data/read.js";
import { networkIn } from "../model/predictor.js";
import type { SummaryOptions } from "../model/summary.js";
import type { InputsLike } from "../network/inputs.js";
import type { WeightArray } from "../network/weights.js";
import type { CardOptions } from "../report/classifier-report.js";
import type { Context } from "./context.js";
import { type Answerer, type OpenOrder, openAnswerer, openWhole, type Whole } from "./opening.js";
import { isSent, openData, type SentData } from "./sources.js";

/** What is known of a model once it is open. */
export interface ModelFacts {
  /** What it is called in its file. */
  readonly name: string;
  /** What the outputs stand for, in their order; none of a regressor or a network. */
  readonly labels: readonly string[];
  /** Numbers in the weights. */
  readonly parameters: number;
  /** "native", "wasm" or "reference". */
  readonly engine: string;
  /** What may make it answer otherwise than where it came from, a line each. */
  readonly notes: readonly string[];
}

export class ModelHost {
  #order: OpenOrder | null = null;
  #answerer: Promise<Answerer> | null = null;
  #opened: Promise<Whole> | null = null;
  #settings: Settings = {};

  async open(_: Context, order: OpenOrder): Promise<ModelFacts> {
    this.#order = order;
    this.#answerer = openAnswerer(order);
    const { text, predictor } = await this.#answerer;
    return {
      ...{ name: predictor.name, engine: predictor.engineName, notes: predictor.notes },
      parameters: networkIn(predictor).countParams(),
      labels: text && "labels" in text ? text.labels : [],
    };
  }

  async predict(_: Context, asked: readonly unknown[], options: object): Promise<readonly unknown[]> {
    const answerer = await this.#asked();
    // What only answers is freed once all of it is open; until it is, both are there.
    const whole = this.#opened && (await this.#opened);
    if (this.#order!.kind === "network") {
      return (whole?.model ?? answerer.predictor).predictAsync(asked as InputsLike, options);
    }
    return (whole?.text ?? answerer.text)!.predictManyAsync(asked as string[], options);
  }

  async evaluate({ signal }: Context, sent: SentData, reading: object, options: object): Promise<object> {
    const { text } = await this.#whole();
    const data = openData(sent);
    const asked = { ...options, signal };
    switch (this.#order!.kind) {
      case "classifier":
        return (text as EvaluatesText).evaluate(await readLabelled(data, reading), asked);
      case "multiLabel":
        return (text as EvaluatesText).evaluate(await readLabelSets(data, reading), asked);
      case "regressor":
        return (text as EvaluatesText).evaluate(await readAmounts(data, reading), asked);
      default:
        throw inputError({
          expected: "a model that answers texts",
          where: "model.evaluate",
          received: "a network",
        });
    }
  }

  /** Settles by what it answers, from now on. */
  async settle(_: Context, settings: Settings): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    apply((await this.#whole()).text, this.#settings);
  }

  async getWeights(_: Context): Promise<WeightArray[]> {
    return (await this.#whole()).model.getWeights();
  }

  async setWeights(_: Context, values: readonly (ArrayLike<number> | WeightArray)[]): Promise<void> {
    (await this.#whole()).model.setWeights(values);
  }

  async summary(_: Context, options: SummaryOptions): Promise<string> {
    return (await this.#whole()).model.summary(options);
  }

  async report(_: Context, options: CardOptions): Promise<string> {
    const { text } = await this.#whole();
    const { reportPage } = await import("../report/classifier-report.js");
    if (text) return reportPage(text, options);
    throw inputError({
      expected: "a model that answers texts",
      where: "model.report",
      received: "a network",
    });
  }

  async toFiles({ move }: Context, name: string): Promise<Map<string, Uint8Array>> {
    const { text, model } = await this.#whole();
    if (text) return move(await text.toFiles(name));
    const { formatOf } = await import("../formats/registry.js");
    const written = await formatOf(name).write({ model, extras: null }, { name, weights: "float32" });
    return move(written instanceof Uint8Array ? new Map([[name, written]]) : written);
  }

  async explain(
    context: Context,
    name: string,
    args: readonly unknown[],
    watched: { readonly onProgress: boolean },
  ): Promise<unknown> {
    const { EXPLANATIONS, isWatched } = await import("./explanations.js");
    const known = oneOf(name, Object.keys(EXPLANATIONS) as (keyof typeof EXPLANATIONS)[], "model.explain");
    const { Explained } = await import("./explained.js");
    const explained = new Explained(await this.#whole(), (given, where) => this.#other(given, where));
    const run = EXPLANATIONS[known] as (asked: object, ...args: readonly unknown[]) => unknown;
    if (!isWatched(known)) {
      if (watched.onProgress) {
        throw inputError({
          expected: "no onProgress: it tells nothing on the way",
          where: `explain ${known}`,
        });
      }
      return context.move(await run(explained, ...args));
    }
    const watch = {
      signal: context.signal,
      ...(watched.onProgress
        ? { onProgress: (...told: unknown[]) => context.tell("explained", ...told) }
        : {}),
    };
    // Its options are the last argument, and may have been left out.
    const given = [...args, ...Array<undefined>(Math.max(0, run.length - 1 - args.length))];
    const options = given.pop();
    return context.move(await run(explained, ...given, { ...(options as object | undefined), ...watch }));
  }

  async #other(given: unknown, where: string) {
    if (!isSent(given) || "rows" in given) {
      throw inputError({ expected: "another model: of a worker, or its file", where, received: given });
    }
    const { options } = this.#order!;
    const { model, text } = await openWhole({
      sent: given,
      options: { ...options, name: "the other model" },
    });
    return text ?? { model };
  }

  async #asked(): Promise<Answerer> {
    if (this.#answerer) return this.#answerer;
    throw inputError({ expected: "a model that was opened", where: "model" });
  }

  /** All of the model, opened when something but answers is wanted first; what only answered is freed then. */
  #whole(): Promise<Whole> {
    this.#opened ??= this.#openWhole();
    return this.#opened;
  }

  async #openWhole(): Promise<Whole> {
    const { predictor } = await this.#asked();
    const whole = await openWhole(this.#order!);
    predictor.dispose();
    return whole;
  }
}

/** What of answers may be settled. */
export interface Settings {
  /** Of two labels: the second is answered above it. */
  threshold?: number;
  /** Answers below this probability are rejected; null: none are. */
  reject?: number | null;
  /** [labels] of several labels a text. */
  thresholds?: readonly number[];
}

/** Each of these checks the rows that it is given. */
interface EvaluatesText {
  evaluate(rows: AsyncIterable<unknown>, options: object): Promise<object>;
}

function apply(text: Whole["text"], settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!text || !(name in text)) {
      throw inputError({
        expected: "a setting that such a model has",
        where: "model.settle",
        received: name,
      });
    }
    Object.assign(text, { [name]: value });
  }
}
