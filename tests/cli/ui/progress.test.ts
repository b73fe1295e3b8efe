import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "../../../src/base/text.js";
import { barLine, EpochProgress, epochHeader, epochLine } from "../../../src/cli/ui/progress.js";

class Screen extends Writable {
  text = "";
  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

const at = (epoch: number, batch: number, step = epoch * 4 + batch) => ({
  epoch,
  epochs: 2,
  batch,
  batches: 4,
  step,
});
const logs = { loss: 0.2314, accuracy: 0.912, valLoss: 0.2039, valAccuracy: 0.954 };

/** Two epochs of four batches; a second passes a batch. */
function watch(screen: Screen): EpochProgress {
  let clock = 0;
  const progress = new EpochProgress(screen, () => clock);
  progress.start(at(0, 0));
  for (const epoch of [0, 1]) {
    progress.beginEpoch(at(epoch, 0));
    for (let batch = 1; batch <= 4; batch++) {
      clock += 1;
      progress.batch(at(epoch, batch), { loss: 0.5, accuracy: 0.75 });
    }
    progress.endEpoch(at(epoch, 4), logs, 4);
  }
  progress.close();
  return progress;
}

describe("where nobody watches", () => {
  test("a heading and a line an epoch", () => {
    const screen = new Screen(false);
    watch(screen);
    assert.equal(
      screen.text,
      [
        "    epoch     loss  accuracy  val. loss  val. accuracy        time",
        "      1/2   0.2314    91.2 %     0.2039         95.4 %       4.0 s",
        "      2/2   0.2314    91.2 %     0.2039         95.4 %       4.0 s",
        "",
      ].join("\n"),
    );
  });

  test("only what is measured", () => {
    assert.equal(epochHeader({ loss: 1 }), "    epoch     loss        time");
    assert.equal(epochLine(at(0, 4), { loss: Number.NaN }, 0.5), "      1/2        –      500 ms");
  });
});

describe("on a terminal", () => {
  test("the bar goes and the epochs' lines stay", () => {
    const screen = new Screen(true);
    watch(screen);
    // What is seen in the end: of each line, what was written after its last clearing.
    const seen = screen.text
      .split("\n")
      .map((line) => stripVTControlCharacters(line.split("\u001b[2K").at(-1)!));
    assert.match(seen[0]!, /epoch {5}loss/);
    assert.match(seen[1]!, /1\/2 .* 0\.2039/);
    assert.match(seen[2]!, /2\/2 .* 0\.2039/);
    assert.match(screen.text, /epoch 1\/2 ░+ 0\/4/);
  });

  test("the cursor and line wrapping come back, once each", () => {
    const screen = new Screen(true);
    const listeners = process.listenerCount("exit");
    watch(screen).close();
    const times = (code: string) => screen.text.split(code).length - 1;
    assert.equal(times("\u001b[?25l"), 2);
    assert.equal(times("\u001b[?25h"), 2);
    assert.ok(screen.text.lastIndexOf("\u001b[?7h") > screen.text.lastIndexOf("\u001b[?7l"));
    assert.equal(process.listenerCount("exit"), listeners);
  });

  test("a bar left when the process ends is taken away", () => {
    const screen = new Screen(true);
    const progress = new EpochProgress(screen, () => 0);
    progress.start(at(0, 0));
    progress.beginEpoch(at(0, 0));
    const leave = process.listeners("exit").at(-1) as () => void;
    leave();
    assert.ok(screen.text.includes("\u001b[?25h"));
    assert.equal(process.listeners("exit").includes(leave), false);
  });
});

describe("the bar's line", () => {
  test("epoch, bar, step, loss, accuracy, time left", () => {
    assert.equal(
      barLine({ ...at(0, 1), epochs: 20 }, { loss: 0.2314, accuracy: 0.912 }, 65.4, 79),
      "epoch 1/20 █████░░░░░░░░░░░░░░░░ 1/4  loss 0.2314  accuracy 91.2 %  ≤ 1:05 left",
    );
    assert.equal(barLine(at(0, 0), {}, undefined, 40), "epoch 1/2 ░░░░░░░░░░░░░░░░░░ 0/4  loss –");
  });

  test("is as wide as the terminal at most, down to very narrow ones", () => {
    const long = { epoch: 998, epochs: 1000, batch: 12345, batches: 99999, step: 1 };
    for (let width = 5; width <= 80; width++) {
      assert.ok(
        displayWidth(barLine(long, { loss: 12345.6789, accuracy: 0.999999 }, 360000, width)) <= width,
      );
    }
  });

  test("time left follows the pace since this run began", () => {
    const screen = new Screen(true);
    let clock = 100;
    const progress = new EpochProgress(screen, () => clock);
    // Resumed after 1000 steps: those took none of this run's time.
    progress.start({ epoch: 1, epochs: 10, batch: 0, batches: 100, step: 1000 });
    progress.beginEpoch({ epoch: 1, epochs: 10, batch: 0, batches: 100, step: 1000 });
    clock = 120;
    progress.batch({ epoch: 1, epochs: 10, batch: 10, batches: 100, step: 1010 }, { loss: 1 });
    progress.close();
    // 2 s a step, 890 steps to go.
    assert.match(screen.text, /epoch 2\/10 .* ≤ 29:40 left/);
  });
});
