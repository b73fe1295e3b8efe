/** Commands as they are typed. */
import { printable } from "../base/text.js";

/** A line that a shell takes apart into these words. */
export const commandLine = (words: readonly string[]): string => words.map(quoted).join(" ");

/** A word as a shell reads it; one that cannot be shown as it is is spelt in bytes, as bash, ksh and zsh read them. */
function quoted(word: string): string {
  if (/^[\w./:=@%+-]+$/.test(word)) return word;
  if (printable(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  const bytes = Array.from(
    new TextEncoder().encode(word),
    (byte) => `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `$'${bytes.join("")}'`;
}
