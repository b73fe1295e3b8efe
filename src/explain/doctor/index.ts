/** The doctor: looks for known traps in a model, its data and its training before time is wasted on them. */

import { indicesOf, instanceOf, objectOf, textsOf } from "../../base/arguments.js";
import { finiteNumber, wholeNumber } from "../../base/errors.js";
import { Corpus } from "../../classifier/corpus.js";
import { modelOf } from "../../model/given.js";
import { Vectorizer } from "../../tokens/vectorizer.js";
import { ANSWERS } from "./answers.js";
import { ARCHITECTURE } from "./architecture.js";
import { DATA } from "./data.js";
import { DYNAMICS } from "./dynamics.js";
import { ENCODING } from "./encoding.js";
import { bySeverity, type Finding } from "./finding.js";
import { HISTORY } from "./history.js";
import { PADDING } from "./padding.js";
import type { Subject, Texts } from "./subject.js";

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
 * severity. @throws InputError for a subject whose parts are of the wrong kind
 */
export function quickCheckup(subject: Subject): Finding[] {
  checkSubject(subject);
  return bySeverity(CHEAP.flatMap((check) => check(subject)));
}

/** The checks of texts and labels alone, before there is any model. */
export function dataCheckup(texts: Texts): Finding[] {
  return bySeverity(DATA.flatMap((check) => check({ texts })));
}

/** All checks: also runs the model forward over up to 2,000 of the texts, and back over a few of them. */
export function checkup(subject: Subject): Finding[] {
  checkSubject(subject);
  return bySeverity([...CHEAP, ...ANSWERS, ...DYNAMICS].flatMap((check) => check(subject)));
}
