/** `--row FILE`: the row itself, of numbers or of several inputs, as JSON or as lines of numbers. */
import { InputError, inputError } from "../../base/errors.js";
import { readBytes } from "../../base/node-files.js";
import type { InputRow, OneInput } from "../../explain/probe.js";
import type { Model } from "../../model/model.js";
import { typedNumber } from "../options.js";

const EXPECTED =
  "JSON of one row: ids [4, 17, 9], features [0.5, 1], steps [[0.5, 1], …]; of several inputs { name: row, … }; or a CSV file, a step a line";

/** @throws InputError for a file that is no row, or not one for each of the model's inputs */
export async function readRowFile(path: string, model: Model): Promise<InputRow> {
  const text = new TextDecoder().decode(await readBytes(path)).trim();
  const given = /^[[{]/.test(text) ? jsonOf(text, path) : linesOf(text, path);
  const names = model.nodes.filter(({ inputs }) => inputs.length === 0).map(({ layer }) => layer.name);
  if (Array.isArray(given)) {
    if (names.length === 1) return oneInput(given, path);
    throw inputError({
      expected: `an object with a row for each input: ${names.join(", ")}`,
      where: path,
      received: "a list",
      next: `As in { ${names.map((name) => `"${name}": [[0.5, 1], …]`).join(", ")} }.`,
    });
  }
  const rows = given as Record<string, unknown>;
  const unknown = Object.keys(rows).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw inputError({
      expected: `inputs of the model: ${names.join(", ")}`,
      where: path,
      received: unknown,
    });
  }
  const all = names.map((name) => oneInput(rows[name], `${path}: ${name}`));
  return names.length === 1 ? all[0]! : all;
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: expected ${EXPECTED}. ${(error as Error).message}.`);
  }
}

function linesOf(text: string, path: string): unknown {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split(/[,;\t]/).map((cell) => typedNumber(cell.trim())));
  if (lines.length === 0) throw inputError({ expected: EXPECTED, where: path, received: "an empty file" });
  return lines.length === 1 ? lines[0] : lines;
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function oneInput(given: unknown, where: string): OneInput {
  if (Array.isArray(given) && given.length > 0) {
    if (given.every(isNumber)) return given;
    const width = Array.isArray(given[0]) ? given[0].length : 0;
    const even = (step: unknown) => Array.isArray(step) && step.length === width && step.every(isNumber);
    if (width > 0 && given.every(even)) return given;
  }
  throw inputError({
    expected: "a list of numbers, or of steps of equally many",
    where,
    received: given ?? "nothing",
  });
}
