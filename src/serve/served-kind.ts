/** What a model is to the server: what it takes, what it answers, and how that reads in each of the protocols. */
import type { Answers } from "./batcher.js";
import type { Column, Question, TensorInfo } from "./tensors.js";

/** What a model is: it says what an answer looks like. */
export type ServedKind = "text-classifier" | "multi-label-classifier" | "regressor" | "network";

/** A model that is asked by the server. `Answer`: of a row. */
export interface Served<Answer = unknown> extends Answers<Question, Answer> {
  readonly kind: ServedKind;
  /** What the answers name; none of a regressor or a network alone. */
  readonly labels: readonly string[];
  readonly inputs: readonly TensorInfo[];
  /** What the Open Inference Protocol gives of the answers. */
  readonly columns: readonly Column<Answer>[];
  /**
   * A question as `keyOf`, `cut` and `answer` take it; left out: as it came.
   * @param most numbers that it may have in all
   * @throws Refusal (413) for more
   */
  prepared?(question: Question, most: number): Question;
  /** Questions of one key may be asked together. */
  keyOf(question: Question): string;
  /** An answer as the server's own JSON has it. */
  json(answer: Answer): object;
  /** Frees its memory and threads; nothing of the caller's own. */
  dispose(): void;
}

/** Whether a model takes texts. */
export const takesTexts = ({ inputs }: Pick<Served, "inputs">): boolean => inputs[0]!.datatype === "BYTES";
