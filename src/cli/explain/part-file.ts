/** A file that is there once it is whole. */
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { fileError } from "../../base/node-files.js";

/** A file beside its own place, until it is whole. */
export class PartFile {
  readonly #at: number;
  readonly #temporary: string;

  constructor(
    private readonly file: string,
    suffix = "",
  ) {
    this.#temporary = `${file}${suffix}.${process.pid}.part`;
    this.#at = this.#guard(() => openSync(this.#temporary, "wx+"));
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw fileError(error, this.file, "written");
    }
  }

  write(bytes: Uint8Array, position: number | null = null): void {
    this.#guard(() => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(
          this.#at,
          bytes,
          done,
          bytes.length - done,
          position === null ? null : position + done,
        );
      }
    });
  }

  /** All of it, in pieces. */
  *pieces(size: number): Generator<Uint8Array> {
    const piece = new Uint8Array(Math.min(size, 2 ** 20));
    for (let from = 0; from < size; ) {
      const read = this.#guard(() => readSync(this.#at, piece, 0, Math.min(piece.length, size - from), from));
      yield piece.subarray(0, read);
      from += read;
    }
  }

  keep(): void {
    this.#guard(() => {
      closeSync(this.#at);
      renameSync(this.#temporary, this.file);
    });
  }

  abandon(): void {
    closeSync(this.#at);
    rmSync(this.#temporary, { force: true });
  }
}
