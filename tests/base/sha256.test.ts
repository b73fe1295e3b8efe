import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Sha256 } from "../../src/base/sha256.js";
import { Random } from "../../src/kernels/philox.js";

test("SHA-256 is Node's, for every length about a block and in pieces of any size", () => {
  const random = new Random(1, 7, 0);
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => random.uniform(i) * 256);
  for (const length of [...Array(200).keys(), 4096, 20_000]) {
    const part = bytes.subarray(0, length);
    const wanted = createHash("sha256").update(part).digest("hex");
    assert.equal(new Sha256().update(part).hex(), wanted, `${length} bytes`);
    const pieces = new Sha256();
    for (let from = 0, step = 1; from < length; from += step, step = (step * 7) % 131) {
      pieces.update(part.subarray(from, Math.min(length, from + step)));
    }
    assert.equal(pieces.hex(), wanted, `${length} bytes in pieces`);
  }
});
