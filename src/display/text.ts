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

/** Columns that a line of text takes in a terminal. */
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

/** Lines of at most `width` columns, broken at spaces where there are any, else between graphemes. */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
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
 * Text made safe to print on one line: line breaks and tabs become spaces, other control characters their pictures
 * (␛ for escape), and what could reorder the neighbours or is no character at all becomes �.
 */
export function printable(text: string): string {
  return pictured(text.replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, " ")).replace(
    /[\u202a-\u202e\u2066-\u2069]/g,
    "\ufffd",
  );
}

/** Control characters (but for tab and line feed) as their pictures, halves of surrogate pairs as �. */
export function pictured(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\x00-\x08\x0b-\x1f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
      .replace(/\x7f/g, "\u2421")
      .replace(/[\x80-\x9f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
  );
}
