/** The doctor: looks for known traps in a model, its data and its training before time is wasted on them. */

import { indicesOf, instanceOf, objectOf, textsOf } from "../../base/arguments.js";
import { finiteNumber, wholeNumber } from "../../base/errors.js";
import { checkLongOptions, Long, type LongOptions } from "../../base/progress.js";
import { Corpus } from "../../classifier/corpus.js";
import { modelOf } from "../../model/given.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import { looking } from "../looking.js";
import { ANSWERS } from "./answers.js";
import { ARCHITECTURE } from "./architecture.js";
import { DATA } from "./data.js";
import { DYNAMICS } from "./dynamics.js";
import { ENCODING } from "./encoding.js";
import { bySeverity, type Check, type Finding } from "./finding.js";
import { HISTORY } from "./history.js";
import { PADDING } from "./padding.js";
import { type DataSubject, lookAtTexts, type Subject, type Texts } from "./subject.js";

const CHEAP = [...ARCHITECTURE, ...PADDING, ...ENCODING, ...DATA, ...HISTORY];

/** The parts that checks look into. */
function checkSubject(subject: Subject): void {
  const { model, vectorizer, length, labels, threshold, texts, test } = objectOf(subject, "checkup subject");
  modelOf(model, "checkup model");
  if (vectorizer !== undefined) instanceOf(vectorizer, Vectorizer, "checkup vectorizer", "a Vectorizer");
  if (length !== undefined) wholeNumber(length, "checkup length", 1);
  if (labels !== undefined) textsOf(labels, "checkup labels");
  if (threshold !== undefined) finiteNumber(threshold, "checkup threshold", 0, 1);
  for (const part of [texts, test]) {
    if (part === undefined) continue;
    const { corpus, rows } = objectOf(part, "checkup texts", "{ corpus, rows }");
    instanceOf(corpus, Corpus, "checkup corpus", "a Corpus");
    if (rows !== undefined) indicesOf(rows, "checkup rows", corpus.rows);
  }
}

/**
 * The checks that need no run of the model: shapes, settings, texts and the record of training. Findings by
 * severity. @throws InputError for a subject whose parts are of the wrong kind; AbortError
 */
export async function quickCheckup(subject: Subject, options: LongOptions = {}): Promise<Finding[]> {
  checkSubject(subject);
  checkLongOptions(options, "quickCheckup");
  return examined(subject, CHEAP, new Long(options, "quickCheckup"));
}

/** The checks of texts and labels alone, before there is any model. @throws AbortError */
export async function dataCheckup(texts: Texts, options: LongOptions = {}): Promise<Finding[]> {
  return examined({ texts }, DATA, new Long(options, "dataCheckup"));
}

/**
 * All checks: also runs the model forward over up to 2,000 of the texts, and back over a few of them.
 * @throws InputError as `quickCheckup`; AbortError
 */
export async function checkup(subject: Subject, options: LongOptions = {}): Promise<Finding[]> {
  checkSubject(subject);
  const checks = [...CHEAP, ...ANSWERS, ...DYNAMICS];
  return examined(subject, checks, looking(subject.model, options, "checkup"));
}

async function examined<S extends DataSubject>(
  subject: S,
  checks: readonly Check<S>[],
  long: Long,
): Promise<Finding[]> {
  long.begin("reading");
  await long.run(lookAtTexts(subject));
  long.begin("examining", checks.length);
  const findings: Finding[] = [];
  for (const check of checks) {
    const found = check(subject);
    findings.push(...(Array.isArray(found) ? found : await long.run(found)));
    await long.did(1);
  }
  long.end();
  return bySeverity(findings);
}
