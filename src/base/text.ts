/**
 * Text for people to look at: how wide it is in a terminal, where it may be cut, and how to show what must not be
 * obeyed (control characters, bidirectional overrides). Pure; used by the summary, the report and the command line.
 */

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader calls characters: a letter with its accents, a whole emoji. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** East Asian wide and fullwidth characters outside emoji (Unicode's EastAsianWidth, W and F). */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]*$/u;

/** Columns that a grapheme takes in a terminal: 0, 1 or 2. */
function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

const NARROW = /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u2500-\u257f]*$/;

/**
 * Columns that a line of text takes in a terminal. Not by string-width, which only measures: what is cut (`takeWidth`)
 * has to count by the same widths, and the regular expression for emoji alone would be more than all of this file.
 */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  return graphemes(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

/** The longest beginning of a line that fits `width` columns, never within a grapheme. */
export function takeWidth(text: string, width: number): string {
  if (NARROW.test(text)) return text.slice(0, Math.max(0, width));
  let taken = "";
  let room = width;
  for (const grapheme of graphemes(text)) {
    room -= graphemeWidth(grapheme);
    if (room < 0) break;
    taken += grapheme;
  }
  return taken;
}

/** The text itself where it fits, else its beginning and "…". */
export function cutToWidth(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${takeWidth(text, width - 1)}…`;
}

/** Spaces added up to `width` columns; text that is wider stays as it is. */
export function padToWidth(text: string, width: number, align: "left" | "right" | "center" = "left"): string {
  const room = Math.max(0, width - displayWidth(text));
  const before = align === "left" ? 0 : align === "right" ? room : Math.floor(room / 2);
  return " ".repeat(before) + text + " ".repeat(room - before);
}

const BREAKS = /[ \t\n\v\f\r\x85\u2028\u2029]+/;

/** Lines of at most `width` columns, broken at blanks where there are any, else between graphemes. */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BREAKS)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (displayWidth(line) > width) {
      const head = takeWidth(line, width) || graphemes(line)[0]!;
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}

/**
 * What must never reach a terminal or a page as it is: controls (C0, C1, escape sequences begin with one), line and
 * paragraph separators, what reorders its neighbours or takes no room (bidirectional marks, zero-width spaces, tags),
 * halves of surrogate pairs. Joiners stay where they join letters or emoji, and so do variation selectors.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\ufff9-\ufffb]|(?!\p{Variation_Selector}|\u034f|(?<=[\p{Lo}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d][\p{Lo}\p{M}\p{Extended_Pictographic}])\p{Default_Ignorable_Code_Point}/gu;

/**
 * Text from anywhere made safe to print on one line: line breaks and tabs become spaces, other control characters
 * their pictures (␛ for escape), and whatever else could steer a terminal or hide becomes �.
 */
export function printable(text: string): string {
  return NARROW.test(text) ? text : pictured(text.replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, " "));
}

/** As `printable`, with tabs and line feeds left as they are. */
export function pictured(text: string): string {
  return text.replace(UNPRINTABLE, (found) => {
    if (found === "\n" || found === "\t") return found;
    const code = found.charCodeAt(0);
    if (code === 0x7f) return "\u2421";
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
  });
}

/** JSON on one line, in which whatever `printable` would replace is escaped: the same value, safe to print. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (found) =>
    Array.from({ length: found.length }, (_, i) => found.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
