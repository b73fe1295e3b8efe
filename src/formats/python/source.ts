/** A script's text, made ready for the parser, and its lines. Everything here looks at each character once. */

/** Offset → line, counted from 1. */
export function lineStarts(source: string): (position: number) => number {
  const starts = [0];
  for (let i = 0; i < source.length; i++) if (source.charCodeAt(i) === 10) starts.push(i + 1);
  return (position) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

const isWord = (c: string | undefined) => c !== undefined && /\w/.test(c);

/**
 * The source with line ends of one kind, without a byte order mark, and with numbers as the parser knows them: it takes
 * "1." for none, so that such a number's dot becomes part of it, "1e0". Texts and comments stay as they are.
 */
export function numbersWhole(source: string): string {
  const text = source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "#") i = endOf(text, "\n", i) - 1;
    else if (c === '"' || c === "'") i = endOfText(text, i) - 1;
    else if (c === "." && i > 0 && /\d/.test(text[i - 1]!) && !/[\w.]/.test(text[i + 1] ?? " ")) {
      let start = i;
      while (start > from && /[\d_]/.test(text[start - 1]!)) start--;
      // "x1." and "1.2." are no such numbers.
      if (isWord(text[start - 1]) || text[start - 1] === ".") continue;
      parts.push(text.slice(from, i), "e0");
      from = i + 1;
    }
  }
  return parts.length === 0 ? text : parts.join("") + text.slice(from);
}

const endOf = (text: string, what: string, from: number) => {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
};

/** The end of the text literal that begins here, as far as it goes. */
function endOfText(text: string, start: number): number {
  const quote = text[start]!;
  const triple = text.startsWith(quote.repeat(3), start);
  const close = triple ? quote.repeat(3) : quote;
  for (let i = start + close.length; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (!triple && text[i] === "\n") return i;
    else if (text.startsWith(close, i)) return i + close.length;
  }
  return text.length;
}
