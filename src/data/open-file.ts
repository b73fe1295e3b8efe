/** A file that is read piece by piece, by somebody who may never come to its end. */
import { close, closeSync, open, read } from "node:fs";
import { promisify } from "node:util";

const opened = promisify(open);
const readInto = promisify(read);
const closed = promisify(close);

/** Open until it is closed, or until nobody knows of it any more: a table may be asked for its columns alone. */
export class OpenFile {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
    FORGOTTEN.register(this, file, this);
  }

  /** To be read. Throws as `fs.open`. */
  static async open(path: string): Promise<OpenFile> {
    return new OpenFile(await opened(path, "r"));
  }

  /**
   * Up to so many bytes: fewer where a pipe has no more at the moment, none at the end.
   * @param place where they stand; by default behind those that were read last
   */
  async read(most: number, place: number | null = null): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(most);
    const { bytesRead } = await readInto(this.#file, bytes, 0, most, place);
    return bytesRead === most ? bytes : bytes.slice(0, bytesRead);
  }

  async close(): Promise<void> {
    if (FORGOTTEN.unregister(this)) await closed(this.#file);
  }
}

/** By their numbers, as a FileHandle that is forgotten ends the program in Node 26. */
const FORGOTTEN = new FinalizationRegistry((file: number) => closeSync(file));
