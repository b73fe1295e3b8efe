/** Successive halving (Jamieson and Talwalkar 2016) by thirds: many trials for few epochs, the best of them for more. */

/** Of the trials of a rung one in so many goes on. */
const FACTOR = 3;

/** A round of the search. */
export interface Rung {
  /** Epochs that each of its trials has had by its end. */
  epochs: number;
  /** Trials that it has, where none is left out before. */
  trials: number;
}

/** How many of a rung's trials go on to the next. */
export const goingOn = (trials: number): number => Math.max(1, Math.floor(trials / FACTOR));

/** The whole part of the logarithm, counted: Math.log(243) / Math.log(3) is below 5. */
function wholeLog(value: number): number {
  let power = 0;
  for (let rest = value; rest >= FACTOR; rest /= FACTOR) power++;
  return power;
}

/** The rungs for so many trials and at most so many epochs: 27 and 20 make 2, 6 and 20 epochs for 27, 9 and 3. */
export function rungsOf(trials: number, epochs: number): Rung[] {
  const last = Math.min(wholeLog(epochs), wholeLog(trials));
  const rungs: Rung[] = [];
  for (let rung = 0, left = trials; rung <= last; rung++, left = goingOn(left)) {
    rungs.push({ epochs: Math.floor(epochs / FACTOR ** (last - rung)), trials: left });
  }
  return rungs;
}
