/** What a training begins with: a name, a Keras script, or a model file; and what these say of texts and training besides. */
import { InputError, inputError } from "../base/errors.js";
import { TextClassifier } from "../classifier/classifier.js";
import type { TrainOptions } from "../classifier/options.js";
import type { ScriptSettings } from "../formats/python/settings.js";
import { readsIds } from "../layers/traits.js";
import { loadFile } from "../model/load.js";
import type { Model } from "../model/model.js";
import type { ModelOptions } from "../model/options.js";
import { readKerasScript } from "../model/script.js";
import { isTextPart } from "../tokens/text-part.js";
import { openFile, type ScriptSource, type SentFile } from "./sources.js";

/** A model to begin with, as it crosses. */
export type SentModel = string | ScriptSource | SentFile;

/** What a model settles of a training: options that count where nothing else is asked for. */
export type Settled = Pick<
  TrainOptions,
  "vocabulary" | "length" | "text" | "epochs" | "batchSize" | "patience" | "validationSplit"
> & { testSplit?: number };

export interface StartModel {
  /** As `TextClassifier.train` takes it. */
  readonly model: string | TextClassifier | Model;
  readonly settled: Settled;
}

/** @throws InputError for what is no model, or one that cannot learn from texts */
export async function startModel(given: SentModel, options: ModelOptions): Promise<StartModel> {
  if (typeof given === "string") return { model: given, settled: {} };
  if ("script" in given) return fromScript(given, options);
  const { source, ...found } = await openFile(given);
  const { name } = found;
  const { seed: _, ...loading } = options;
  const { model, extras } = await loadFile(source, { ...loading, ...found });
  if (isTextPart(extras)) return { model: TextClassifier.fromModel(model, extras, name), settled: {} };
  return { model, settled: sizesOf(model, name) };
}

function fromScript({ script, name = "script" }: ScriptSource, options: ModelOptions): StartModel {
  const { model, settings, unread } = readKerasScript(script, { ...options, file: name });
  const [first] = unread;
  if (first) {
    throw new InputError(
      `${name} ${first.at}: ${first.what}, which would change what training comes to. ${first.next}`,
    );
  }
  if (model.isCompiled && model.compiled.loss.fromLogits) {
    throw inputError({
      expected: "a loss of probabilities, as a classifier answers with",
      where: name,
      received: "from_logits=True",
      next: "End the network in sigmoid or softmax and leave from_logits out: it trains the same.",
    });
  }
  return { model, settled: { ...sizesOf(model, name), ...saidBy(settings) } };
}

function saidBy({ text, frontEnd, padding, truncating, ...others }: ScriptSettings): Settled {
  const numbers = [
    "vocabulary",
    "length",
    "epochs",
    "batchSize",
    "patience",
    "validationSplit",
    "testSplit",
  ] as const;
  const said = numbers.flatMap((key) => (others[key] ? [[key, others[key].value] as const] : []));
  const rules = {
    frontEnd: frontEnd?.value ?? "tokenizer",
    ...text?.value,
    padding: padding?.value ?? "pre",
    truncating: truncating?.value ?? padding?.value ?? "pre",
  } as NonNullable<TrainOptions["text"]>;
  return {
    ...Object.fromEntries(said),
    ...(text || frontEnd || padding || truncating ? { text: rules } : {}),
  };
}

/** How many ids a network knows and reads. */
function sizesOf(model: Model, where: string): Settled {
  const embedding = model.layers.find(readsIds);
  if (!embedding) {
    throw inputError({
      expected: "a network that begins with an Embedding, to learn from text",
      where,
      received: model.layers[0]?.className,
    });
  }
  const length = model.inputShapes[0]?.[0];
  return { vocabulary: embedding.options.inputDim, ...(typeof length === "number" ? { length } : {}) };
}
