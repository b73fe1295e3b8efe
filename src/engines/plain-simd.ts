/**
 * The kernels without relaxed SIMD, for runtimes that have none: made here of those that have it, so that one binary is
 * shipped. Each fused multiply-add, a·b + c or c − a·b, becomes a multiplication and an addition. WebAssembly's binary
 * format: https://webassembly.github.io/spec/core/binary/.
 */

/** The custom section is scripts/build-wasm.mjs's: where the multiply-adds are, each from the one before. */
const SECTIONS = { custom: 0, types: 1, functions: 3, code: 10 };
const V128 = 0x7b;
/** An instruction of so many bytes, fd 85 02; its negated twin ends in 86 02. */
const FUSED_BYTES = 3;
const NEGATED = 0x86;
const MULTIPLY = [0xfd, 0xe6, 0x01];
const ADD = [0xfd, 0xe4, 0x01];
const NEGATE = [0xfd, 0xe1, 0x01];
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;

type Bytes = Uint8Array<ArrayBuffer>;

class Reader {
  at = 0;

  constructor(readonly bytes: Bytes) {}

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** An unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  take(length: number): Bytes {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** As many as come first says. */
  list<T>(item: (index: number) => T): T[] {
    return Array.from({ length: this.number() }, (_, index) => item(index));
  }
}

/** As an unsigned LEB128. */
function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >>> 7)];
}

function joined(parts: readonly ArrayLike<number>[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const withLength = (contents: Bytes) => joined([numberBytes(contents.length), contents]);

/** The same module with no relaxed SIMD in it. */
export function withoutMultiplyAdd(module: Bytes): Bytes {
  const reader = new Reader(module);
  const parts: Bytes[] = [reader.take(8)];
  const sections = new Map<number, { contents: Bytes; from: number }>();
  while (!reader.ended) {
    const id = reader.byte();
    const contents = reader.take(reader.number());
    sections.set(id, { contents, from: reader.at - contents.length });
  }
  const read = (id: number) => new Reader(sections.get(id)!.contents);
  const signatures = parameterCounts(read(SECTIONS.types));
  const functions = read(SECTIONS.functions);
  const parameters = functions.list(() => signatures[functions.number()]!);
  const code = sections.get(SECTIONS.code)!;
  const sites = sitesIn(read(SECTIONS.custom)).map((site) => site - code.from);
  sections.delete(SECTIONS.custom);
  for (const [id, { contents }] of sections) {
    const written = id === SECTIONS.code ? rewriteCode(new Reader(contents), parameters, sites) : contents;
    parts.push(Uint8Array.of(id), withLength(written));
  }
  return joined(parts);
}

/** Of every function type, how many parameters it has. */
function parameterCounts(types: Reader): number[] {
  return types.list(() => {
    types.byte();
    const parameters = types.list(() => types.byte()).length;
    types.list(() => types.byte());
    return parameters;
  });
}

/** Where the multiply-adds begin, from the beginning of the module. */
function sitesIn(section: Reader): number[] {
  section.take(section.number());
  let at = 0;
  return section.list(() => {
    at += section.number();
    return at;
  });
}

function rewriteCode(code: Reader, parameters: readonly number[], sites: readonly number[]): Bytes {
  let next = 0;
  const bodies = code.list((index) => {
    const body = code.take(code.number());
    const from = code.at - body.length;
    const first = next;
    while (next < sites.length && sites[next]! < code.at) next++;
    const inside = sites.slice(first, next).map((site) => site - from);
    return withLength(inside.length === 0 ? body : rewriteBody(body, parameters[index]!, inside));
  });
  return joined([numberBytes(bodies.length), ...bodies]);
}

/** A function's body with a local more, which holds c while a and b are multiplied. */
function rewriteBody(body: Bytes, parameters: number, sites: readonly number[]): Bytes {
  const reader = new Reader(body);
  const groups = reader.list(() => ({ count: reader.number(), type: reader.byte() }));
  const local = numberBytes(groups.reduce((sum, { count }) => sum + count, parameters));
  const declared = [...groups, { count: 1, type: V128 }];
  const parts: ArrayLike<number>[] = [
    numberBytes(declared.length),
    ...declared.map(({ count, type }) => [...numberBytes(count), type]),
  ];
  for (const site of sites) {
    parts.push(reader.take(site - reader.at));
    const negated = reader.take(FUSED_BYTES)[1] === NEGATED;
    parts.push([LOCAL_SET, ...local, ...MULTIPLY, ...(negated ? NEGATE : []), LOCAL_GET, ...local, ...ADD]);
  }
  parts.push(reader.take(body.length - reader.at));
  return joined(parts);
}
