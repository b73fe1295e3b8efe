/** Every command of the course prints what its page says; its pictures are there, its quoted code stands where it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAPTERS, readChapter, run, shownIn, workshop } from "./chapters.js";

/** Rounding errors, and which engine there is, differ from machine to machine. */
const steady = (output: string): string =>
  output
    .replace(/[−-]?\d+(\.\d+)?e-\d{2,}/g, "≈0")
    .replace(/[−-]?\d+(\.\d+)?e-[6-9]\b/g, "≈0")
    .replace(/the (native|wasm|reference) engine/g, "the engine")
    .replace(/\s+/g, " ");

test("there are chapters", () => assert.ok(CHAPTERS.length >= 11, CHAPTERS.join(" ")));

for (const name of CHAPTERS) {
  const shown = shownIn(readChapter(name));
  test(`docs/course/${name} prints what it says`, { skip: process.platform === "win32" }, () => {
    const folder = workshop(name);
    for (const { command, output } of shown.filter(({ measured }) => !measured)) {
      assert.equal(steady(run(command, folder)), steady(output), command);
    }
  });
}
