/**
 * Snappy, unpacked within a length that is known beforehand. Written here because a library that trusts its data can be
 * sent backwards in it by a negative length, for ever.
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */

/** @throws Error where the data is damaged, or does not come to exactly `length` bytes */
export function unsnappy(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let [from, to] = [0, 0];
  const damaged = () => new Error("a page whose Snappy is damaged");
  const little = (bytes: number): number => {
    if (bytes > packed.length - from) throw damaged();
    let value = 0;
    for (let i = 0; i < bytes; i++) value += packed[from++]! * 2 ** (8 * i);
    return value;
  };
  // The length, seven bits a byte: it is known.
  for (let bytes = 1; little(1) >= 0x80; bytes++) if (bytes === 5) throw damaged();
  while (from < packed.length) {
    const tag = little(1);
    if ((tag & 3) === 0) {
      const short = tag >> 2;
      const literal = 1 + (short < 60 ? short : little(short - 59));
      if (literal > packed.length - from || literal > length - to) throw damaged();
      out.set(packed.subarray(from, from + literal), to);
      from += literal;
      to += literal;
    } else {
      const near = (tag & 3) === 1;
      const count = near ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
      const back = near ? ((tag >> 5) << 8) + little(1) : little((tag & 3) === 2 ? 2 : 4);
      if (back === 0 || back > to || count > length - to) throw damaged();
      // What is copied may be what was just written.
      if (back === 1) out.fill(out[to - 1]!, to, to + count);
      else if (back >= count) out.copyWithin(to, to - back, to - back + count);
      else for (let i = to; i < to + count; i++) out[i] = out[i - back]!;
      to += count;
    }
  }
  if (to !== length) throw damaged();
  return out;
}
