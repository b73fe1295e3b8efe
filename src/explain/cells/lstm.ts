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
    const { weights, activation: phi, gateActivation: sigma } = this;
    const i = preActivation(x, h, weights.i).map(sigma.f);
    const f = preActivation(x, h, weights.f).map(sigma.f);
    const g = preActivation(x, h, weights.g).map(phi.f);
    const o = preActivation(x, h, weights.o).map(sigma.f);
    const cNew = add(hadamard(f, c), hadamard(i, g));
    return { gates: { i, f, g, o }, c: cNew, h: this.emit({ o }, cNew) };
  }

  emit(gates: Step["gates"], c: Vector): number[] {
    return hadamard(gates["o"]!, c.map(this.activation.f));
  }

  /**
   * δC = δc + δh ⊙ o ⊙ φ′(c); each network's δz from it (the output gate's from δh); along c_{t−1} goes δC ⊙ f, along
   * h_{t−1} each δz · Rᵀ.
   */
  back(now: Step, { c: before = zeros(this.units) }: State, dh: Vector, dc: Vector): StepGradient {
    const { i, f, g, o } = now.gates as Record<Gate, Vector>;
    const { activation: phi, gateActivation: sigma } = this;
    const total = add(dc, hadamard(dh, this.outputSlope(now)));
    const dz: Record<Gate, Vector> = {
      i: hadamard(total, g, i.map(sigma.slope)),
      f: hadamard(total, before, f.map(sigma.slope)),
      g: hadamard(total, i, g.map(phi.slope)),
      o: hadamard(dh, now.c!.map(phi.f), o.map(sigma.slope)),
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
    const { f, slope } = this.activation;
    return hadamard(
      gates["o"]!,
      c!.map((value) => slope(f(value))),
    );
  }
}
