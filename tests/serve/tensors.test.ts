/** Numbers of the protocol's types: what a type does not hold is refused where it stands, and what it holds is taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { good, refused, serving } from "./asking.js";
import * as made from "./models.js";

const SAFE = Number.MAX_SAFE_INTEGER;

/** By type: what it holds at its ends, and what lies beyond. */
const TYPES: Readonly<Record<string, { held: number[]; beyond: unknown[] }>> = {
  UINT8: { held: [0, 255], beyond: [300, 256, -1, 0.5] },
  UINT16: { held: [0, 65_535], beyond: [65_536, -1] },
  UINT32: { held: [0, 2 ** 32 - 1], beyond: [2 ** 32, -1] },
  UINT64: { held: [0, SAFE], beyond: [SAFE + 1, -1] },
  INT8: { held: [-128, 127], beyond: [-200, -129, 128] },
  INT16: { held: [-32_768, 32_767], beyond: [-32_769, 32_768] },
  INT32: { held: [-(2 ** 31), 2 ** 31 - 1], beyond: [2 ** 40, 2 ** 31, -(2 ** 31) - 1] },
  INT64: { held: [-SAFE, SAFE], beyond: [SAFE + 1, -SAFE - 1, 2.5, "1"] },
  FP32: { held: [-3.4e38, 3.4e38], beyond: [3.5e38, null] },
  FP64: { held: [-3.4e38, 1e-300], beyond: [1e300, -1e39] },
  BOOL: { held: [0, 1], beyond: [2, -1, "true"] },
};

test("a number that its type does not hold is refused where it stands", async () => {
  await serving({ plain: made.plain() }, {}, async (url) => {
    const bodyOf = (datatype: string, number: unknown) => {
      const zero = datatype === "BOOL" ? false : 0;
      return { inputs: [{ name: "numbers", shape: [1, 3], datatype, data: [zero, zero, number] }] };
    };
    for (const [datatype, { held, beyond }] of Object.entries(TYPES)) {
      for (const number of held) {
        // The largest numbers need not have an answer that is a number.
        if (Math.abs(number) > 1e38) continue;
        await good(url, "/v2/models/plain/infer", { body: bodyOf(datatype, number) });
      }
      for (const number of beyond) {
        const asked = { body: bodyOf(datatype, number) };
        const [status, message] = await refused(url, "/v2/models/plain/infer", asked);
        assert.equal(status, 400, `${datatype} ${number}`);
        assert.match(message, /^inputs\[0\]\.data\[2\]: expected /);
        assert.ok(
          message.includes(datatype) && message.includes(`received ${JSON.stringify(number)}.`),
          message,
        );
      }
    }
    const [, message] = await refused(url, "/v2/models/plain/infer", { body: bodyOf("UINT8", 300) });
    assert.equal(
      message,
      "inputs[0].data[2]: expected a whole number from 0 to 255 (UINT8) but received 300.",
    );
  });
});
