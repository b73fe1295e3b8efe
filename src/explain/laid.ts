/**
 * A model's nodes with every recurrent cell as a node of its own: an RNN of cells is its layers in turn, a Bidirectional its
 * two, the second's sequence turned round, and what brings them together. They compute what the model does, with its
 * weights in its order, and each can be read and given other values.
 */
import { Bidirectional, planMerge } from "../layers/bidirectional.js";
import { type Builder, Layer, type LayerKind, type Shape, type Tensor } from "../layers/layer.js";
import { planReverse, reversedMask, viewOf } from "../layers/layout.js";
import { RNN } from "../layers/rnn.js";
import type { Model } from "../model/model.js";
import type { Node } from "../network/graph.js";
import { isRecurrent, type RecurrentLayer } from "./cells/layers.js";

/** A recurrent cell among the nodes. */
export interface LaidCell {
  /** The layer as the model has it. */
  layer: RecurrentLayer;
  /** Where its weights are, and the name of its node: "lstm", "bidirectional/forward_lstm", "rnn/lstm_cell". */
  name: string;
  /** The node that it reads. */
  from: string;
  /** Whether it is (in) the second of a Bidirectional's two. */
  second: boolean;
  /** Whether what it reads comes last step first, as a layer that goes backwards puts it out. */
  turned: boolean;
}

export interface Laid {
  nodes: Node[];
  /** First to last. */
  cells: LaidCell[];
  /** Where the model's nodes are, or what they come to, by their places in the model. */
  places: number[];
}

export const sameShape = ([x]: readonly Shape[]): Shape => x!;

const partKind: LayerKind = {
  className: "Part",
  options: {},
  make: () => new Part("part", sameShape),
  mask: "passes",
};

/** A layer without weights, made of what it plans. */
export class Part extends Layer {
  constructor(
    name: string,
    private readonly shapeOf: (inputs: readonly Shape[]) => Shape,
    private readonly planned: (b: Builder, inputs: readonly Tensor[]) => Tensor = (_, [x]) => x!,
  ) {
    super({ name });
  }

  override get kind(): typeof partKind {
    return partKind;
  }

  override outputShape(inputs: readonly Shape[]): Shape {
    return this.shapeOf(inputs);
  }

  override plan(b: Builder, inputs: readonly Tensor[]): Tensor {
    return this.planned(b, inputs);
  }
}

/** @param into where the nodes are to stand behind: the inputs of a probe */
export function layOut(model: Model, into: Node[] = []): Laid {
  const laying = new Laying(into);
  for (const { layer, inputs, shape } of model.nodes) laying.add(layer, inputs, shape);
  return laying;
}

/** The inputs that a node of the model laid out hangs on, by name. */
export function inputsOf(model: Model, node: string): Set<string> {
  const { nodes } = layOut(model);
  const needed = new Set([nodes.findIndex(({ layer }) => layer.name === node)]);
  for (let n = nodes.length - 1; n >= 0; n--)
    if (needed.has(n)) for (const from of nodes[n]!.inputs) needed.add(from);
  const found = [...needed].map((n) => nodes[n]!);
  return new Set(found.filter(({ inputs }) => inputs.length === 0).map(({ layer }) => layer.name));
}

class Laying implements Laid {
  readonly cells: LaidCell[] = [];
  readonly places: number[] = [];
  /** Nodes whose steps come last first. */
  readonly #turned = new Set<number>();

  constructor(readonly nodes: Node[]) {}

  add(layer: Layer, inputs: readonly number[], shape: Shape): void {
    const from = inputs.map((place) => this.places[place]!);
    this.places.push(this.lay(layer, layer.name, from, shape, false));
  }

  private lay(layer: Layer, name: string, from: readonly number[], shape: Shape, second: boolean): number {
    if (layer instanceof RNN) return this.chain(layer, name, from[0]!, second);
    if (layer instanceof Bidirectional) return this.pair(layer, name, from[0]!);
    if (!isRecurrent(layer)) return this.push(layer, from, { shape });
    const [read] = from as [number];
    const turned = this.#turned.has(read);
    this.cells.push({ layer, name, from: this.nodes[read]!.layer.name, second, turned });
    const own = name === layer.name ? layer : this.copy(layer, name, from);
    return this.push(own, from, { shape, turned: turned !== layer.options.goBackwards });
  }

  /** @param how the shape of its output where it is known; whether its steps come last first, unless as its input's do */
  private push(
    layer: Layer,
    inputs: readonly number[],
    how: { shape?: Shape; turned?: boolean } = {},
  ): number {
    const { shape = layer.outputShape(this.shapes(inputs)), turned = this.#turned.has(inputs[0] ?? -1) } =
      how;
    const place = this.nodes.push({ layer, inputs, shape }) - 1;
    if (turned) this.#turned.add(place);
    return place;
  }

  private shapes(inputs: readonly number[]): Shape[] {
    return inputs.map((place) => this.nodes[place]!.shape);
  }

  /** A layer of the same options under a name that no other node has. */
  private copy(layer: Layer, name: string, from: readonly number[]): Layer {
    const copy = layer.kind.make({ ...layer.options, name });
    copy.build(this.shapes(from));
    return copy;
  }

  private nested(layer: Layer, name: string, from: number, second: boolean): number {
    return this.lay(layer, name, [from], layer.outputShape(this.shapes([from])), second);
  }

  private chain(rnn: RNN, name: string, from: number, second: boolean): number {
    const { goBackwards, returnSequences } = rnn.options;
    const turned = goBackwards && rnn.inner.length > 1;
    let last = from;
    for (const [i, layer] of rnn.inner.entries()) {
      // From the first on, steps come in the order of processing: so must their mask.
      if (i === 1 && turned) {
        const turn = (b: Builder, [x]: readonly Tensor[]) =>
          viewOf(b, x!, x!.shape, reversedMask(b, x!.mask, x!.shape[0]!));
        last = this.push(new Part(`${name} (turned mask)`, sameShape, turn), [last]);
      }
      last = this.nested(layer, `${name}/${layer.name}`, last, second);
    }
    if (!turned || !returnSequences) return last;
    const mask = (b: Builder, [out, x]: readonly Tensor[]) => viewOf(b, out!, out!.shape, x!.mask);
    return this.push(new Part(`${name} (mask)`, sameShape, mask), [last, from]);
  }

  private pair(layer: Bidirectional, name: string, from: number): number {
    const { mergeMode } = layer.options;
    const [first, second] = layer.pair;
    const forward = this.nested(first, `${name}/${first.name}`, from, false);
    const turned = this.nested(second, `${name}/${second.name}`, from, true);
    const backward = first.options.returnSequences
      ? this.push(new Part(`${name} (turned round)`, sameShape, (b, [x]) => planReverse(b, x!)), [turned], {
          turned: !this.#turned.has(turned),
        })
      : turned;
    const shape = layer.outputShape(this.shapes([from]));
    const both = ([one, other]: readonly Shape[]): Shape =>
      mergeMode === "concat" ? [...one!.slice(0, -1), one!.at(-1)! + other!.at(-1)!] : one!;
    const merge = (b: Builder, [one, other]: readonly Tensor[]) => planMerge(b, one!, other!, mergeMode);
    return this.push(new Part(name, both, merge), [forward, backward], { shape });
  }
}
