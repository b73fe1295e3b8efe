/** The layers that Keras files may hold, and where their weights lie in them. */
import { LAYER_KINDS } from "../../layers/kinds.js";
import { Layer, type LayerKind, type Parameter } from "../../layers/layer.js";
import { snakeCase } from "../../layers/names.js";

/** What computes. What enters a model is read and written apart from it. */
export const COMPUTING_KINDS: ReadonlyMap<string, LayerKind> = new Map(
  [...LAYER_KINDS].filter(([, kind]) => !kind.isInput),
);

/** Whether a layer of this class is called on a list of tensors. */
export const isMerging = (className: string): boolean => COMPUTING_KINDS.get(className)?.merges === true;

/** Variables of a layer, and the group under the layer's own in `model.weights.h5` that holds them in their order. */
export interface WeightPlace {
  group: string;
  parameters: readonly Parameter[];
}

/** Where a layer's variables lie, in the order of its parameters. */
export function weightPlaces(layer: Layer): WeightPlace[] {
  const { group = "vars", inner } = layer.kind.keras ?? {};
  if (!inner) return [{ group, parameters: layer.parameters }];
  const options = layer.options as Record<string, Layer | readonly Layer[]>;
  const below = (one: Layer, outer: string) =>
    weightPlaces(one).map((place) => ({ ...place, group: `${outer}/${place.group}` }));
  return Object.entries(inner).flatMap(([option, outer]) => {
    const value = options[option]!;
    if (value instanceof Layer) return below(value, outer);
    const names = containerNames(value.map(({ className }) => className));
    return value.flatMap((one, i) => below(one, `${outer}/${names[i]}`));
  });
}

/** Names that Keras gives the entries of a list of layers in `model.weights.h5`: class names, counted. */
export function containerNames(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const name = snakeCase(className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}
