/** Traps between padding, masks and the direction in which a layer reads. */
import { count, percent } from "../../base/numbers.js";
import { Bidirectional } from "../../layers/bidirectional.js";
import type { Layer } from "../../layers/layer.js";
import { trainerOf } from "../../model/model.js";
import type { Check } from "./finding.js";
import { encoded, isRecurrent, optionsOf, quantile, type Subject } from "./subject.js";

/** Steps of a row where neither the model nor its texts say how many. */
const SOME_STEPS = 64;

/** Whether the layer is told which steps are padding: a fact of the plan, whatever stands in between. */
export function isMasked({ model, length }: Subject, layer: Layer): boolean {
  const node = model.nodes.find((each) => each.layer === layer)!;
  const plan = trainerOf(model).network.runtime.plan({
    rows: 1,
    inputShapes: model.inputShapes.map((shape) => shape.map((n) => n ?? length ?? SOME_STEPS)),
    training: false,
    loss: null,
  });
  const before = model.nodes[node.inputs[0]!]!.layer.name;
  return plan.shards[0]!.tensors.get(before)!.mask !== 0;
}

/** The layer that reads padding on that side last, of a Bidirectional one of its two; undefined where none does. */
function readingLast(layer: Layer, padding: "pre" | "post"): string | undefined {
  const last = (one: Layer) => (optionsOf(one)["goBackwards"] === true ? "pre" : "post") === padding;
  if (!(layer instanceof Bidirectional)) return last(layer) ? layer.name : undefined;
  const found = layer.pair.find(last);
  return found && `${found.name} of ${layer.name}`;
}

/** A recurrent layer answers from its last step. Padding behind the words, unmasked, makes that step an old memory. */
const paddingLast: Check<Subject> = (subject) => {
  const { model, vectorizer, length } = subject;
  const layer = model.layers.find(
    (each) => isRecurrent(each) && optionsOf(each)["returnSequences"] === false,
  );
  if (!layer || !vectorizer || !length || model.inputShapes.length !== 1) return [];
  const { padding } = vectorizer;
  const reading = readingLast(layer, padding);
  if (reading === undefined || isMasked(subject, layer)) return [];
  const data = encoded(subject);
  const padded = data ? data.counts.filter((n) => n < length).length / Math.max(1, data.counts.length) : 1;
  const median = data ? Math.max(0, length - quantile(data.counts, 0.5)) : length;
  // Short runs of padding do little harm; a text that fills its row has none.
  if (data && (padded < 0.1 || median < 5)) return [];
  const steps = data
    ? `in ${percent(padded)} of the texts, ${count(median)} empty steps of ${count(length)} at the median`
    : `up to ${count(length)} empty steps`;
  const both = layer instanceof Bidirectional;
  return [
    {
      id: "padding-read-last",
      severity: both ? "warning" : "problem",
      title: `Padding is read after the text${both ? " in one direction" : ""}, and nothing masks it`,
      seen: `${reading} answers from the last step it reads, but texts are padded on the ${padding === "post" ? "far" : "near"} side: ${steps} separate the words from ${both ? "its half of the answer" : "the answer"}.`,
      evidence: { padding, length, paddedTexts: padded, medianEmptySteps: median },
      remedy: both
        ? "Let the Embedding mask zeros: whichever side is padded, one of the two directions reads it last."
        : `Pad on the other side (${padding === "pre" ? "post" : "pre"}), or let the Embedding mask zeros.`,
    },
  ];
};

/** Whether it leaves out the steps that a mask hides; of several inputs those do that are not told it by a call. */
const readsMask = (layer: Layer): boolean => {
  const { needsSteps, merges, mask } = layer.kind;
  return isRecurrent(layer) || needsSteps === true || (merges === true && mask === "passes");
};

/**
 * A layer that goes backwards puts its steps out last first, and hands its mask on as it came: the mask then lies over
 * other steps. Keras does the same, so numbers stay as they are.
 */
const maskTurned: Check<Subject> = (subject) => {
  const { nodes } = subject.model;
  return nodes.flatMap(({ layer }, place) => {
    const { goBackwards, returnSequences } = optionsOf(layer);
    const turns = isRecurrent(layer) && goBackwards === true && returnSequences === true;
    if (!turns || !isMasked(subject, layer)) return [];
    const behind = new Set([place]);
    nodes.forEach(({ inputs }, n) => {
      if (inputs.some((from) => behind.has(from))) behind.add(n);
    });
    const misled = nodes.find(
      (node, n) => n !== place && behind.has(n) && readsMask(node.layer) && isMasked(subject, node.layer),
    );
    if (!misled) return [];
    return [
      {
        id: "mask-turned",
        severity: "warning",
        title: "A mask hides the wrong words",
        seen: `${layer.name} goes backwards and puts its steps out last first, but hands its mask on as it came: ${misled.layer.name} leaves out as many words as there are steps of padding, at the other end, and reads the padding.`,
        evidence: { layer: layer.name, misled: misled.layer.name },
        remedy: `Keras does the same, so numbers agree. Wrap the layer in a Bidirectional, which turns steps and mask together; or let ${layer.name} be the last that reads the mask.`,
      },
    ];
  });
};

export const PADDING: readonly Check<Subject>[] = [paddingLast, maskTurned];
