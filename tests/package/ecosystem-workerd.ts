/**
 * The packed package in workerd, which runs code at servers' edges and compiles no WebAssembly but what is imported as a
 * file. `npm run test:ecosystem` runs it; where workerd cannot be had, it is skipped.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { build } from "esbuild";
import { isChosen } from "./matrix/choice.js";
import { bench } from "./matrix/shared.js";
import { ROOT, succeed } from "./projects.js";

/** The program of docs/web.md, which answers by a classifier beside it, and says with what. */
const WORKER = /```js\n(import kernels[\s\S]*?)```/
  .exec(readFileSync(`${ROOT}docs/web.md`, "utf8"))![1]!
  .replace("loadClassifier(file)", "loadClassifier(file, { threads: 4 })")
  .replace("Response.json(", "told(spam.model, ")
  .concat(
    "const told = ({ engineName, threads, notes }, answer) => Response.json({ engineName, threads, notes, ...answer });\n",
  );
/** Without the kernels. */
const PLAIN = WORKER.replace(/^import kernels.*\n/, "").replace("{ kernels }", "");
const TRAIN = `import { TextClassifier } from "cellstate";
const rows = ["free prize", "see you"].flatMap((text, k) =>
  Array.from({ length: 20 }, (_, i) => ({ text: text + " " + i, label: k === 0 ? "spam" : "ham" })),
);
const spam = await TextClassifier.train(rows, { model: "lstm", epochs: 4, length: 8, vocabulary: 50, seed: 1 });
await spam.save("spam.keras");
`;
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "kernels-answering.wasm", wasm = embed "kernels-answering.wasm"),
    (name = "spam.keras", data = embed "spam.keras"),
  ],
  compatibilityDate = "2026-01-01",
);
`;

/** What the worker in a folder answers to a text. */
async function answerOf(folder: string, text: string): Promise<Record<string, unknown>> {
  const workerd = spawn(
    join(bench.modules, "workerd", "bin", "workerd"),
    ["serve", "--control-fd=3", "config.capnp"],
    { cwd: folder, stdio: ["ignore", "inherit", "inherit", "pipe"] },
  );
  try {
    const port = await new Promise<number>((resolve, reject) => {
      workerd.once("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
      workerd.once("error", reject);
      (workerd.stdio[3] as Readable).on("data", (line: Buffer) => {
        const said = JSON.parse(line.toString().split("\n")[0]!) as { event: string; port: number };
        if (said.event === "listen") resolve(said.port);
      });
    });
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: text });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Record<string, unknown>;
  } finally {
    workerd.removeAllListeners("exit");
    const ended = new Promise((resolve) => workerd.once("exit", resolve));
    workerd.kill();
    await ended;
  }
}

const isWanted = isChosen("workerd");
if (isWanted) bench.need("workerd@1");

test("workerd", { skip: !isWanted && "not asked for" }, async (t) => {
  await bench.ready();
  const lack = bench.lack(["workerd@1"], false);
  if (lack !== null) return t.skip(lack);
  const folder = bench.project("docs-workerd", { "config.capnp": CONFIG, "train.mjs": TRAIN });
  succeed(folder, process.execPath, ["train.mjs"]);
  const kernels = join(bench.modules, "cellstate", "dist", "src", "engines", "kernels-answering.wasm");
  copyFileSync(kernels, join(folder, "kernels-answering.wasm"));
  const bundle = (contents: string) =>
    build({
      stdin: { contents, resolveDir: folder },
      ...{ bundle: true, format: "esm", outfile: join(folder, "worker.js"), logLevel: "silent" },
      // As Cloudflare's own tools do: these files are modules by themselves.
      conditions: ["workerd", "worker", "browser"],
      plugins: [
        {
          name: "files",
          setup: ({ onResolve }) => {
            onResolve({ filter: /\.(wasm|keras)$/ }, ({ path }) => {
              return { path: path.slice(path.lastIndexOf("/") + 1), external: true };
            });
          },
        },
      ],
    });
  await bundle(WORKER);
  const { engineName, threads, notes, label } = await answerOf(folder, "free prize 7");
  assert.deepEqual(
    { engineName, threads, notes, label },
    { engineName: "wasm", threads: 1, notes: [], label: "spam" },
  );
  await bundle(PLAIN);
  const without = await answerOf(folder, "free prize 7");
  assert.equal(without["engineName"], "reference");
  assert.equal(without["label"], "spam");
  assert.match(
    (without["notes"] as string[]).join("\n"),
    /may not be compiled here.*prepareEngine\(\{ kernels \}\)/,
  );
});
