/**
 * A graph's masks written out as Keras 3 does, as operations. Left out, Keras would make them anew when it opens the file,
 * under names of its own choosing, and refuse the graph where one of them is a layer's.
 */

import type { Json, JsonObject } from "../../base/json.js";
import type { Node } from "../../network/graph.js";
import { MASK_RULES } from "./masks.js";

/** A tensor as a call's argument. */
export type WriteTensor = (name: string, shape: readonly (number | null)[], dtype?: string) => JsonObject;

type Shape = readonly (number | null)[];
/** What an operation makes: its name and shape. */
interface Made {
  name: string;
  shape: Shape;
}

export class MaskWriter {
  /** The operations' entries so far; each is to stand after what it is called on. */
  readonly entries: JsonObject[] = [];
  private readonly made = new Map<number, Made | null>();

  constructor(
    private readonly nodes: readonly Node[],
    private readonly tensor: WriteTensor,
    /** A layer's configuration as it is written. */
    private readonly configOf: (node: Node) => JsonObject,
  ) {}

  /** The mask that a call of this node is to be given, or null where it has none or heeds none. */
  given({ layer, inputs }: Node): JsonObject | null {
    if (!layer.kind.heedsMask) return null;
    const mask = this.of(inputs[0]!);
    return mask && this.tensor(mask.name, mask.shape, "bool");
  }

  /** The mask of what node i puts out. */
  private of(i: number): Made | null {
    const known = this.made.get(i);
    if (known !== undefined) return known;
    const found = this.find(this.nodes[i]!);
    this.made.set(i, found);
    return found;
  }

  private find(node: Node): Made | null {
    if (node.inputs.length === 0) return null;
    const { mask } = node.layer.kind;
    const config = this.configOf(node);
    const masks = () => node.inputs.map((i) => this.of(i));
    const from = node.inputs.map((i): Made => ({ ...this.nodes[i]!, name: this.nodes[i]!.layer.name }));
    switch (mask) {
      case "fromIds":
        return config["mask_zero"] === true ? this.differs(from[0]!, 0) : null;
      case "fromValues":
        return this.any(this.differs(from[0]!, config["mask_value"]!));
      case "merges":
        return this.either(masks());
      case "joins": {
        const along = config["axis"];
        return along === 1 || along === -2 ? this.inTurn(masks(), from) : this.either(masks());
      }
      default:
        // The others keep a mask or drop it.
        return MASK_RULES[mask](config, [[]], []) && this.of(node.inputs[0]!);
    }
  }

  private differs(x: Made, value: Json): Made {
    return this.call("NotEqual", [this.argument(x), value], x.shape);
  }

  private any(x: Made): Made {
    return this.call("Any", [this.argument(x, "bool")], x.shape.slice(0, -1), { axis: -1, keepdims: false });
  }

  private either(masks: readonly (Made | null)[]): Made | null {
    return masks.reduce((left, right) =>
      left && right
        ? this.call("LogicalOr", [this.argument(left, "bool"), this.argument(right, "bool")], left.shape)
        : null,
    );
  }

  private inTurn(masks: readonly (Made | null)[], from: readonly Made[]): Made | null {
    if (masks.every((mask) => mask === null)) return null;
    const ones = (x: Made) => this.any(this.call("OnesLike", [this.argument(x)], x.shape, { dtype: "bool" }));
    const parts = masks.map((mask, i) => mask ?? ones(from[i]!));
    const sizes = parts.map(({ shape }) => shape[0] ?? null);
    const steps = sizes.includes(null) ? null : sizes.reduce<number>((sum, n) => sum + n!, 0);
    return this.call("Concatenate", [parts.map((part) => this.argument(part, "bool"))], [steps], { axis: 1 });
  }

  private argument({ name, shape }: Made, dtype?: string): JsonObject {
    return this.tensor(name, shape, dtype);
  }

  private call(className: string, args: Json[], shape: Shape, config: JsonObject = {}): Made {
    const taken = new Set(this.nodes.map(({ layer }) => layer.name));
    let number = this.entries.length + 1;
    while (taken.has(`mask_${number}`)) number += this.nodes.length;
    const name = `mask_${number}`;
    this.entries.push({
      module: "keras.src.ops.numpy",
      class_name: className,
      config: { name, ...config },
      registered_name: className,
      name,
      inbound_nodes: [{ args, kwargs: {} }],
    });
    return { name, shape };
  }
}
