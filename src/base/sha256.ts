/** SHA-256 (FIPS 180-4) of bytes that come in pieces. Ours, because browsers have one only behind a promise. */

/** The first 32 bits of the fractional part of a root of the first primes. */
function rootBits(count: number, exponent: number): Uint32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Uint32Array.from(primes, (prime) => {
    const root = prime ** exponent;
    return Math.floor((root - Math.floor(root)) * 2 ** 32);
  });
}

const START = rootBits(8, 1 / 2);
const ROUNDS = rootBits(64, 1 / 3);
const BLOCK = 64;

export class Sha256 {
  private readonly state = Int32Array.from(START);
  private readonly words = new Int32Array(64);
  private readonly block = new Uint8Array(BLOCK);
  /** Bytes in `block`, and in all. */
  private waiting = 0;
  private total = 0;

  update(bytes: Uint8Array): this {
    this.total += bytes.length;
    let from = 0;
    if (this.waiting > 0) {
      from = Math.min(bytes.length, BLOCK - this.waiting);
      this.block.set(bytes.subarray(0, from), this.waiting);
      this.waiting += from;
      if (this.waiting < BLOCK) return this;
      this.compress(this.block, 0);
    }
    for (; from + BLOCK <= bytes.length; from += BLOCK) this.compress(bytes, from);
    this.block.set(bytes.subarray(from));
    this.waiting = bytes.length - from;
    return this;
  }

  /** The 32 bytes; nothing can be added after. */
  digest(): Uint8Array {
    const { total } = this;
    const end = new Uint8Array(BLOCK * (this.waiting < BLOCK - 8 ? 1 : 2) - this.waiting);
    end[0] = 0x80;
    const length = new DataView(end.buffer, end.length - 8);
    length.setUint32(0, Math.floor(total / 2 ** 29));
    length.setUint32(4, (total * 8) >>> 0);
    this.update(end);
    const out = new DataView(new ArrayBuffer(32));
    for (let i = 0; i < 8; i++) out.setInt32(4 * i, this.state[i]!);
    return new Uint8Array(out.buffer);
  }

  /** The digest as 64 digits. */
  hex(): string {
    return Array.from(this.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  private compress(bytes: Uint8Array, from: number): void {
    const w = this.words;
    for (let i = 0, at = from; i < 16; i++, at += 4) {
      w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15]!, w[i - 2]!];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    const { state } = this;
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let d = state[3]!;
    let e = state[4]!;
    let f = state[5]!;
    let g = state[6]!;
    let h = state[7]!;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i]! + w[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }
}
