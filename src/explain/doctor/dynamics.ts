/** Traps that show in what happens inside: gates forward, gradients backward, on a few of the texts. */
import { count, counted, percent } from "../../base/numbers.js";
import type { Pieces } from "../../base/pieces.js";
import { isRecurrent } from "../cells/layers.js";
import { isGate } from "../cells/names.js";
import { followingGradient } from "../gradient.js";
import { kinksOf } from "../kinks.js";
import { endsInProbabilities } from "../objective.js";
import { type LayerTrace, trace } from "../trace.js";
import type { Check, Finding } from "./finding.js";
import { rowsOf, type Subject, sample } from "./subject.js";

/** Texts that are opened step by step. */
const OPENED = 8;

/** A few texts of some length as rows of ids, with the steps that hold words. */
function openedRows({ model, texts, vectorizer, length }: Subject): number[][] {
  if (!texts || !vectorizer || !length || model.inputShapes.length !== 1) return [];
  if (!model.layers.some(isRecurrent) || model.outputNode.shape.length !== 1) return [];
  if (!model.getWeights().every(({ data }) => data.every(Number.isFinite))) return [];
  const long = Array.from(rowsOf(texts)).filter((row) => texts.corpus.texts.tokensIn(row) >= 5);
  return sample(long, OPENED).map((row) => {
    const ids = new Float32Array(length);
    texts.corpus.texts.encodeInto(ids, row, vectorizer);
    return Array.from(ids);
  });
}

/** Sigmoids this near 0 or 1, and tanhs this near ±1, hardly pass a gradient on. */
const NEAR = 0.01;
/** Share of saturated values beyond which a gate counts as stuck. */
const STUCK = 0.6;

/** The values of one gate of one layer, over texts, steps and units. */
interface GateCount {
  layer: string;
  gate: string;
  stuck: number;
  all: number;
}

function* saturation(subject: Subject): Pieces<Finding[]> {
  const rows = openedRows(subject);
  if (rows.length === 0) return [];
  const counts = new Map<string, GateCount>();
  for (const ids of rows) {
    for (const layer of trace(subject.model, ids).layers) countSaturated(counts, layer, ids);
    yield 0;
  }
  const stuck = [...counts.values()]
    .map(({ layer, gate, stuck, all }) => ({ layer, gate, share: stuck / Math.max(1, all) }))
    .filter(({ share }) => share > STUCK)
    .sort((a, b) => b.share - a.share);
  if (stuck.length === 0) return [];
  const worst = stuck[0]!;
  return [
    {
      id: "gates-saturated",
      severity: "warning",
      title: "Gates are stuck open or shut",
      seen: `${stuck.map(({ layer, gate, share }) => `${percent(share)} of the ${gate} of ${layer}`).join(", ")} stand within ${NEAR} of their limits, where hardly any gradient passes.`,
      evidence: { layer: worst.layer, gate: worst.gate, share: worst.share, texts: rows.length },
      remedy:
        "Train anew with a smaller learning rate or weight decay, or smaller embeddings; check the scale of the inputs.",
    },
  ];
}

/** What is said of many: in a SimpleRNN, of the state itself. */
const plural = (name: string): string =>
  name === "hidden" ? "states" : isGate(name) ? `${name} gates` : `${name}s`;
/** From −1 to 1, where the layer's activation is tanh; gates run from 0 to 1. */
const SIGNED = new Set(["candidate", "hidden"]);
/** At 1 these keep the memory as it is, which is no fault. */
const KEEPS = new Set(["forget", "update"]);

function countSaturated(
  counts: Map<string, GateCount>,
  { layer, steps, kind }: LayerTrace,
  ids: readonly number[],
): void {
  for (const { gates, hidden, t, masked } of steps) {
    if (masked || ids[t] === 0) continue;
    const values: Record<string, readonly number[]> = kind === "SimpleRNN" ? { hidden } : gates;
    for (const [gate, all] of Object.entries(values)) {
      const key = `${layer} ${gate}`;
      const sum = counts.get(key) ?? { layer, gate: plural(gate), stuck: 0, all: 0 };
      sum.stuck += all.filter((value) => isSaturated(gate, value)).length;
      sum.all += all.length;
      counts.set(key, sum);
    }
  }
}

function isSaturated(gate: string, value: number): boolean {
  // Beyond 1 it is no tanh, and has no limit to be near.
  if (SIGNED.has(gate)) return Math.abs(value) > 1 - NEAR && Math.abs(value) <= 1;
  return value < NEAR || (value > 1 - NEAR && !KEEPS.has(gate));
}

/** How a gradient shrinks or grows on its way back from the last word to the first. */
function* gradients(subject: Subject): Pieces<Finding[]> {
  const rows = openedRows(subject);
  if (rows.length === 0) return [];
  const all: Journey[] = [];
  for (const ids of rows) {
    all.push(...(yield* journeyOf(subject, ids)));
    yield 0;
  }
  const sure = all.filter(({ logOdds }) => logOdds > SURE);
  if (all.length > 0 && 2 * sure.length > all.length) return [saturated(sure, all.length)];
  const journeys = all.filter(({ last }) => last >= NOTHING);
  if (all.length > 2 * journeys.length) return [unreached(subject, all.length - journeys.length, all.length)];
  if (journeys.length === 0) return [];
  const middle = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
  const ratio = middle(journeys.map((journey) => journey.ratio));
  const words = middle(journeys.map((journey) => journey.words));
  const reach = middle(journeys.map((journey) => journey.reach));
  const evidence = { ratio, words, reach, texts: journeys.length };
  const seen = `From the last word to the first, ${count(words)} words back at the median, the gradient of the loss changes by a factor of ${ratio.toExponential(1)}`;
  if (ratio === 0) {
    return [
      {
        id: "gradients-vanish",
        severity: "warning",
        title: "No gradient comes back",
        seen: `From the last word to the first, ${count(words)} words back at the median, nothing is left of the gradient of the loss: it is 0.`,
        evidence,
        remedy: remedyOf(subject, "States or gates stand at their limits"),
      },
    ];
  }
  if (ratio < 1e-4) {
    return [
      {
        id: "gradients-vanish",
        severity: "warning",
        title: "Gradients vanish on the way back",
        seen: `${seen}; more than ${counted(reach, "word")} back less than 1 % of it is left, so hardly anything is learned there.`,
        evidence,
        remedy:
          "Use an LSTM or GRU, a larger forget bias, shorter or cut texts, a Bidirectional layer or pooling over all steps.",
      },
    ];
  }
  if (ratio < 100) return [];
  return [
    {
      id: "gradients-explode",
      severity: "warning",
      title: "Gradients explode on the way back",
      seen: `${seen}: the first words decide every step, and training jumps.`,
      evidence,
      remedy: "Clip gradients to a global norm of 1, lower the learning rate, or use an LSTM or GRU.",
    },
  ];
}

/** Norms below which nothing is left to learn from. */
const NOTHING = 1e-12;

const remedyOf = ({ model }: Subject, otherwise: string): string => {
  const relus = kinksOf(model);
  return relus.length > 0
    ? `Units below 0 pass nothing on in ${relus.join(", ")}: use tanh, or a smaller learning rate and weights drawn afresh.`
    : `${otherwise}: train anew with a smaller learning rate, and check the scale of the inputs.`;
};

/** Not even the last word moves the answer. */
const unreached = (subject: Subject, none: number, texts: number): Finding => ({
  id: "gradients-none",
  severity: "problem",
  title: "No gradient reaches the recurrent layer",
  seen: `In ${count(none)} of ${counted(texts, "text")} nothing that the layer puts out moves the answer, not even at the last word: the gradient of its score is below ${NOTHING.toExponential(0)}.`,
  evidence: { texts, none },
  remedy: remedyOf(subject, "Weights above it are 0, or units above it stand at their limits"),
});

/** Log-odds beyond which a loss has less than `NOTHING` of a slope. */
const SURE = -Math.log(NOTHING);

/** The last sigmoid or softmax stands at its limit. */
const saturated = (sure: readonly Journey[], texts: number): Finding => {
  const logOdds = sure.map((journey) => journey.logOdds).sort((a, b) => a - b)[sure.length >> 1]!;
  return {
    id: "answers-saturated",
    severity: "warning",
    title: "Answers are so sure that their loss is flat",
    seen: `In ${count(sure.length)} of ${counted(texts, "text")} the log-odds of the answer are beyond ${count(Math.floor(SURE))} (${count(Math.round(logOdds))} at the median): its probability is 1 in float32, and its loss has no gradient left.`,
    evidence: { texts, sure: sure.length, logOdds },
    remedy:
      "Train anew with a smaller learning rate or weight decay; read log-odds, not probabilities, of what it says now.",
  };
};

interface Journey {
  /** Of the likeliest answer; −∞ where outputs are no probabilities. */
  logOdds: number;
  /** ‖∂E/∂memory‖ at the last word. */
  last: number;
  /** ‖∂E/∂memory‖ at the first word over that at the last. */
  ratio: number;
  words: number;
  /** Words back as far as at least 1 % is left. */
  reach: number;
}

/**
 * Of the log-odds where outputs are probabilities. The loss of one answer is a multiple of them, and shrinks and grows by
 * the same factors on the way; but where the answer is sure the loss is flat, and that is no fault.
 */
function* journeyOf({ model, labels }: Subject, ids: readonly number[]): Pieces<Journey[]> {
  const kind = endsInProbabilities(model) ? "logOdds" : "output";
  const { steps, objective } = yield* followingGradient(model, ids, { labels, kind });
  const logOdds = kind === "logOdds" ? objective.value : Number.NEGATIVE_INFINITY;
  const norms = steps.filter(({ t }) => ids[t] !== 0).map((step) => step.norms.total);
  const last = norms.at(-1);
  if (norms.length < 5 || last === undefined) return [];
  const lost = norms.findLastIndex((norm) => norm < 0.01 * last);
  return [{ logOdds, last, ratio: norms[0]! / last, words: norms.length, reach: norms.length - 2 - lost }];
}

export const DYNAMICS: readonly Check<Subject>[] = [saturation, gradients];
