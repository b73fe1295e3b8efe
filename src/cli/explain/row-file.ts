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
  const inputs = model.nodes.filter((node) => node.inputs.length === 0);
  const names = inputs.map(({ layer }) => layer.name);
  if (Array.isArray(given)) {
    if (names.length === 1) return checkShape(oneInput(given, path), inputs[0]!, path);
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
  const all = inputs.map((input) => {
    const where = `${path}: ${input.layer.name}`;
    return checkShape(oneInput(rows[input.layer.name], where), input, where);
  });
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

/** Of a list, which may be ids fewer than the model reads, its network says what it lacks. */
function checkShape(row: OneInput, { shape }: Model["nodes"][number], where: string): OneInput {
  const [first] = row as readonly (number | readonly number[])[];
  if (typeof first === "number" && shape.length === 1) return row;
  const { length } = row as readonly unknown[];
  const own = typeof first === "number" ? [length] : [length, first!.length];
  if (own.length === shape.length && shape.every((n, axis) => n === null || n === own[axis])) return row;
  const [steps, features] = shape.map((n) => n ?? "any number");
  throw inputError({
    expected:
      shape.length === 1 ? `a list of ${steps} numbers` : `${steps} steps of ${features} numbers each`,
    where,
    received: own.length === 1 ? `a list of ${own[0]} numbers` : `${own[0]} steps of ${own[1]}`,
    next: "Its row is what the model was trained on: fill up or cut the file as its rows were.",
  });
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
