/**
 * What a tensor's mask hides, told apart without computing anything. Keras 3 writes out in a Functional model how each mask
 * comes about, as operations, and names the result in the calls that heed it. Our layers make and pass masks themselves, so
 * a file's mask must be the one that arises here anyway: both are brought to one form and compared.
 */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, type JsonObject } from "../../base/json.js";
import type { MaskTrait } from "../../layers/layer.js";

/**
 * null: every step counts. Otherwise the conditions of which one must hold for a step to count, sorted; none: no step does.
 * A condition is "x≠0": some feature of this step of the tensor x differs from 0.
 */
export type Mask = readonly string[] | null;

/** A hostile graph may join masks to ever larger ones. */
const MOST_CHARACTERS = 10_000;

function limited(mask: readonly string[]): Mask {
  if (mask.reduce((sum, condition) => sum + condition.length, 0) <= MOST_CHARACTERS) return mask;
  throw tooMany();
}

const tooMany = () => inputError({ expected: "masks joined less often", where: "the mask of this layer" });

/** Whether any of the masks lets a step through. One mask may come a hundred thousand times. */
const either = (masks: readonly Mask[]): Mask =>
  masks.includes(null) ? null : limited([...new Set([...new Set(masks)].flatMap((mask) => mask!))].sort());

/** The masks of sequences that follow each other in time. */
const inTurn = (masks: readonly Mask[]): Mask => {
  if (masks.every((mask) => mask === null)) return null;
  let characters = 0;
  for (const mask of masks) {
    characters += 5;
    for (const condition of mask ?? []) characters += condition.length;
    if (characters > MOST_CHARACTERS) throw tooMany();
  }
  return limited([JSON.stringify(masks)]);
};

const differs = (tensor: string, value: number): Mask => [JSON.stringify([tensor, value])];

/** The mask of sequences joined along an axis, the batch being 0. */
const joined = (masks: readonly Mask[], axis: Json | undefined): Mask | undefined => {
  if (axis === -1 || axis === 2 || axis === undefined) return either(masks);
  return axis === 1 || axis === -2 ? inTurn(masks) : undefined;
};

/** The mask of a layer's output: of its configuration, its inputs' masks, and the names of what makes its inputs. */
export type MaskRule = (config: JsonObject, masks: readonly Mask[], from: readonly string[]) => Mask;

const amount = (value: Json | undefined, fallback: number) => (typeof value === "number" ? value : fallback);

/** Recurrent layers keep it where they put out a sequence. */
const passesInSequences: MaskRule = (config, [mask = null]) =>
  config["return_sequences"] === true ? mask : null;

/** What a kind of layer does with masks, as Keras's `compute_mask`. */
export const MASK_RULES: Readonly<Record<MaskTrait, MaskRule>> = {
  passes: (_, [mask = null]) => mask,
  ends: () => null,
  passesInSequences,
  passesAsInner(config, masks, from) {
    const inner = isObject(config["layer"]) ? config["layer"]["config"] : undefined;
    return isObject(inner) ? passesInSequences(inner, masks, from) : null;
  },
  fromIds: (config, _, [ids = ""]) => (config["mask_zero"] === true ? differs(ids, 0) : null),
  fromValues: (config, _, [x = ""]) => differs(x, amount(config["mask_value"], 0)),
  merges: (_, masks) => either(masks),
  joins: (config, masks) => joined(masks, config["axis"]) ?? null,
};

/** Operations that Keras makes masks with. */
export const MASK_OPERATIONS: ReadonlySet<string> = new Set([
  ...["NotEqual", "LogicalOr", "ZerosLike", "OnesLike", "ExpandDims", "Any", "Concatenate"],
  "ConvertToTensor",
]);

/** One operation of keras.ops in a graph: its own configuration and the arguments of its call. */
export interface Operation {
  className: string;
  config: JsonObject;
  /** Names of what makes its tensors. */
  from: readonly string[];
  args: readonly Json[];
}

/**
 * The mask that one of those makes; undefined for any other operation, or call of it.
 * `maskOf`: the masks that other operations make.
 */
export function operationMask(
  { className, config, from, args }: Operation,
  maskOf: (name: string) => Mask,
): Mask | undefined {
  const lastAxis = config["axis"] === -1;
  switch (className) {
    case "NotEqual":
      return from.length === 1 && typeof args[1] === "number" ? differs(from[0]!, args[1]) : undefined;
    case "LogicalOr":
      return from.length === 2 ? either(from.map(maskOf)) : undefined;
    case "ZerosLike":
      return [];
    case "OnesLike":
      return null;
    case "ConvertToTensor":
      return from.length === 1 ? maskOf(from[0]!) : undefined;
    case "ExpandDims":
    case "Any":
      return lastAxis && from.length === 1 && config["keepdims"] !== true ? maskOf(from[0]!) : undefined;
    case "Concatenate":
      return joined(from.map(maskOf), config["axis"]);
    default:
      return undefined;
  }
}

export const sameMask = (x: Mask, y: Mask): boolean => x === y || JSON.stringify(x) === JSON.stringify(y);

/** Conditions looked at in one graph: joining long masks again and again comes to far more than a file holds. */
const MOST_CONDITIONS = 1_000_000;

/** Counts the masks that are about to be joined or compared. */
export class MaskCount {
  private left = MOST_CONDITIONS;

  spend(masks: Iterable<Mask>): void {
    for (const mask of masks) this.left -= 1 + (mask?.length ?? 0);
    if (this.left < 0) throw tooMany();
  }
}
