/**
 * What would become of a gradient if a gate stood more open, or R were larger: one number about a layer's weights moved over
 * a range, the model run anew with each value, and the gradient followed back. A forget gate that is shut makes the direct
 * path vanish (Gers et al. 2000; Jozefowicz et al. 2015), a large R makes the way through the networks explode (Pascanu et
 * al. 2013).
 */
import { listOf } from "../base/arguments.js";
import { finiteNumber, inputError, knownOptions, oneOf } from "../base/errors.js";
import { LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import type { Model } from "../model/model.js";
import type { WeightArray } from "../network/weights.js";
import { type CellKind, NETWORKS } from "./cells/names.js";
import { type OpenCell, openCell, withWeights } from "./cells/open.js";
import {
  flowBack,
  type GradientFlow,
  type GradientOptions,
  type GradientStep,
  realSteps,
} from "./gradient.js";
import { looking } from "./looking.js";
import { CHOICE_OPTIONS, type Objective, objectiveFor } from "./objective.js";
import { type InputRow, Probe } from "./probe.js";
import { checkSentence, rowOf, type Sentence, type Word, wordAt, wordsAt } from "./sentence.js";

/** What is moved: the bias of a network by its name ("forget", "update", …), or what R is multiplied by. */
export type SweptPart = "recurrent" | (typeof NETWORKS)[CellKind][number];

/** A gradient with one value of what is moved. */
export interface SweptGradient {
  /** What was added to the biases, or what R was multiplied by. */
  value: number;
  /** E then. */
  objective: number;
  /** [F] the model's output then. */
  output: number[];
  /** Over the words: norms of ∂E/∂memory, its parts, and ∂E/∂h. */
  norms: GradientStep["norms"][];
  /** The factor a step that would take the norm at the last word to that at the first: its geometric mean; 1 of one word. */
  perStep: number;
  /** How far the gate stands open on average over words and units; null where it is no gate that is moved. */
  open: number | null;
}

/** How the gradient of a layer changes with one number about its weights. */
export interface GradientSweep {
  /** The layer's name. */
  layer: string;
  /** Keras's class name. */
  kind: CellKind;
  /** The state that is followed: "cell" in an LSTM, else "hidden". */
  state: GradientFlow["state"];
  /** "loss for spam": the same at every value, whatever the model then answers. */
  objective: string;
  /** What is moved. */
  part: SweptPart;
  /** What its values do: they are added to the biases, or R is multiplied by them. */
  does: "adds" | "multiplies";
  /** The value that leaves the model as it is. */
  asItIs: number;
  /** The words in the order in which they are read; padding is left out. */
  words: Word[];
  /** By value, in the order asked for. */
  gradients: SweptGradient[];
}

/** Options of `gradientSweep`. */
export interface GradientSweepOptions extends GradientOptions, LongOptions {
  /**
   * What is moved: the bias of a network, or R ("recurrent"). Default: what keeps the memory, "forget" of an LSTM and "update" of
   * a GRU; "recurrent" of a SimpleRNN, which has no gate.
   */
  part?: SweptPart;
  /** Values to try. Default: −6 to 6 by halves added to biases, 0.2 to 2 by tenths for R. */
  values?: readonly number[];
}

const KEEPS: Readonly<Record<CellKind, SweptPart>> = {
  LSTM: "forget",
  GRU: "update",
  SimpleRNN: "recurrent",
};

const range = (from: number, steps: number, per: number) =>
  Array.from({ length: steps + 1 }, (_, k) => (from * per + k) / per);
const ADDED = range(-6, 24, 2);
const MULTIPLIED = range(0.2, 18, 10);

/**
 * Moves the bias of a gate, or scales R, over a range, and follows the gradient back over the words of a sentence at every
 * value. The model itself stays as it is.
 * @throws InputError where sentence, layer, part or target do not fit; AbortError
 */
export async function gradientSweep(
  model: Model,
  sentence: Sentence,
  options: GradientSweepOptions = {},
): Promise<GradientSweep> {
  const where = "gradientSweep";
  checkSentence(sentence);
  knownOptions(options, [...CHOICE_OPTIONS, "layer", "part", "values", ...LONG_OPTIONS], where);
  const { layer, part: asked, values: given, signal: _, onProgress: __, ...choice } = options;
  const long = looking(model, options, where);
  const open = openCell(model, layer);
  const part = partOf(open, asked, where);
  const values = listOf(
    given ?? (part === "recurrent" ? MULTIPLIED : ADDED),
    `${where} values`,
    finiteNumber,
  );
  const weights = model.getWeights();
  const row = rowOf(sentence);
  const probe = new Probe(model);
  try {
    const objective = objectiveFor(model, probe.run([row]).ending(), choice);
    const all: Swept[] = [];
    long.begin("gradients", values.length);
    for (const value of values) {
      const moved = weights.map((array) => movedBy(array, open, part, value));
      probe.setWeights(moved);
      all.push(sweptAt(probe, withWeights(open, moved), { row, sentence, objective, part, value }));
      await long.did(1);
    }
    long.end();
    const { times, places } = all[0] ?? { times: [], places: 0 };
    return {
      ...{ layer: open.cell.layer, kind: open.cell.kind, state: open.cell.carried },
      ...{ objective: objective.name, part, does: part === "recurrent" ? "multiplies" : "adds" },
      asItIs: part === "recurrent" ? 1 : 0,
      words: wordsAt(sentence, times, places),
      gradients: all.map(({ gradient }) => gradient),
    };
  } finally {
    probe.dispose();
  }
}

/** @throws InputError for what the cell has not */
function partOf({ cell, weights }: OpenCell, asked: SweptPart | undefined, where: string): SweptPart {
  const part = oneOf(asked ?? KEEPS[cell.kind], ["recurrent", ...NETWORKS[cell.kind]], `${where} part`);
  if (part === "recurrent" || weights.bias) return part;
  throw inputError({
    expected: '"recurrent", as the layer has no biases',
    where: `${where} part, of ${cell.layer}`,
    received: part,
  });
}

/** A weight of the model, moved where it is that of the part. */
function movedBy(array: WeightArray, { cell }: OpenCell, part: SweptPart, value: number): WeightArray {
  const { units, layer, kind } = cell;
  const data = Float32Array.from(array.data);
  if (part === "recurrent") {
    if (array.name !== `${layer}/recurrent_kernel`) return array;
    return { ...array, data: data.map((weight) => value * weight) };
  }
  if (array.name !== `${layer}/bias`) return array;
  // Of two biases a network, the first lies in front: [2][networks · units].
  const from = (NETWORKS[kind] as readonly string[]).indexOf(part) * units;
  for (let u = from; u < from + units; u++) data[u]! += value;
  return { ...array, data };
}

interface Asked {
  readonly row: InputRow;
  readonly sentence: Sentence;
  readonly objective: Objective;
  readonly part: SweptPart;
  readonly value: number;
}

interface Swept {
  readonly gradient: SweptGradient;
  readonly times: number[];
  readonly places: number;
}

function sweptAt(probe: Probe, open: OpenCell, { row, sentence, objective, part, value }: Asked): Swept {
  const run = probe.run([row], { seed: objective.slope });
  const places = run.at(open.from).values.length;
  const { steps, outside } = realSteps(open, run);
  const isWord = ({ t }: { t: number }) => wordAt(sentence, t, places) !== "";
  const words = flowBack(open.cell, steps, outside).filter(isWord);
  const norms = words.map((step) => step.norms);
  const [first, last] = [norms[0]?.total ?? 0, norms.at(-1)?.total ?? 0];
  const ending = run.ending();
  const gates = steps.filter(isWord).flatMap((step) => [...(step.gates[part] ?? [])]);
  const isGate = part !== "recurrent" && part !== "candidate" && part !== "network";
  return {
    gradient: {
      ...{ value, norms, output: ending.output },
      objective: objective.value(ending.scores),
      perStep: norms.length > 1 ? (first / last) ** (1 / (norms.length - 1)) : 1,
      open: isGate ? gates.reduce((sum, gate) => sum + gate, 0) / gates.length : null,
    },
    times: words.map(({ t }) => t),
    places,
  };
}
