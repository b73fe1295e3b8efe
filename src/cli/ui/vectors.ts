/** Which words of a vocabulary a file of vectors had, as text. */
import { count, percent } from "../../base/numbers.js";
import type { VectorsRecord } from "../../classifier/options.js";
import { PLAIN, paragraph, type Style } from "../terminal.js";

/** Below this share something is likely to be wrong: the language, the case, or how words were split. */
const FEW = 0.5;

export function vectorsText(vectors: VectorsRecord, style: Style = PLAIN): string {
  const { name, format, width, words, found, missing, otherCase, otherCaseExample, frozen } = vectors;
  const share = found / Math.max(1, words);
  const lines = paragraph(
    `${name} (${format}, ${width} numbers a word): ${count(found)} of ${count(words)} words found (${percent(share)})${frozen ? "; they stay as they are" : ""}`,
  );
  if (missing.length > 0) {
    const more = words - found > missing.length ? ", …" : "";
    lines.push(...paragraph(`not found: ${missing.map((word) => JSON.stringify(word)).join(", ")}${more}`));
  }
  if (share >= FEW) return lines.join("\n");
  lines.push(style.bold("! Few of the words have a vector: the others begin at random."));
  if (otherCaseExample && otherCase >= (words - found) / 4) {
    const [asked, there] = otherCaseExample;
    lines.push(
      ...paragraph(
        `${count(otherCase)} of them are there in other case, as ${JSON.stringify(there)} for ${JSON.stringify(asked)}. Take vectors of ${asked === asked.toLowerCase() ? "lower-case" : "the same"} words.`,
      ),
    );
  } else {
    lines.push(...paragraph("Look whether the file is of the same language, and splits words alike."));
  }
  return lines.join("\n");
}
