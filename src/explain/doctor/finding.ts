/** What the doctor finds: a known trap that this model, data or training is in. */
import type { Pieces } from "../../base/pieces.js";

/** "problem": it cannot work like this. "warning": it probably costs accuracy or time. "note": good to know. */
export const SEVERITIES = ["problem", "warning", "note"] as const;
/** "problem": it does not work; "warning": it may not; "note": worth knowing. */
export type Severity = (typeof SEVERITIES)[number];

/** Something about a model, its data or its training that its owner should know. */
export interface Finding {
  /** "padding-behind": the same for every model. */
  id: string;
  /** How bad it is. */
  severity: Severity;
  /** What is the matter, in a few words. */
  title: string;
  /** What was seen, in a sentence. */
  seen: string;
  /** The numbers that it rests on, by name. */
  evidence: Record<string, number | string>;
  /** What to do about it. */
  remedy: string;
}

/** A check: what it finds in what it is given, and nothing where it lacks what it needs; in pieces where that is long. */
export type Check<Subject> = (subject: Subject) => Finding[] | Pieces<Finding[]>;

/** The gravest first; as found otherwise. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
