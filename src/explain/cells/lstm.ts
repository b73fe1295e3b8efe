/** One step of an LSTM in float64, forward and back, with every path kept apart. */
import {
  type Activation,
  asComputed,
  type Cell,
  type Hold,
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

  step(x: Vector, { hidden: h, cell: c = zeros(this.units) }: State, hold: Hold = asComputed): Step {
    const { activation: phi, gateActivation: sigma } = this;
    const of = (gate: Gate) => preActivation(x, h, this.weights[gate]);
    const z: Record<Gate, Vector> = {
      input: of("input"),
      forget: of("forget"),
      candidate: of("candidate"),
      output: of("output"),
    };
    const [i, f] = [hold("input", z.input.map(sigma.f)), hold("forget", z.forget.map(sigma.f))];
    const [g, o] = [hold("candidate", z.candidate.map(phi.f)), hold("output", z.output.map(sigma.f))];
    const cell = add(hadamard(f, c), hadamard(i, g));
    const held = hold("cell", cell);
    return {
      gates: { input: i, forget: f, candidate: g, output: o },
      preActivations: z,
      cell: held,
      hidden: hold("hidden", this.emit({ output: o }, held)),
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
    const { input: i, forget: f, candidate: g } = now.gates as Record<Gate, Vector>;
    const { activation: phi, gateActivation: sigma } = this;
    const z = now.preActivations as Record<Gate, Vector>;
    const total = add(dc, hadamard(dh, this.outputSlope(now)));
    const dz: Record<Gate, Vector> = {
      input: hadamard(total, g, z.input.map(sigma.slope)),
      forget: hadamard(total, before, z.forget.map(sigma.slope)),
      candidate: hadamard(total, i, z.candidate.map(phi.slope)),
      output: hadamard(dh, now.cell!.map(phi.f), z.output.map(sigma.slope)),
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
    return hadamard(gates["output"]!, cell!.map(this.activation.slope));
  }
}
