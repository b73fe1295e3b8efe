/** Formulas as a line of text: for the terminal, and for those who hear a picture. */
import type { Formula, Piece } from "./formula.js";

/** "f_{t-1} \\odot \\tilde{c}_t" → "fₜ₋₁ ⊙ c̃ₜ" */
export function plainText(formula: Formula): string {
  return formula.map(pieceText).join("").replace(/ +/g, " ").trim();
}

function pieceText(piece: Piece): string {
  switch (piece.kind) {
    case "room":
      return " ";
    case "operator":
      return operatorText(piece);
    case "tilde":
      return `${piece.text}\u0303`;
    case "fraction":
      return `${factor(piece.above)}/${factor(piece.below)}`;
    case "scripts":
      return `${pieceText(piece.base)}${"'".repeat(piece.primes)}${lowered(piece.sub)}${raised(piece.sup)}`;
    default:
      return piece.text;
  }
}

/** Signs within a line that stand close to what they join. */
const CLOSE = new Set(["/", ","]);

/** An operator with the room around it that a line has. */
export function operatorText({ text, between }: { text: string; between: boolean }): string {
  return between && !CLOSE.has(text) ? ` ${text} ` : text;
}

/** In brackets where it has operators. */
function factor(formula: Formula): string {
  const text = plainText(formula);
  return formula.some(({ kind }) => kind === "operator") ? `(${text})` : text;
}

const LOWERED: Record<string, string> = { t: "ₜ", "−": "₋", "+": "₊", ...digits("₀₁₂₃₄₅₆₇₈₉") };
const RAISED: Record<string, string> = { "⊤": "ᵀ", "−": "⁻", "+": "⁺", ...digits("⁰¹²³⁴⁵⁶⁷⁸⁹") };

function digits(all: string): Record<string, string> {
  return Object.fromEntries([...all].map((digit, k) => [String(k), digit]));
}

/** A script in the small letters that there are, else behind a sign. */
function script(formula: Formula | null, letters: Record<string, string>, sign: string): string {
  if (formula === null) return "";
  const text = plainText(formula).replaceAll(" ", "");
  const small = [...text].map((letter) => letters[letter]);
  if (small.every((letter) => letter !== undefined)) return small.join("");
  const joined = formula.some((piece) => piece.kind === "operator" && piece.text !== ",");
  return joined ? `${sign}(${text})` : `${sign}${text}`;
}

const lowered = (formula: Formula | null): string => script(formula, LOWERED, "_");
const raised = (formula: Formula | null): string => script(formula, RAISED, "^");
