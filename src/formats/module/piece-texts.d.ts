/**
 * The pieces of exported modules as text, so that a bundler which renames what it packs leaves them as they are; written
 * into dist by scripts/build-pieces.mjs.
 */
import type { Bundles, Kit } from "./kit.js";

export interface PieceText {
  /** The pieces that its definition names. */
  readonly needs: readonly (keyof Kit)[];
  /** "const sigmoid = (({ tanh }) => …)({ tanh });" */
  readonly definition: string;
}

export const pieceTexts: Readonly<Record<keyof Kit | keyof Bundles, PieceText>>;
