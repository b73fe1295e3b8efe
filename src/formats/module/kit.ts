/**
 * What an exported module may be made of. A piece is a function of the pieces it names; its own source text, as
 * scripts/build-pieces.mjs writes it down, goes into the file, so it may use nothing but them, the language itself and,
 * where there is one, WebAssembly: no imports, no names of its file.
 *
 * A family of pieces is a file: what they are (its part of the kit), the pieces, and an emitter for each layer that is
 * made of them, which stays in the library. families.ts lists them.
 */

/** A value between layers, of one row: a vector [F] or a sequence [T, F], steps one after another. */
export interface Value {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  /** [T] 0 where a step is hidden from later layers. */
  readonly mask: Uint8Array | null;
  /** Ids behind an embedding, for a layer that has its input's products by id. */
  readonly looked?: { readonly ids: Float32Array; readonly table: Float32Array };
}

export type RowLayer = (inputs: readonly Value[]) => Value;
export type Run = (inputs: readonly Value[]) => Value;
export type Scalar = (x: number) => number;
/** Changes data[from … to−1], one row or a part of it, in place. */
export type Activate = (data: Float32Array, from: number, to: number) => void;

/** A text as the network reads it. */
export interface Encoded {
  readonly inputs: readonly Value[];
  /** The share of its words that are known, where that is told. */
  readonly known?: number;
}

/** How an array is kept: as it is, or as bytes with one scale a row or a column. */
export type Scaling = "none" | "rows" | "columns";
/** What a layer asks for; either: by columns, unless rows are much nearer. */
export type WantedScaling = Scaling | "either";

/** Where in a module's memory something begins, in bytes; 0 is nowhere. */
export type Address = number;

/** Parts of the library itself, which go into a file as bundles; each is exported by a file of this folder of its name. */
export interface Bundles {
  features(json: string): (text: string) => Encoded;
}
export const BUNDLES: readonly (keyof Bundles)[] = ["features"];

/** All pieces by name. Each family adds its part where it declares it. */
// biome-ignore lint/suspicious/noEmptyInterface: the families' parts are merged into it
export interface Kit {}

/** Makers of some pieces; one that is a text goes into a file as it is. */
export type Pieces<Part> = {
  readonly [K in keyof Part]: Part[K] extends string ? string : (kit: Kit) => Part[K];
};
