/** A training as a page: lines over the epochs, and each recurrent layer epoch by epoch, to be stepped through or played. */
import { figure, numbersBehind, section } from "../../drawing/blocks.js";
import { foreign, html, type Markup } from "../../drawing/markup.js";
import { page } from "../../drawing/page.js";
import type { TrackedEpoch, TrainingTrack } from "../track.js";
import { numeral } from "./numbers.js";
import { player, playerStyle } from "./player.js";
import { EXPLAIN_STYLE } from "./style.js";
import { type EpochLine, epochChart, layerPicture, layerScales } from "./track-picture.js";

/** Epochs that a player has room for; of longer trainings evenly spread ones, first and last among them. */
const MOST_FRAMES = 25;

/** @param kept the epoch whose weights the training ended with; the last where nothing is said */
export function trackPage(
  track: Pick<TrainingTrack, "epochs" | "words" | "majority">,
  title: string,
  kept: number = track.epochs.length - 1,
): string {
  const { epochs } = track;
  const shown = spread(epochs, MOST_FRAMES, kept);
  const players = epochs[0]!.layers.map((_, index) => `epoch${index}`);
  return page(
    {
      title: "What training did",
      eyebrow: `Cellstate: track of ${title}`,
      lead: html`The same texts, looked at before training and after each of ${epochs.length - 1} epochs${shown.length < epochs.length && html`, of which ${shown.length} are drawn`}. The weights that were kept are those after epoch ${kept}. Maps are of one of them: “${foreign(track.words.join(" "))}”.`,
      style: EXPLAIN_STYLE + players.map((name) => playerStyle(name, shown.length)).join(""),
    },
    section("learning", "Learning", html`<div class="pair">${learning(epochs)}</div>`),
    epochs[0]!.layers.map(({ layer, kind }, index) =>
      section(
        `layer-${index}`,
        `${layer} (${kind})`,
        html`<div class="pair">${overEpochs(epochs, index, track.majority)}</div>`,
        html`<h3>Epoch by epoch</h3>`,
        frames(track, shown, index, players[index]!, kept),
        numbersBehind({
          headers: ["epochs", ...layerLines(epochs, index).map(({ name }) => name)],
          rows: epochs.map(({ epoch }, k) => [
            String(epoch),
            ...layerLines(epochs, index).map(({ values }) => numeral(values[k] ?? Number.NaN, 4)),
          ]),
        }),
      ),
    ),
  );
}

/** Evenly spread ones with the first and the last, and that at `kept`. */
function spread<T>(items: readonly T[], most: number, kept: number): T[] {
  if (items.length <= most) return [...items];
  const places = Array.from({ length: most }, (_, k) => Math.round((k * (items.length - 1)) / (most - 1)));
  return [...new Set([...places, kept])].sort((a, b) => a - b).map((place) => items[place]!);
}

function frames(
  track: Pick<TrainingTrack, "words" | "epochs">,
  shown: readonly TrackedEpoch[],
  index: number,
  name: string,
  kept: number,
): Markup {
  const scales = layerScales(track.epochs, index);
  return player(
    name,
    shown.map((epoch) => ({
      name: epoch.epoch === 0 ? "before" : String(epoch.epoch),
      picture: layerPicture(track, epoch, index, scales),
    })),
    shown.findIndex(({ epoch }) => epoch === kept),
  );
}

/** Losses of the epochs, and how far each layer's weights went. */
function learning(epochs: readonly TrackedEpoch[]): Markup[] {
  const of = (name: string) => epochs.map(({ logs }) => logs[name] ?? null);
  const losses = [
    { name: "training", values: of("loss") },
    { name: "validation", values: of("valLoss") },
  ].filter(({ values }) => values.some((value) => value !== null));
  const names = epochs[0]!.weights.map(({ name }) => name);
  const layers = [...new Set(names.map((name) => name.replace(/\/[^/]*$/, "")))];
  const moved = layers.map((layer): EpochLine => {
    const values = epochs.map(({ weights }) =>
      Math.max(...weights.filter(({ name }) => name.startsWith(`${layer}/`)).map((weight) => weight.moved)),
    );
    return { name: layer, values };
  });
  return [
    ...(losses.length > 0 ? [figure("Loss", epochChart("track-loss", "Loss by epoch", losses))] : []),
    figure(
      "How far weights went: of each layer's array that went furthest, as a share of its norm at the start",
      epochChart("track-moved", "Distance of weights from where they began", moved),
    ),
  ];
}

function layerLines(epochs: readonly TrackedEpoch[], index: number): EpochLine[] {
  const layers = epochs.map(({ layers: all }) => all[index]!);
  const gates = layers[0]!.gates.map(
    ({ name }, g): EpochLine => ({
      name,
      values: layers.map(({ gates: each }) => each[g]!.mean),
    }),
  );
  return [
    ...gates,
    { name: "memory", values: layers.map(({ memory }) => memory) },
    { name: "σ a step", values: layers.map(({ gains }) => gains?.step ?? null) },
    { name: "probe", values: layers.map(({ probe }) => probe) },
  ];
}

function overEpochs(epochs: readonly TrackedEpoch[], index: number, majority: number | null): Markup[] {
  const lines = layerLines(epochs, index);
  const [memory, sigma, probe] = lines.slice(-3) as [EpochLine, EpochLine, EpochLine];
  const gates = lines.slice(0, -3);
  const commonest = { name: "commonest", values: epochs.map(() => majority) };
  const id = (what: string) => `track-${what}-${index}`;
  return [
    ...(gates.length > 0
      ? [figure("Gates, mean over units and words", epochChart(id("gates"), "Gates by epoch", gates, [0, 1]))]
      : []),
    figure("Memory: mean size of a number", epochChart(id("memory"), "Memory by epoch", [memory])),
    ...(sigma.values.some((value) => value !== null)
      ? [
          figure(
            "The most that one step can stretch a gradient (largest singular value, geometric mean)",
            epochChart(id("gains"), "Largest singular value of a step by epoch", [sigma]),
          ),
        ]
      : []),
    ...(majority !== null
      ? [
          figure(
            "What a linear probe reads off the last hidden state: texts right, beside always the commonest label",
            epochChart(id("probe"), "Probe by epoch", [probe, commonest], [0, 1]),
          ),
        ]
      : []),
  ];
}
