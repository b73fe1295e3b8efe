/** The doctor: looks for known traps in a model, its data and its training before time is wasted on them. */
import { ANSWERS } from "./answers.js";
import { ARCHITECTURE } from "./architecture.js";
import { DATA } from "./data.js";
import { DYNAMICS } from "./dynamics.js";
import { ENCODING } from "./encoding.js";
import { bySeverity, type Finding } from "./finding.js";
import { HISTORY } from "./history.js";
import type { Subject } from "./subject.js";

export { type Finding, SEVERITIES, type Severity } from "./finding.js";
export type { Subject, Texts } from "./subject.js";

const CHEAP = [...ARCHITECTURE, ...ENCODING, ...DATA, ...HISTORY];

/**
 * The checks that cost no more than reading the texts once: nothing is run forward or backward. For before training.
 * @param subject at least the model; the more it holds, the more is looked at
 */
export function quickCheckup(subject: Subject): Finding[] {
  return bySeverity(CHEAP.flatMap((check) => check(subject)));
}

/** All checks: also runs the model forward over up to 2,000 of the texts, and back over a few of them. */
export function checkup(subject: Subject): Finding[] {
  return bySeverity([...CHEAP, ...ANSWERS, ...DYNAMICS].flatMap((check) => check(subject)));
}
