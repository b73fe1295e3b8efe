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
import { NETWORKS } from "./names.js";
import { add, hadamard, timesTransposed, type Vector, zeros } from "./vector.js";

type Gate = (typeof NETWORKS.LSTM)[number];

export class LstmCell implements Cell {
  readonly kind = "LSTM";
  readonly networks = NETWORKS.LSTM;
  readonly carried = "cell";

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

  step(x: Vector, { hidden: h, cell: c = zeros(this.units) }: State): Step {
    const { weights, activation: phi, gateActivation: sigma } = this;
    const i = preActivation(x, h, weights.input).map(sigma.f);
    const f = preActivation(x, h, weights.forget).map(sigma.f);
    const g = preActivation(x, h, weights.candidate).map(phi.f);
    const o = preActivation(x, h, weights.output).map(sigma.f);
    const cell = add(hadamard(f, c), hadamard(i, g));
    return {
      gates: { input: i, forget: f, candidate: g, output: o },
      cell,
      hidden: this.emit({ output: o }, cell),
    };
  }

  emit(gates: Step["gates"], c: Vector): number[] {
    return hadamard(gates["output"]!, c.map(this.activation.f));
  }

  /**
   * δC = δc + δh ⊙ o ⊙ φ′(c); each network's δz from it (the output gate's from δh); along c_{t−1} goes δC ⊙ f, along
   * h_{t−1} each δz · Rᵀ.
   */
  back(now: Step, { cell: before = zeros(this.units) }: State, dh: Vector, dc: Vector): StepGradient {
    const { input: i, forget: f, candidate: g, output: o } = now.gates as Record<Gate, Vector>;
    const { activation: phi, gateActivation: sigma } = this;
    const total = add(dc, hadamard(dh, this.outputSlope(now)));
    const dz: Record<Gate, Vector> = {
      input: hadamard(total, g, i.map(sigma.slope)),
      forget: hadamard(total, before, f.map(sigma.slope)),
      candidate: hadamard(total, i, g.map(phi.slope)),
      output: hadamard(dh, now.cell!.map(phi.f), o.map(sigma.slope)),
    };
    const through = (gate: Gate) => timesTransposed(dz[gate], this.weights[gate].recurrent);
    return {
      total,
      direct: hadamard(total, f),
      throughNetworks: {
        input: through("input"),
        forget: through("forget"),
        candidate: through("candidate"),
        output: through("output"),
      },
      dx: add(...this.networks.map((gate) => timesTransposed(dz[gate], this.weights[gate].kernel))),
    };
  }

  memory({ gates }: Step): MemoryStep {
    return { keep: gates["forget"]!, write: hadamard(gates["input"]!, gates["candidate"]!) };
  }

  outputSlope({ gates, cell }: Step): Vector {
    const { f, slope } = this.activation;
    return hadamard(
      gates["output"]!,
      cell!.map((value) => slope(f(value))),
    );
  }
}
