/**
 * DEFLATE (RFC 1951), with zlib's wrapper (RFC 1950) where asked for. Written here because what a block costs is counted:
 * sixteen bytes can describe tables that take a decoder a tenth of a millisecond to lay out, again and again.
 */
import { type InputError, inputError } from "./errors.js";
import { Work } from "./work.js";

/** Nanoseconds: for a byte that comes out, for a block, and for tables of its own. */
const COSTS = { byte: 3, block: 100, tables: 16_000 };
const MOST_BITS = 15;
/** Codes of up to so many bits are looked up at once. */
const FAST_BITS = 9;

const END = 256;
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BITS = Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1));
/** The last length code stands for 258 alone, which the one before it reaches as well. */
const LENGTHS = firstOf(3, LENGTH_BITS).with(28, 258);
const DISTANCES = firstOf(1, DISTANCE_BITS);
/** In which order the lengths of the code for lengths come. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The first value of each code, where codes follow one another and have so many extra bits. */
function firstOf(start: number, extraBits: readonly number[]): number[] {
  let next = start;
  return extraBits.map((bits) => {
    next += 1 << bits;
    return next - (1 << bits);
  });
}

/**
 * Unpacks DEFLATE data (`zlib`: with zlib's wrapper, whose checksum must match) that must come to exactly `size` bytes and
 * end with the data. The caller has already found `size` bearable; what the blocks cost is counted against `work`.
 */
export function inflateExactly(
  data: Uint8Array,
  size: number,
  where: string,
  zlib = false,
  work = new Work(where, data.length),
): Uint8Array {
  work.spend(COSTS.byte * size, where);
  const stream = new Inflater(data, size, where, work);
  if (zlib) stream.header();
  stream.blocks();
  if (zlib) stream.checksum();
  return stream.finished();
}

/** A prefix code: symbols by the length of their codes, and those with short ones by the bits they begin with. */
interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
  /** Symbol × 16 + bits; 0 where none is that short. */
  fast: Uint16Array;
}

class Inflater {
  private at = 0;
  private bits = 0;
  private held = 0;
  private length = 0;
  private readonly out: Uint8Array;

  constructor(
    private readonly data: Uint8Array,
    private readonly size: number,
    private readonly where: string,
    private readonly work: Work,
  ) {
    this.out = new Uint8Array(size);
  }

  private damaged(received: string): InputError {
    return inputError({ expected: "intact compressed data", where: this.where, received });
  }

  private wrongSize(received: string | number): InputError {
    return inputError({ expected: `compressed data of ${this.size} bytes`, where: this.where, received });
  }

  header(): void {
    const [method, flags] = [this.take(8), this.take(8)];
    if ((method & 15) !== 8 || (method * 256 + flags) % 31 !== 0 || (flags & 0x20) !== 0) {
      throw this.damaged("another kind");
    }
  }

  /** Adler-32, the highest byte first. */
  checksum(): void {
    this.align();
    const stored = [this.take(8), this.take(8), this.take(8), this.take(8)];
    const found = adler32(this.out);
    if (stored.reduce((sum, byte) => sum * 256 + byte, 0) !== found) {
      throw this.damaged("data that does not match its checksum");
    }
  }

  finished(): Uint8Array {
    if (this.length !== this.size) throw this.wrongSize(this.length);
    this.align();
    if (this.at - this.held / 8 !== this.data.length) throw this.damaged("more data behind its end");
    return this.out;
  }

  blocks(): void {
    for (let last = false; !last; ) {
      this.work.spend(COSTS.block, this.where);
      last = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.packed(FIXED_LENGTHS, FIXED_DISTANCES);
      else if (kind === 2) this.packed(...this.tables());
      else throw this.damaged("a block of an unknown kind");
    }
  }

  private take(count: number): number {
    this.load(count);
    if (this.held < count) throw this.damaged("data cut short");
    const value = this.bits & ((1 << count) - 1);
    this.drop(count);
    return value;
  }

  /** Has at least `count` bits at hand, unless the data ends. */
  private load(count: number): void {
    while (this.held < count && this.at < this.data.length) {
      this.bits |= this.data[this.at++]! << this.held;
      this.held += 8;
    }
  }

  private drop(count: number): void {
    if (count > this.held) throw this.damaged("data cut short");
    this.bits >>>= count;
    this.held -= count;
  }

  private align(): void {
    this.drop(this.held % 8);
  }

  private stored(): void {
    this.align();
    const count = this.take(16);
    if ((count ^ this.take(16)) !== 0xffff) throw this.damaged("a length that contradicts itself");
    const start = this.at - this.held / 8;
    [this.bits, this.held] = [0, 0];
    if (start + count > this.data.length) throw this.damaged("data cut short");
    this.room(count);
    this.out.set(this.data.subarray(start, start + count), this.length);
    this.length += count;
    this.at = start + count;
  }

  private room(count: number): void {
    if (this.length + count > this.size) throw this.wrongSize("more than that");
  }

  private packed(lengths: Code, distances: Code): void {
    const { out } = this;
    for (;;) {
      const symbol = this.symbol(lengths);
      if (symbol < END) {
        this.room(1);
        out[this.length++] = symbol;
        continue;
      }
      if (symbol === END) return;
      const count = this.extended(LENGTHS, LENGTH_BITS, symbol - END - 1);
      const distance = this.extended(DISTANCES, DISTANCE_BITS, this.symbol(distances));
      if (distance > this.length) throw this.damaged("a copy from before the beginning");
      this.room(count);
      for (let end = this.length + count; this.length < end; this.length++) {
        out[this.length] = out[this.length - distance]!;
      }
    }
  }

  private extended(first: readonly number[], bits: readonly number[], code: number): number {
    if (code >= first.length) throw this.damaged("an unknown code");
    return first[code]! + this.take(bits[code]!);
  }

  private symbol({ counts, symbols, fast }: Code): number {
    this.load(MOST_BITS);
    const entry = fast[this.bits & ((1 << FAST_BITS) - 1)]!;
    if (entry > 0) {
      this.drop(entry & 15);
      return entry >> 4;
    }
    // Codes of one length follow one another, and begin where twice the shorter ones end.
    let [code, first, index] = [0, 0, 0];
    for (let bits = 1; bits <= MOST_BITS; bits++) {
      code |= (this.bits >> (bits - 1)) & 1;
      const count = counts[bits]!;
      if (code - first < count) {
        this.drop(bits);
        return symbols[index + code - first]!;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw this.damaged("an unknown code");
  }

  /** The codes of a block that brings its own. */
  private tables(): [Code, Code] {
    this.work.spend(COSTS.tables, this.where);
    const [literals, distances, given] = [this.take(5) + 257, this.take(5) + 1, this.take(4) + 4];
    const ofLengths = new Uint8Array(ORDER.length);
    for (let i = 0; i < given; i++) ofLengths[ORDER[i]!] = this.take(3);
    const code = this.code(ofLengths, false);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.symbol(code);
      const repeated = symbol === 16 ? lengths[i - 1] : symbol > 16 ? 0 : symbol;
      const times =
        symbol < 16
          ? 1
          : symbol === 16
            ? 3 + this.take(2)
            : symbol === 17
              ? 3 + this.take(3)
              : 11 + this.take(7);
      if (repeated === undefined || i + times > lengths.length) throw this.damaged("lengths that do not fit");
      lengths.fill(repeated, i, i + times);
      i += times;
    }
    if (literals > 286 || distances > 30 || lengths[END] === 0) throw this.damaged("lengths that do not fit");
    return [this.code(lengths.subarray(0, literals)), this.code(lengths.subarray(literals))];
  }

  private code(lengths: Uint8Array, mayBeLone = true): Code {
    const code = makeCode(lengths, mayBeLone);
    if (code) return code;
    throw this.damaged("a code that does not add up");
  }
}

/** The code whose symbols have codes of these lengths; undefined where there is none. `mayBeLone`: or one of one bit. */
function makeCode(lengths: Uint8Array, mayBeLone: boolean): Code | undefined {
  const counts = new Uint16Array(MOST_BITS + 1);
  for (const length of lengths) counts[length]!++;
  const used = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1;
  for (let bits = 1; bits <= MOST_BITS; bits++) {
    left = 2 * left - counts[bits]!;
    if (left < 0) return undefined;
  }
  if (left > 0 && !(mayBeLone && used === counts[1])) return undefined;
  const next = new Uint16Array(MOST_BITS + 2);
  for (let bits = 1; bits <= MOST_BITS; bits++) next[bits + 1] = next[bits]! + counts[bits]!;
  const symbols = new Uint16Array(used);
  for (const [symbol, length] of lengths.entries()) if (length > 0) symbols[next[length]!++] = symbol;
  return { counts, symbols, fast: fastTable(counts, symbols) };
}

function fastTable(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const fast = new Uint16Array(1 << FAST_BITS);
  let [code, index] = [0, 0];
  for (let bits = 1; bits <= FAST_BITS; bits++) {
    for (let i = 0; i < counts[bits]!; i++, code++, index++) {
      for (let at = reversed(code, bits); at < fast.length; at += 1 << bits) {
        fast[at] = symbols[index]! * 16 + bits;
      }
    }
    code <<= 1;
  }
  return fast;
}

/** Codes come with their first bit lowest. */
function reversed(code: number, bits: number): number {
  let out = 0;
  for (let i = 0; i < bits; i++) out |= ((code >> i) & 1) << (bits - 1 - i);
  return out;
}

const FIXED_LENGTHS = makeCode(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
  false,
)!;
const FIXED_DISTANCES = makeCode(new Uint8Array(32).fill(5), false)!;

/** Sums may run over so many bytes before they must be brought back. */
const STRIDE = 3800;

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let start = 0; start < bytes.length; start += STRIDE) {
    const end = Math.min(start + STRIDE, bytes.length);
    for (let i = start; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
