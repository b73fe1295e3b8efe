import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { promised, readAttacks, runAttacks } from "./attack-runner.js";

const attacks = readAttacks();
const outcomes = await runAttacks(attacks);

describe("hostile and damaged files", () => {
  for (const { file, refusal } of attacks) {
    const end = refusal === null ? "opened" : "refused in one line that names the place";
    test(`${file} is ${end}, at a cost in proportion to its size`, () => {
      const { kind, said, bytes, milliseconds, megabytes } = outcomes.get(file)!;
      assert.equal(kind, refusal === null ? "opened" : "refused", said);
      const most = promised(bytes);
      assert.ok(milliseconds < most.milliseconds, `${milliseconds} ms of ${most.milliseconds}`);
      assert.ok(megabytes < most.megabytes, `${megabytes} MB of ${most.megabytes}`);
      if (refusal === null) return;
      assert.match(said, new RegExp(refusal));
      assert.match(said, /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,700}$/u, "one line, short and printable");
    });
  }

  test("each file stands in the lists once", () => {
    assert.equal(outcomes.size, attacks.length);
  });

  test("a weight that is not a number is named", () => {
    const { said } = outcomes.get("weights_not_a_number.keras.gz")!;
    assert.match(said, /^attack: model.weights.h5: layers\/dense\/vars\/0: contains NaN$/m);
  });
});
