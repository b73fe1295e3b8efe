/** An import receipt as text: what was read, assumed, left aside, and what may differ from Keras. */
import { counted } from "../../base/numbers.js";
import { printable } from "../../base/text.js";
import type { Receipt } from "../../formats/keras/receipt.js";
import type { ScriptReceipt } from "../../formats/python/index.js";
import type { SelfCheck } from "../../model/self-check.js";

export function receiptText(name: string, receipt: Receipt | ScriptReceipt, check: SelfCheck): string {
  const { format, kerasVersion, layers, parameters, filled, ignored, warnings } = receipt;
  const taken = "taken" in receipt ? receipt.taken : null;
  const version = taken
    ? "read without running it, as of Keras 3"
    : kerasVersion === null
      ? "which does not say what Keras wrote it"
      : `of Keras ${kerasVersion}`;
  const lines = [
    `${name}: ${format} ${version}`,
    `${counted(layers, "layer")}, ${counted(parameters, "parameter")}`,
    ...(taken ? section("Taken", taken) : []),
    ...section("Filled in, as the file leaves them out", filled),
    ...section("Left aside", ignored),
    ...section("May differ from Keras", warnings),
    ...check.engines.map(
      ({ engine, difference }) =>
        `Self-check on ${check.rows} made-up rows, ${engine} against reference: ${verdict(engine, difference)}`,
    ),
  ];
  return lines.map(printable).join("\n");
}

function section(title: string, notes: readonly string[]): string[] {
  return notes.length === 0 ? [`${title}: nothing`] : [`${title}:`, ...notes.map((note) => `  ${note}`)];
}

function verdict(engine: string, difference: number | null): string {
  if (difference === null) return `${engine} cannot run here`;
  if (Number.isNaN(difference)) return "outputs hold NaN, which cannot be compared";
  return difference === 0 ? "equal to the bit" : `outputs within ${difference.toExponential(1)}`;
}
