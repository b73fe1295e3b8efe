/**
 * npm run bench:serve [-- --seconds 5 --python PYTHON --workers 2 --only cellstate]: the flagship over HTTP, one row a request, by the
 * Open Inference Protocol: `cellstate serve`, onnxruntime-node behind Fastify, and Keras behind FastAPI and uvicorn where a Python
 * has them (CELLSTATE_PYTHON, or --python). All answer the same before they are timed. Then the latency at half of the peak.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ids, LENGTH, network } from "./contenders.js";
import { type Contender, fastApi, onnx, ours } from "./serve/contenders.js";
import { LOADER, type Loaded, load } from "./serve/load.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    python: { type: "string", default: process.env["CELLSTATE_PYTHON"] ?? "python3" },
    workers: { type: "string" },
    only: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const CONNECTIONS = [1, 16, 256];

const folder = mkdtempSync(join(tmpdir(), "cellstate-bench-serve-"));
const model = network({ what: "predict", batch: 1, inputs: 16, units: 32 }, {});
const [keras, onnxFile] = [join(folder, "flagship.keras"), join(folder, "flagship.onnx")];
await model.save(keras);
await model.save(onnxFile);
const row = [...ids(1)];
const [input] = model.nodes.filter(({ inputs }) => inputs.length === 0);
const body = JSON.stringify({
  inputs: [{ name: input!.layer.name, shape: [1, LENGTH], datatype: "INT32", data: row }],
});
const expected = model.predictFlat([row]).data[0]!;

async function contenders(): Promise<Contender[]> {
  const many = Number(values.workers ?? Math.max(2, availableParallelism()));
  const makers: [name: string, make: () => Promise<Contender | null>][] = [
    ["cellstate", () => ours(keras, 1)],
    [`cellstate --workers ${many}`, () => ours(keras, many)],
    ["onnxruntime", () => onnx(onnxFile)],
    ["FastAPI jax", () => fastApi(values.python, keras, "jax")],
    ["FastAPI tensorflow", () => fastApi(values.python, keras, "tensorflow")],
  ];
  const found: Contender[] = [];
  for (const [name, make] of makers) {
    if (values.only && !name.includes(values.only)) continue;
    const made = await make();
    if (made) found.push(made);
  }
  return found;
}

/** @throws AssertionError where it answers otherwise than the model does here */
async function checked({ name, url }: Contender): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${name}: ${text}`);
  const { outputs } = JSON.parse(text) as { outputs: [{ data: [number] }] };
  assert.ok(
    Math.abs(outputs[0].data[0] - expected) < 1e-5,
    `${name} answers ${outputs[0].data[0]}, not ${expected}`,
  );
}

const shown = ({ perSecond, p50, p99, p999, failed }: Loaded) =>
  `${perSecond.toFixed(0).padStart(8)}${[p50, p99, p999].map((ms) => ms.toFixed(2).padStart(9)).join("")}${failed > 0 ? `   ${failed} failed` : ""}`;

const all = await contenders();
const peaks = new Map<Contender, number>();
try {
  for (const one of all) await checked(one);
  // Compiled code is warm before it is timed.
  for (const { url } of all) await load({ url, body, connections: 16, seconds: 1 }, folder);
  console.log(
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}, ${LOADER}, ${seconds} s each`,
  );
  console.log(`${" ".repeat(40)} answers/s   p50      p99    p99.9 ms`);
  for (const connections of CONNECTIONS) {
    console.log(`\n${connections} ${connections === 1 ? "connection" : "connections"}`);
    let first: number | null = null;
    for (const one of all) {
      const loaded = await load({ url: one.url, body, connections, seconds }, folder);
      first ??= loaded.perSecond;
      peaks.set(one, Math.max(peaks.get(one) ?? 0, loaded.perSecond));
      console.log(`  ${one.name.padEnd(38)}${shown(loaded)}   ${(loaded.perSecond / first).toFixed(2)}×`);
    }
  }
  console.log("\nat half of its peak, 16 connections");
  for (const one of all) {
    const rate = Math.round(peaks.get(one)! / 2);
    console.log(
      `  ${one.name.padEnd(38)}${shown(await load({ url: one.url, body, connections: 16, seconds, rate }, folder))}`,
    );
  }
} finally {
  for (const one of all) await one.close();
  rmSync(folder, { recursive: true });
  model.dispose();
}
