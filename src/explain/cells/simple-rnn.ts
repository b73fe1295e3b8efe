/** One step of a SimpleRNN in float64: h = φ(x·W + h₋₁·R + b), and its way back. */
import {
  type Activation,
  asComputed,
  type Cell,
  type Hold,
  type NetworkWeights,
  preActivation,
  type State,
  type Step,
  type StepGradient,
} from "./cell.js";
import { NETWORKS } from "./names.js";
import { hadamard, timesTransposed, type Vector } from "./vector.js";

export class SimpleRnnCell implements Cell {
  readonly kind = "SimpleRNN";
  readonly networks = NETWORKS.SimpleRNN;
  readonly carried = "hidden";

  constructor(
    readonly layer: string,
    readonly inputs: number,
    readonly units: number,
    readonly weights: Readonly<Record<"network", NetworkWeights>>,
    private readonly activation: Activation,
  ) {}

  step(x: Vector, { hidden }: State, hold: Hold = asComputed): Step {
    const z = preActivation(x, hidden, this.weights.network);
    return { gates: {}, preActivations: { network: z }, hidden: hold("hidden", z.map(this.activation.f)) };
  }

  /** Every gradient passes φ′ and Rᵀ at every step: there is no other way back. */
  back(now: Step, _previous: State, dh: Vector): StepGradient {
    const { kernel, recurrent } = this.weights.network;
    const dz = hadamard(dh, now.preActivations["network"]!.map(this.activation.slope));
    return {
      total: dh,
      direct: null,
      throughNetworks: { network: timesTransposed(dz, recurrent) },
      dx: timesTransposed(dz, kernel),
    };
  }

  memory(): null {
    return null;
  }

  emit(_gates: Step["gates"], h: Vector): Vector {
    return h;
  }

  outputSlope(): null {
    return null;
  }
}
