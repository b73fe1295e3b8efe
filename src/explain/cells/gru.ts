/** One step of a GRU in float64, forward and back, with every path kept apart. */
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
import { add, combine, hadamard, subtract, timesMatrix, timesTransposed, type Vector } from "./vector.js";

type Gate = (typeof NETWORKS.GRU)[number];

export class GruCell implements Cell {
  readonly kind = "GRU";
  readonly networks = NETWORKS.GRU;
  readonly carried = "hidden";

  constructor(
    readonly layer: string,
    readonly inputs: number,
    readonly units: number,
    readonly weights: Readonly<Record<Gate, NetworkWeights>>,
    /** Of the candidate. */
    private readonly activation: Activation,
    /** Of the two gates. */
    private readonly gateActivation: Activation,
    /** Whether the reset gate multiplies h_{t−1}·R + b′, or h_{t−1} itself before the product. */
    readonly resetAfter: boolean,
  ) {}

  step(x: Vector, { hidden: before }: State, hold: Hold = asComputed): Step {
    const { weights, activation: phi, gateActivation: sigma } = this;
    const preUpdate = preActivation(x, before, weights.update);
    const preReset = preActivation(x, before, weights.reset);
    const [z, r] = [hold("update", preUpdate.map(sigma.f)), hold("reset", preReset.map(sigma.f))];
    const recurrentPart = this.recurrentPart(before, r);
    const seen = this.resetAfter ? hadamard(r, recurrentPart) : recurrentPart;
    const { kernel, bias } = weights.candidate;
    const preCandidate = add(timesMatrix(x, kernel), bias, seen);
    const candidate = hold("candidate", preCandidate.map(phi.f));
    const mixed = combine((z, old, fresh) => z * old + (1 - z) * fresh, z, before, candidate);
    const hidden = hold("hidden", mixed);
    const preActivations: Record<Gate, Vector> = {
      update: preUpdate,
      reset: preReset,
      candidate: preCandidate,
    };
    return { gates: { update: z, reset: r, candidate }, preActivations, hidden, recurrentPart };
  }

  /** What the candidate sees of h_{t−1}: before the reset gate multiplies it, or after. */
  private recurrentPart(before: Vector, r: Vector): number[] {
    const { recurrent, recurrentBias } = this.weights.candidate;
    if (this.resetAfter) return add(timesMatrix(before, recurrent), recurrentBias);
    return timesMatrix(hadamard(r, before), recurrent);
  }

  /**
   * δz̄ = δh ⊙ (h_{t−1} − h̃) ⊙ σ′ for the update gate, δh̄ = δh ⊙ (1 − z) ⊙ φ′ for the candidate, and the reset gate's
   * through the candidate's recurrent part; along h_{t−1} goes δh ⊙ z directly, and something through each network.
   */
  back(now: Step, { hidden: before }: State, dh: Vector): StepGradient {
    const { update: z, reset: r, candidate } = now.gates as Record<Gate, Vector>;
    const pre = now.preActivations as Record<Gate, Vector>;
    const { weights, resetAfter, activation: phi, gateActivation: sigma } = this;
    const dCandidate = combine((d, z, own) => d * (1 - z) * phi.slope(own), dh, z, pre.candidate);
    const dUpdate = hadamard(dh, subtract(before, candidate), pre.update.map(sigma.slope));
    // δ of the candidate's recurrent side: of r ⊙ (h₋₁·R + b′), or of r ⊙ h₋₁ before the product.
    const dProduct = resetAfter ? dCandidate : timesTransposed(dCandidate, weights.candidate.recurrent);
    const dReset = hadamard(dProduct, resetAfter ? now.recurrentPart! : before, pre.reset.map(sigma.slope));
    const dz: Record<Gate, Vector> = { update: dUpdate, reset: dReset, candidate: dCandidate };
    const dKept = hadamard(dProduct, r);
    return {
      total: dh,
      direct: hadamard(dh, z),
      throughNetworks: {
        update: timesTransposed(dUpdate, weights.update.recurrent),
        reset: timesTransposed(dReset, weights.reset.recurrent),
        candidate: resetAfter ? timesTransposed(dKept, weights.candidate.recurrent) : dKept,
      },
      dx: add(...this.networks.map((gate) => timesTransposed(dz[gate], weights[gate].kernel))),
    };
  }

  memory({ gates }: Step): MemoryStep {
    const { update, candidate } = gates as Record<Gate, Vector>;
    return { keep: update, write: combine((z, fresh) => (1 - z) * fresh, update, candidate) };
  }

  emit(_gates: Step["gates"], h: Vector): Vector {
    return h;
  }

  outputSlope(): null {
    return null;
  }
}
