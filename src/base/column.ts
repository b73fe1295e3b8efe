/** One whole number a row, of ever more rows: as narrow as the numbers are, in pieces, so that growing copies nothing. */

/** Rows a piece. */
const PIECE = 2 ** 16;

type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** The narrowest array that holds whole numbers up to `most`. */
export function narrow(length: number, most: number): Numbers {
  if (most < 2 ** 8) return new Uint8Array(length);
  return most < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}

/** A list of whole numbers from 0 to 2³² − 1: a byte each, as long as none is larger than 255. */
export class Column {
  private readonly pieces: Numbers[] = [];
  private count = 0;

  /** How many there are. */
  get length(): number {
    return this.count;
  }

  /** Adds a number. */
  push(value: number): void {
    const at = this.count++;
    if (at % PIECE === 0) this.pieces.push(narrow(PIECE, value));
    this.set(at, value);
  }

  /** The number of a row; undefined where there is none. */
  at(row: number): number | undefined {
    return row < this.count ? this.pieces[Math.floor(row / PIECE)]?.[row % PIECE] : undefined;
  }

  /** Replaces the number of a row. */
  set(row: number, value: number): void {
    const piece = Math.floor(row / PIECE);
    let own = this.pieces[piece]!;
    const wider = narrow(0, value);
    if (wider.BYTES_PER_ELEMENT > own.BYTES_PER_ELEMENT) {
      const wide = narrow(PIECE, value);
      wide.set(own);
      own = this.pieces[piece] = wide;
    }
    own[row % PIECE] = value;
  }
}

/**
 * Numbers that mostly rise by one from row to row, as those of the records of a file do: kept where they do not.
 */
export class Rising {
  /** Where a number is not one more than the one before: the row, and the number. */
  private readonly rows = [0];
  private readonly numbers: number[] = [];
  private count = 0;
  private next = Number.NaN;

  /** How many there are. */
  get length(): number {
    return this.count;
  }

  /** Adds a number. */
  push(value: number): void {
    if (value !== this.next) {
      this.rows[this.numbers.length] = this.count;
      this.numbers.push(value);
    }
    this.count++;
    this.next = value + 1;
  }

  /** The number of a row. */
  at(row: number): number {
    let [low, high] = [0, this.numbers.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.rows[middle]! <= row) low = middle;
      else high = middle;
    }
    return this.numbers[low]! + row - this.rows[low]!;
  }
}
