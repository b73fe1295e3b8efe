/** What explanations are asked about: what the model reads of the sentence bar, which layer, which word, which unit. */
import { computed } from "@preact/signals";
import type { ExplainResult } from "cellstate/worker";
import { useExplained } from "./explained.js";
import { routed, routedNumber } from "./route.js";
import { idsOf, settled } from "./sentence.js";
import { subject } from "./subject.js";

/** The text; of a network without words the row of ids that is typed in its place. Null where nothing can be asked. */
export const reading = computed((): string | number[] | null => {
  const open = subject.value;
  if (!open) return null;
  if (open.model.kind !== "network") return settled.value;
  try {
    return idsOf(settled.value);
  } catch {
    // The sentence bar says so.
    return null;
  }
});

/** A layer's name; "" is the last. */
export const layer = routed("layer");
export const unit = routedNumber("unit", 0);

/** A place in the row; "" is the last word. */
const place = routed("at");
export const at = {
  get value(): number | undefined {
    return /^\d+$/.test(place.value) ? Number(place.value) : undefined;
  },
  set value(t: number | undefined) {
    place.value = t === undefined ? "" : String(t);
  },
};

export type LayerFacts = ExplainResult<"recurrentLayers">[number];

/** The recurrent layers, and the one that is looked at. */
export function useLayers() {
  const layers = useExplained("recurrentLayers", []).value;
  const all = layers.value ?? [];
  const chosen =
    all.find((each) => each.layer === layer.value) ??
    all.findLast(({ goBackwards }) => !goBackwards) ??
    all.at(-1) ??
    null;
  return { layers, all, chosen };
}
