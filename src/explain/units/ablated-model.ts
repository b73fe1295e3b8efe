/** A model with numbers of one recurrent layer held: what it puts out then. */
import type { SynchronousEngine } from "../../engines/engine.js";
import { Input } from "../../layers/input.js";
import type { Model } from "../../model/model.js";
import type { Node } from "../../network/graph.js";
import { Runtime } from "../../network/runtime.js";
import type { OpenCell } from "../cells/open.js";
import { layOut, Part, sameShape } from "../laid.js";
import { taken } from "../probe.js";
import { type CellInput, type Clamp, ClampedCell } from "./clamped-cell.js";
import type { Recording, RowsOf } from "./recorder.js";

/** What is held, and where. */
export interface Ablation {
  clamps: readonly Clamp[];
  /** [rows][T] 1 where it holds; null: everywhere. */
  at: Uint8Array | null;
  /** [I] what the layer reads in place of its own input where `at` says so; null: its own. */
  instead: ArrayLike<number> | null;
}

export class AblatedModel {
  readonly #runtime: Runtime;

  /** Takes over the engine, for the network behind the layer. */
  constructor(
    model: Model,
    private readonly open: OpenCell,
    private readonly engine: SynchronousEngine,
  ) {
    const laid = layOut(model);
    const cell = laid.nodes.find(({ layer }) => layer.name === open.cell.layer)!;
    const held = new Input({ shape: cell.shape, name: "held (input)" });
    held.name = "held (input)";
    const nodes: Node[] = [{ layer: held, inputs: [], shape: cell.shape }];
    const place: number[] = [];
    for (const [index, node] of laid.nodes.entries()) {
      place[index] = nodes.push({ ...node, inputs: node.inputs.map((from) => place[from]!) }) - 1;
      if (node !== cell) continue;
      const given = new Part("held", sameShape, taken);
      place[index] = nodes.push({ layer: given, shape: node.shape, inputs: [place[index]!, 0] }) - 1;
    }
    const output = place[laid.places[model.nodes.indexOf(model.outputNode)]!]!;
    this.#runtime = new Runtime(engine, nodes, [output], 0);
    this.#runtime.weights.set(model.getWeights().map(({ data }) => data));
  }

  /** [rows][F] for rows that were recorded. */
  outputs(recording: Recording, { data, rows, shape }: RowsOf, ablation: Ablation): Float32Array {
    const held = this.#layerOutput(recording, rows, ablation);
    const own = recording.layer(this.open.cell.layer).shape;
    const plan = this.#runtime.plan({
      ...{ rows, inputShapes: [own, shape], training: false, loss: null },
    });
    this.engine.write(plan.inputs[0]!, held);
    this.engine.write(plan.inputs[1]!, data);
    this.#runtime.run(plan);
    const out = new Float32Array(rows * plan.outputSize);
    this.#runtime.readOutput(plan, out);
    return out;
  }

  /** [rows][…shape] the layer's output with what is held. */
  #layerOutput(recording: Recording, rows: number, { clamps, at, instead }: Ablation): Float32Array {
    const { open } = this;
    const { x, mask, T, I } = recording.read(open);
    const U = open.cell.units;
    const inputs = Array.from({ length: rows }, (_, b): CellInput => {
      // `at` is by words, x in the order in which the layer's input comes.
      const places = at?.slice(b * T, (b + 1) * T) ?? null;
      const own = open.turned ? (places?.reverse() ?? null) : places;
      const read = x.subarray(b * T * I, (b + 1) * T * I);
      if (instead && own) for (let t = 0; t < T; t++) if (own[t] === 1) read.set(instead, t * I);
      return {
        x: read,
        mask: mask?.subarray(b * T, (b + 1) * T) ?? null,
        at: clamps.length > 0 ? own : null,
      };
    });
    const h = new ClampedCell(open, clamps).run(inputs, T);
    const width = recording.layer(open.cell.layer).values.length / rows;
    const out = new Float32Array(rows * width);
    for (const [b, { mask: hidden }] of inputs.entries()) {
      out.set(shown(open, h.subarray(b * T * U, (b + 1) * T * U), T, hidden).flat(), b * width);
    }
    return out;
  }

  dispose(): void {
    this.#runtime.dispose();
  }
}

/** Of h by place [T][U]: every step's or the last one's, in processing order, 0 at hidden steps where the layer wants that. */
function shown(
  { layer, cell: { units: U } }: OpenCell,
  h: ArrayLike<number>,
  T: number,
  mask: Uint8Array | null,
): number[][] {
  const { returnSequences, zeroOutputForMask, goBackwards } = layer.options;
  const steps = Array.from({ length: T }, (_, s) => (goBackwards ? T - 1 - s : s));
  return (returnSequences ? steps : steps.slice(-1)).map((t) =>
    Array.from({ length: U }, (_, u) => (zeroOutputForMask && mask?.[t] === 0 ? 0 : h[t * U + u]!)),
  );
}
