/** One step of a GRU in float64, forward and back, with every path kept apart. */
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
import { add, combine, hadamard, subtract, timesMatrix, timesTransposed, type Vector } from "./vector.js";

type Gate = "z" | "r" | "h";

export class GruCell implements Cell {
  readonly kind = "GRU";
  readonly networks = ["z", "r", "h"] as const;
  readonly carried = "h";

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

  step(x: Vector, { h: before }: State): Step {
    const { weights, activation: phi, gateActivation: sigma } = this;
    const [preZ, preR] = [preActivation(x, before, weights.z), preActivation(x, before, weights.r)];
    const [z, r] = [preZ.map(sigma.f), preR.map(sigma.f)];
    const recurrentPart = this.recurrentPart(before, r);
    const seen = this.resetAfter ? hadamard(r, recurrentPart) : recurrentPart;
    const { kernel, bias } = weights.h;
    const preH = add(timesMatrix(x, kernel), bias, seen);
    const candidate = preH.map(phi.f);
    const h = combine((z, old, fresh) => z * old + (1 - z) * fresh, z, before, candidate);
    const preActivations: Record<Gate, Vector> = { z: preZ, r: preR, h: preH };
    return { gates: { z, r, h: candidate }, preActivations, h, recurrentPart };
  }

  /** What the candidate sees of h_{t−1}: before the reset gate multiplies it, or after. */
  private recurrentPart(before: Vector, r: Vector): number[] {
    const { recurrent, recurrentBias } = this.weights.h;
    if (this.resetAfter) return add(timesMatrix(before, recurrent), recurrentBias);
    return timesMatrix(hadamard(r, before), recurrent);
  }

  /**
   * δz̄ = δh ⊙ (h_{t−1} − h̃) ⊙ σ′ for the update gate, δh̄ = δh ⊙ (1 − z) ⊙ φ′ for the candidate, and the reset gate's
   * through the candidate's recurrent part; along h_{t−1} goes δh ⊙ z directly, and something through each network.
   */
  back(now: Step, { h: before }: State, dh: Vector): StepGradient {
    const { z, r, h: candidate } = now.gates as Record<Gate, Vector>;
    const pre = now.preActivations as Record<Gate, Vector>;
    const { weights, resetAfter, activation: phi, gateActivation: sigma } = this;
    const dCandidate = combine((d, z, own) => d * (1 - z) * phi.slope(own), dh, z, pre.h);
    const dUpdate = hadamard(dh, subtract(before, candidate), pre.z.map(sigma.slope));
    // δ of the candidate's recurrent side: of r ⊙ (h₋₁·R + b′), or of r ⊙ h₋₁ before the product.
    const dProduct = resetAfter ? dCandidate : timesTransposed(dCandidate, weights.h.recurrent);
    const dReset = hadamard(dProduct, resetAfter ? now.recurrentPart! : before, pre.r.map(sigma.slope));
    const dz: Record<Gate, Vector> = { z: dUpdate, r: dReset, h: dCandidate };
    const dKept = hadamard(dProduct, r);
    return {
      total: dh,
      direct: hadamard(dh, z),
      throughNetworks: {
        z: timesTransposed(dUpdate, weights.z.recurrent),
        r: timesTransposed(dReset, weights.r.recurrent),
        h: resetAfter ? timesTransposed(dKept, weights.h.recurrent) : dKept,
      },
      dx: add(...this.networks.map((gate) => timesTransposed(dz[gate], weights[gate].kernel))),
    };
  }

  memory({ gates }: Step): MemoryStep {
    return { keep: gates["z"]!, write: combine((z, h) => (1 - z) * h, gates["z"]!, gates["h"]!) };
  }

  emit(_gates: Step["gates"], h: Vector): Vector {
    return h;
  }

  outputSlope(): null {
    return null;
  }
}
