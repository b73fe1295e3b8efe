/** The line that says what is going on: on a terminal it renews itself and makes room, elsewhere there is none. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { StatusLine } from "../../src/cli/ui/status.js";

class Screen extends Writable {
  written: string[] = [];
  columns = 40;
  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(piece: Buffer, _: string, done: () => void): void {
    this.written.push(piece.toString());
    done();
  }
}

const told = (done: number, total: number | null = null) => ({ phase: "reading", done, total, seconds: 0 });

describe("the line of what is going on", () => {
  test("says how far it is, its time where it is long, and what it is a part of; it is taken away", () => {
    const screen = new Screen(true);
    let now = 0;
    const line = new StatusLine(screen, () => now);
    line.told(told(0));
    line.told(told(5)); // too soon
    now = 3400;
    line.told(told(12_000, 160_000));
    line.told({ ...told(1, 2), fold: 2, folds: 5 });
    line.told({ ...told(1, 2), step: "counting n-grams\u001b[2J and more that is too long for it" });
    line.clear();
    line.clear();
    assert.deepEqual(screen.written, [
      "\r  reading …\x1b[K",
      "\r  reading 12,000 of 160,000  3.0 s\x1b[K",
      "\r  fold 2/5: reading 1 of 2\x1b[K",
      screen.written[3],
      "\r\x1b[K",
    ]);
    assert.match(screen.written[3]!, /^\r {2}counting n-grams/);
    assert.ok(!screen.written[3]!.includes("\x1b[2J"));
    assert.ok(screen.written[3]!.length <= 1 + 39 + 3, "no line is wrapped");
  });

  test("its clock goes on where nothing is told, until it is taken away", (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const screen = new Screen(true);
    let now = 0;
    const line = new StatusLine(screen, () => now);
    line.show("opening a.keras");
    for (now = 500; now <= 2500; now += 500) t.mock.timers.tick(500);
    assert.equal(screen.written.at(-1), "\ropening a.keras  2.0 s\x1b[K");
    line.clear();
    const { length } = screen.written;
    t.mock.timers.tick(5000);
    assert.equal(screen.written.length, length);
  });

  test("is nothing where there is no terminal", () => {
    const screen = new Screen(false);
    const line = new StatusLine(screen);
    line.told(told(7));
    line.clear();
    assert.deepEqual(screen.written, []);
  });
});

const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const SMS = fileURLToPath(new URL("../../../examples/data/sms-spam.tsv", import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), "cellstate-status-"));
const OUT = join(FOLDER, "made.keras");
const COMMAND = ["train", SMS, "--model", "lstm", "--epochs", "1", "--length", "8", "--vocabulary", "50"];
/** util-linux's, which gives a command a terminal. */
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

describe("cellstate train", () => {
  after(() => rmSync(FOLDER, { recursive: true }));

  test("shows on a terminal what it reads and encodes, and leaves nothing of it", {
    skip: !hasScript && "no script(1) here",
  }, () => {
    const typed = [process.execPath, MAIN, ...COMMAND].map((word) => `'${word}'`).join(" ");
    const { stdout } = spawnSync("script", ["-qec", `${typed} --out ${OUT}`, "/dev/null"], {
      ...{ encoding: "utf8", env: { ...process.env, TERM: "xterm" } },
    });
    for (const phase of [
      "reading .*sms-spam.tsv",
      "  reading (…|[\\d,]+)",
      "encoding [\\d,]+ of 4,459",
      "evaluating|measuring|answering",
    ]) {
      assert.match(stdout, new RegExp(phase));
    }
  });

  test("writes no line that renews itself into a file", () => {
    const { stderr } = spawnSync(process.execPath, [MAIN, ...COMMAND, "--out", OUT], {
      encoding: "utf8",
    });
    for (const none of ["\r", "\x1b", "encoding"]) assert.ok(!stderr.includes(none));
    assert.match(stderr, /5,574 texts/);
  });
});
