// The main job, end to end, through the command line: learn to tell spam from the SMS Spam Collection, first by what the
// data chooses, then with the flagship network beside it; measure both on 30 % of the messages, which neither has seen;
// and classify two messages.
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
const data = ["examples/data/sms-spam.tsv", "--test-split", "0.3"];
cellstate("train", ...data, "--out", model, "--report", "build/quickstart/report.html");
cellstate(
  ...["train", ...data, "--model", "lstm"],
  ...["--out", "build/quickstart/sms-spam-lstm.keras", "--report", "build/quickstart/report-lstm.html"],
);
cellstate(
  ...["predict", model],
  "WINNER!! Claim your free prize now: call 09061701461 before midnight",
  "Sorry, I'll be ten minutes late. Shall I bring milk?",
);
