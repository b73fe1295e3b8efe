// The main job, end to end, through the command line: train the flagship network on the SMS Spam Collection, measure
// it on 30 % of the messages that it has not seen, save model and report, and classify two messages.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
mkdirSync(`${root}/build/quickstart`, { recursive: true });

function cellstate(...args) {
  const shown = args.map((arg) => (/[\s?!']/.test(arg) ? JSON.stringify(arg) : arg)).join(" ");
  console.log(`\n$ cellstate ${shown}\n`);
  const { status } = spawnSync(process.execPath, [`${root}/dist/src/cli/main.js`, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

const model = "build/quickstart/sms-spam.keras";
cellstate(
  ...["train", "examples/data/sms-spam.tsv", "--model", "lstm", "--test-split", "0.3"],
  ...["--out", model, "--report", "build/quickstart/report.html"],
);
cellstate(
  ...["predict", model],
  "WINNER!! Claim your free prize now: call 09061701461 before midnight",
  "Sorry, I'll be ten minutes late. Shall I bring milk?",
);
