/**
 * npm run bench:memory: how much memory `cellstate train --model lstm` takes at its peak, of CSV files of short rows that grow.
 *
 *     npm run bench:memory -- --sizes 20,200,2000    megabytes
 *     npm run bench:memory -- --in-memory            as it was before rows lay in a file
 *     npm run bench:memory -- --folder DIR           where there is room: default is the system's temporary folder
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { writeShortRows } from "./short-rows.js";

const { values: asked } = parseArgs({
  options: {
    sizes: { type: "string", default: "20,201" },
    folder: { type: "string", default: tmpdir() },
    length: { type: "string", default: "200" },
    words: { type: "string", default: "200000" },
    "in-memory": { type: "boolean", default: false },
  },
});

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PEAK = pathToFileURL(here("../tests/cli/peak-memory.js")).href;

/** Trains one epoch. @returns the most memory that the process had, in bytes, and seconds of its phases */
function train(data: string, out: string): Promise<{ peak: number; seconds: Record<string, number> }> {
  const command = [
    ...["--import", PEAK, here("../src/bin/cellstate.js"), "train", data, "--model", "lstm", "--json"],
    ...["--epochs", "1", "--batch-size", "256", "--length", asked.length, "--out", out],
    ...(asked["in-memory"] ? ["--in-memory"] : []),
  ];
  const child = spawn(process.execPath, command);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (data) => {
      said[stream] += data;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      const peak = Number(/^peak (\d+)$/m.exec(said.stderr)?.[1]);
      if (code !== 0) reject(new Error(said.stderr));
      else resolve({ peak, seconds: JSON.parse(said.stdout.trim().split("\n").at(-1)!).seconds });
    });
  });
}

const folder = mkdtempSync(join(asked.folder, "cellstate-memory-"));
try {
  console.log(
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}; ${asked.length} words a row, 1 epoch of batches of 256`,
  );
  console.log("      MB        rows   peak MB     read  vectorize      fit     test  seconds");
  for (const megabytes of asked.sizes.split(",").map(Number)) {
    const data = join(folder, "rows.csv");
    const rows = writeShortRows(data, { bytes: megabytes * 1e6, words: Number(asked.words) });
    const { peak, seconds } = await train(data, join(folder, "out.keras"));
    const phases = ["read", "vectorize", "fit", "test"].map((phase) =>
      seconds[phase]!.toFixed(1).padStart(9),
    );
    console.log(
      `${String(megabytes).padStart(8)}${String(rows).padStart(12)}${String(Math.round(peak / 1e6)).padStart(10)}${phases.join("")}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
