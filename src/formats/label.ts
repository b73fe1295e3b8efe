/** A name out of a file, fit for a one-line message: short, and with anything unprintable escaped. */
export function label(name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 77)}…` : name;
  const plain = short.replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  );
  return plain || '""';
}
