/**
 * Flat JSON, { "word": 1, … } or { "1": "word", … }, read entry by entry into a Map: as an object, hundreds of thousands of
 * keys would be slow, those that look like whole numbers would change places, and "__proto__" would be no word.
 */
import { inputError } from "../../base/errors.js";
import { label } from "../../base/label.js";
import { MOST_WORDS } from "./words.js";

/**
 * The entries; null where the text is not flat JSON of numbers and texts.
 * @throws InputError for a key that comes twice with another value, and for too many
 */
export function flatJson(text: string, where: string): Map<string, number | string> | null {
  const scan = new Scanner(text);
  const entries = new Map<string, number | string>();
  if (!scan.take("{")) return null;
  while (entries.size <= MOST_WORDS) {
    const key = scan.text();
    if (key === null || !scan.take(":")) return null;
    const value = scan.text() ?? scan.number();
    if (value === null) return null;
    if ((entries.get(key) ?? value) !== value) {
      throw inputError({ expected: `one value of "${label(key)}"`, where, received: "two" });
    }
    entries.set(key, value);
    if (scan.take(",")) continue;
    return scan.take("}") && scan.atEnd() ? entries : null;
  }
  throw inputError({ expected: `at most ${MOST_WORDS} words`, where, received: "more" });
}

const NUMBER = /-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?/iy;

class Scanner {
  private at = 0;
  constructor(private readonly source: string) {}

  private skipSpace(): void {
    for (;;) {
      const code = this.source.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  take(character: string): boolean {
    this.skipSpace();
    if (this.source[this.at] !== character) return false;
    this.at++;
    return true;
  }

  atEnd(): boolean {
    this.skipSpace();
    return this.at === this.source.length;
  }

  number(): number | null {
    this.skipSpace();
    const start = this.at;
    NUMBER.lastIndex = start;
    if (!NUMBER.test(this.source)) return null;
    this.at = NUMBER.lastIndex;
    return Number(this.source.slice(start, this.at));
  }

  text(): string | null {
    if (!this.take('"')) return null;
    const start = this.at;
    let escaped = false;
    for (; ; this.at++) {
      const code = this.source.charCodeAt(this.at);
      if (code === 0x22) break;
      if (Number.isNaN(code) || code < 0x20) return null;
      if (code !== 0x5c) continue;
      escaped = true;
      this.at++;
    }
    const raw = this.source.slice(start, this.at++);
    return escaped ? unescaped(raw) : raw;
  }
}

function unescaped(raw: string): string | null {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return null;
  }
}
