/** The lab's experiments by name. */
import { oneOf } from "../../base/errors.js";
import type { LabTask } from "../task.js";
import { adding, multiplication } from "./arithmetic.js";
import { characters } from "./characters.js";
import { copy } from "./copy.js";
import { anbn, dyck, parity } from "./counting.js";
import { digits } from "./digits.js";
import { latch } from "./latch.js";
import { order2, order3 } from "./order.js";
import { reber } from "./reber.js";
import { noiseFree, noisy } from "./recall.js";

/** In the order in which they are listed. */
export const TASKS: readonly LabTask[] = [
  latch,
  noiseFree,
  noisy,
  order2,
  order3,
  adding,
  multiplication,
  copy,
  reber,
  parity,
  anbn,
  dyck,
  digits,
  characters,
];

/** The task of a name. @throws InputError on a name that is none, with the nearest that is */
export function taskNamed(name: string): LabTask {
  const known = oneOf(
    name,
    TASKS.map((task) => task.name),
    "lab task",
  );
  return TASKS.find((task) => task.name === known)!;
}
