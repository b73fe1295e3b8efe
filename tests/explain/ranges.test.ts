/** What is said of activations' values and of bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { finiteNumber } from "../../src/base/errors.js";
import { shorten } from "../../src/cli/explain/unroll.js";
import { cellAnatomy } from "../../src/explain/anatomy.js";
import { plain } from "../../src/explain/tex.js";
import { unroll } from "../../src/explain/unroll.js";
import { layers, sequential } from "../../src/index.js";
import {
  ACTIVATIONS,
  type ActivationName,
  activationFormula,
  LEAKY_SLOPE,
} from "../../src/kernels/activations.js";

test("the range that is said of an activation is that of its values", () => {
  for (const name of Object.keys(ACTIVATIONS) as ActivationName[]) {
    if ((name as string) === "softmax") continue;
    const { f } = activationFormula(ACTIVATIONS[name].id);
    const { network } = cellAnatomy(layers.simpleRNN({ units: 2, activation: name }), 2).parts[0]!;
    const values = Array.from({ length: 20001 }, (_, k) => f((k - 10000) / 500, LEAKY_SLOPE));
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const [, low, high] = /^(−?[\d.]+) (?:to (\d+)|up)$/.exec(network!.range) ?? [];
    const bound = (text: string | undefined, none: number) =>
      text === undefined ? none : Number(text.replace("−", "-"));
    // Rounded to two decimals; tails have not come to their bound everywhere (softsign's are the slowest).
    const near = (value: number, said: number) =>
      Math.abs(said) === Infinity ? Math.abs(value) >= 4 - 1e-9 : Math.abs(value - said) < 0.05;
    assert.ok(near(least, bound(low, -Infinity)), `${name}: ${network!.range}, least ${least}`);
    assert.ok(near(most, bound(high, Infinity)), `${name}: ${network!.range}, most ${most}`);
  }
});

test("bounds of numbers are said as people say them", () => {
  const says = (...bounds: number[]) => {
    try {
      finiteNumber(Number.NaN, "alpha", ...bounds);
    } catch (error) {
      return /expected a (.*) but/.exec(String(error))![1];
    }
  };
  assert.equal(says(Number.MIN_VALUE, 1 - Number.EPSILON), "number above 0 and below 1");
  assert.equal(says(Number.MIN_VALUE, Number.MAX_VALUE), "number above 0");
  assert.equal(says(Number.MIN_VALUE, 1), "number above 0 and up to 1");
  assert.equal(says(0, 1), "number from 0 to 1");
  assert.equal(says(0), "number from 0");
  assert.equal(says(), "number");
});

test("a label cut short keeps its brackets whole", () => {
  for (const layer of [
    layers.simpleRNN({ units: 2, activation: "leakyRelu" }),
    layers.lstm({ units: 2 }),
    layers.gru({ units: 2 }),
  ]) {
    const network = sequential([layers.input({ shape: [6, 2] }), layer, layers.dense({ units: 1 })]);
    const row = Array.from({ length: 6 }, (_, t) => [t / 6, 1 - t / 3]);
    for (const steps of [1, 3, 5])
      for (const { tex } of unroll(network, row, { steps }).terms) {
        const label = shorten(plain(tex));
        assert.equal(label.split("(").length, label.split(")").length, label);
        assert.ok(label.length < 46, label);
      }
  }
});
