/**
 * Thrift's compact protocol, in which Parquet writes what it says of itself: gone through once before a library makes
 * lists of the lengths that stand there.
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

const TYPE = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const;
/** Structures within each other: Parquet's are five deep. */
const DEEPEST = 64;

/**
 * Goes through one structure.
 * @param most values that it may hold, at any depth: each takes a library some hundred bytes, whatever it takes here
 * @returns where it ends
 * @throws Error where it is cut short, too deep, or holds more than it may
 */
export function checkCompact(view: DataView, from: number, most: number): number {
  let at = from;
  let values = 0;
  const cut = () => new Error("a description that is cut short");
  const tooDeep = () => new Error("a description that is too deep");
  const byte = () => {
    if (at >= view.byteLength) throw cut();
    return view.getUint8(at++);
  };
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (let length = 0; length < 10; length++) {
      const next = byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      scale *= 128;
    }
    throw new Error("a number of more than 64 bits");
  };
  const skip = (length: number) => {
    if (length > view.byteLength - at) throw cut();
    at += length;
  };
  const element = (type: number, depth: number): void => {
    if (++values > most) throw new Error(`a description of more than ${most} values`);
    if (type === TYPE.true || type === TYPE.false) return;
    if (type === TYPE.byte) skip(1);
    else if (type === TYPE.double) skip(8);
    else if (type === TYPE.binary) skip(varint());
    else if (type === TYPE.list || type === TYPE.set) list(depth + 1);
    else if (type === TYPE.struct) struct(depth + 1);
    else varint();
  };
  const list = (depth: number): void => {
    if (depth > DEEPEST) throw tooDeep();
    const head = byte();
    const items = head >> 4 === 15 ? varint() : head >> 4;
    // Each takes a byte at least.
    if (items > view.byteLength - at) throw new Error("a list longer than the file's description");
    const type = head & 0x0f;
    const truth = type === TYPE.true || type === TYPE.false;
    for (let i = 0; i < items; i++) element(truth ? TYPE.byte : type, depth);
  };
  const struct = (depth: number): void => {
    if (depth > DEEPEST) throw tooDeep();
    for (let head = byte(); (head & 0x0f) !== TYPE.stop; head = byte()) {
      if (head >> 4 === 0) varint();
      element(head & 0x0f, depth);
    }
  };
  struct(0);
  return at;
}
