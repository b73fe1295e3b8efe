/** A CSV of short labelled texts of any size, made by a seed: some hundred thousand different words, a few of them common. */
import { closeSync, openSync, writeSync } from "node:fs";

/** Of what a row is made. */
export interface ShortRows {
  /** How large the file is to be. */
  readonly bytes: number;
  readonly seed?: number;
  /** Different words. Default 200,000. */
  readonly words?: number;
}

const SYLLABLES = "ka ro mi ne tu so la pe di vo ga ri mu ze to na be lo fi su".split(" ");

/** Word k: short where it is common. */
function wordOf(k: number): string {
  let word = "";
  for (let left = k + 20; left > 0; left = Math.floor(left / SYLLABLES.length)) {
    word += SYLLABLES[left % SYLLABLES.length]!;
  }
  return word;
}

/** Writes rows of about 186 bytes; a label's texts have words of their own among the common ones. @returns how many rows */
export function writeShortRows(path: string, { bytes, seed = 1, words = 200_000 }: ShortRows): number {
  let state = seed >>> 0;
  /** Mulberry32. */
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const known = Array.from({ length: words }, (_, k) => wordOf(k));
  const file = openSync(path, "w");
  let [written, rows, pending] = [0, 0, "text,label\n"];
  while (written + pending.length < bytes) {
    const isSpam = random() < 0.3;
    const length = 10 + Math.floor(random() * 35);
    const row: string[] = [];
    for (let i = 0; i < length; i++) {
      // Log-uniform: word k about as often as 1/k.
      const k = Math.floor(words ** random()) - 1;
      row.push(random() < 0.1 ? (isSpam ? "offer" : "dinner") + SYLLABLES[k % 20] : known[k]!);
    }
    pending += `${row.join(" ")},${isSpam ? "spam" : "ham"}\n`;
    rows++;
    if (pending.length > 2 ** 20) {
      written += writeSync(file, pending);
      pending = "";
    }
  }
  writeSync(file, pending);
  closeSync(file);
  return rows;
}
