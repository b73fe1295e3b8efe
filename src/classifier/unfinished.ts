/** Trainings that ended before their end, and what was learned until then. */
import { isAbort, type Long } from "../base/progress.js";
import { TrainingError } from "../train/fit.js";
import type { Trained, TrainingSession } from "./training.js";

/** Training went wrong (its loss became NaN or infinite); what it had until then is in `classifier`. */
export class UnfinishedTraining<Made = unknown> extends TrainingError {
  /** @param classifier what there was before the loss broke */
  constructor(
    message: string,
    /** What there was before the loss broke: untrained, or with the weights of the last good step. */
    readonly classifier: Made,
  ) {
    super(message);
  }
}

/** The signal given to `train` ended it. What was learned until then is `cause.classifier`: null before the first step. */
export class AbortedTraining<Made = unknown> extends Error {
  /** "AbortError", as of every aborted operation of the platform. */
  override readonly name = "AbortError";
  /** The classifier (or regressor) with what was learned until then; null before the first step. */
  declare readonly cause: { classifier: Made | null };

  /** @param classifier what was learned, or null */
  constructor(classifier: Made | null) {
    const learned = classifier ? "what was learned until then is in cause.classifier" : "nothing was learned";
    super(`Training was aborted: ${learned}.`, { cause: { classifier } });
  }
}

/**
 * A training, which its signal may end before anything is learned.
 * @throws AbortedTraining then
 */
export async function learning<Made>(
  long: Pick<Long, "aborted" | "hear">,
  training: () => Promise<Made>,
): Promise<Made> {
  try {
    long.hear();
    return await training();
  } catch (error) {
    const before = long.aborted && isAbort(error) && !(error instanceof AbortedTraining);
    throw before ? new AbortedTraining(null) : error;
  }
}

/**
 * What comes of a training.
 * @param make what is made of the network and its encoder
 * @throws AbortedTraining when its signal ended it; UnfinishedTraining when its loss became NaN or infinite
 */
export async function madeBy<Made>(
  session: TrainingSession,
  make: (trained: Trained) => Made,
): Promise<Made> {
  try {
    const made = make(await session.run());
    if (!session.aborted) return made;
    throw new AbortedTraining(session.learned ? made : null);
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    throw new UnfinishedTraining(error.message, make(session.untrained!));
  }
}
