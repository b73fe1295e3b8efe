/** One step of an LSTM in float64, forward and back, with every path kept apart. */
import {
  type Activation,
  type Cell,
  type MemoryStep,
  type NetworkWeights,
  preActivation,
  type State,
  type Step,
  type StepGradient,
} from "./cell.js";
import { add, hadamard, timesTransposed, type Vector, zeros } from "./vector.js";

type Gate = "i" | "f" | "g" | "o";

export class LstmCell implements Cell {
  readonly kind = "LSTM";
  readonly networks = ["i", "f", "g", "o"] as const;
  readonly carried = "c";

  constructor(
    readonly layer: string,
    readonly inputs: number,
    readonly units: number,
    readonly weights: Readonly<Record<Gate, NetworkWeights>>,
    /** Of the candidate, and of c on its way out. */
    private readonly activation: Activation,
    /** Of the three gates. */
    private readonly gateActivation: Activation,
  ) {}

  step(x: Vector, { h, c = zeros(this.units) }: State): Step {
    const { activation: phi, gateActivation: sigma } = this;
    const of = (gate: Gate) => preActivation(x, h, this.weights[gate]);
    const z: Record<Gate, Vector> = { i: of("i"), f: of("f"), g: of("g"), o: of("o") };
    const [i, f, g, o] = [z.i.map(sigma.f), z.f.map(sigma.f), z.g.map(phi.f), z.o.map(sigma.f)];
    const cNew = add(hadamard(f, c), hadamard(i, g));
    return { gates: { i, f, g, o }, preActivations: z, c: cNew, h: this.emit({ o }, cNew) };
  }

  emit(gates: Step["gates"], c: Vector): number[] {
    return hadamard(gates["o"]!, c.map(this.activation.f));
  }

  /**
   * δC = δc + δh ⊙ o ⊙ φ′(c); each network's δz from it (the output gate's from δh); along c_{t−1} goes δC ⊙ f, along
   * h_{t−1} each δz · Rᵀ.
   */
  back(now: Step, { c: before = zeros(this.units) }: State, dh: Vector, dc: Vector): StepGradient {
    const { i, f, g } = now.gates as Record<Gate, Vector>;
    const { activation: phi, gateActivation: sigma } = this;
    const z = now.preActivations as Record<Gate, Vector>;
    const total = add(dc, hadamard(dh, this.outputSlope(now)));
    const dz: Record<Gate, Vector> = {
      i: hadamard(total, g, z.i.map(sigma.slope)),
      f: hadamard(total, before, z.f.map(sigma.slope)),
      g: hadamard(total, i, z.g.map(phi.slope)),
      o: hadamard(dh, now.c!.map(phi.f), z.o.map(sigma.slope)),
    };
    const through = (gate: Gate) => timesTransposed(dz[gate], this.weights[gate].recurrent);
    return {
      total,
      direct: hadamard(total, f),
      throughNetworks: { i: through("i"), f: through("f"), g: through("g"), o: through("o") },
      dx: add(...this.networks.map((gate) => timesTransposed(dz[gate], this.weights[gate].kernel))),
    };
  }

  memory({ gates }: Step): MemoryStep {
    return { keep: gates["f"]!, write: hadamard(gates["i"]!, gates["g"]!) };
  }

  outputSlope({ gates, c }: Step): Vector {
    return hadamard(gates["o"]!, c!.map(this.activation.slope));
  }
}
