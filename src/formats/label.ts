/** A name out of a file, fit for a one-line message: short, and with anything unprintable escaped. */
export function label(name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 77)}…` : name;
  return /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(short) ? short : JSON.stringify(short);
}
