/**
 * npm run soak [-- --seconds 600]: a server is asked all that it may be asked, good and bad, for so long; memory after a collection
 * must stay what it was once the first answers were given. As a module: the same for a number of requests.
 */
import { realpathSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createServer } from "../../src/serve/index.js";
import { ask } from "./asking.js";
import * as made from "./models.js";

/** What a soak came to. */
export interface Soaked {
  requests: number;
  /** By status. */
  statuses: ReadonlyMap<number, number>;
  /** Bytes after a collection: when half was asked, and at the end. */
  heap: readonly [before: number, after: number];
  external: readonly [before: number, after: number];
  rss: readonly [before: number, after: number];
}

const collect = (): NodeJS.MemoryUsage => {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error("memory is told after a collection: run Node with --expose-gc");
  gc();
  gc();
  return process.memoryUsage();
};

/**
 * Asks until `goesOn` says no; half of it before memory is first looked at.
 * @param goesOn of so many requests: whether there is another one, and whether half is done
 */
export async function soak(
  goesOn: (requests: number) => { more: boolean; isHalf: boolean },
): Promise<Soaked> {
  const folder = await mkdtemp(join(tmpdir(), "cellstate-soak-"));
  const file = await made.spamFile(folder);
  const models = {
    spam: file,
    tags: made.tags(),
    plain: made.plain(),
    steps: made.steps(),
    reading: made.reading(),
  };
  const server = await createServer(models, { port: 0, reloadEvery: 20, maxBody: 20_000, threads: 1 });
  const url = await server.listen();
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const texts = made.many(40);
  const statuses = new Map<number, number>();
  let requests = 0;
  let half: NodeJS.MemoryUsage | null = null;
  const kinds: ((i: number) => Promise<{ status: number }>)[] = [
    (i) =>
      ask(url, "/predict", {
        agent,
        body: { model: "spam", texts: texts.slice(i % 30, (i % 30) + 1 + (i % 9)) },
      }),
    (i) => ask(url, "/predict", { agent, body: { model: "tags", texts: [texts[i % 40]] } }),
    (i) => ask(url, "/predict", { agent, body: { model: "reading", texts: [texts[i % 40]] } }),
    (i) =>
      ask(url, "/v2/models/plain/infer", {
        agent,
        body: { inputs: [{ name: "numbers", shape: [1, 3], datatype: "FP32", data: [i, 1, 2] }] },
      }),
    (i) =>
      ask(url, "/v2/models/steps/infer", {
        agent,
        body: {
          inputs: [
            {
              name: "steps",
              shape: [1, 1 + (i % 40), 2],
              datatype: "FP32",
              data: Array(2 + 2 * (i % 40)).fill(0.5),
            },
          ],
        },
      }),
    () => ask(url, "/predict", { agent, body: "{", headers: { "content-type": "application/json" } }),
    () => ask(url, "/predict", { body: { texts: ["a".repeat(30_000)] } }),
    (i) => ask(url, `/none/${i}`, { agent }),
    (i) => ask(url, `/v2/models/none${i}`, { agent }),
    () => ask(url, "/metrics", { agent }),
  ];
  const one = async () => {
    for (;;) {
      const { more, isHalf } = goesOn(requests);
      if (isHalf) half ??= collect();
      if (!more) return;
      const i = requests++;
      // New files, good and bad, now and then.
      if (i % 500 === 250)
        writeFileSync(file, i % 1000 === 250 ? "no model" : await made.spam(i % 7).toBytes());
      const { status } = await kinds[i % kinds.length]!(i);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: 8 }, one));
    const end = collect();
    const pair = (name: "heapUsed" | "external" | "rss") => [half?.[name] ?? 0, end[name]] as const;
    return { requests, statuses, heap: pair("heapUsed"), external: pair("external"), rss: pair("rss") };
  } finally {
    agent.destroy();
    await server.close();
    await rm(folder, { recursive: true });
  }
}

/** By the clock, with what it came to at the end. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "600" } } });
  const ms = 1000 * Number(values.seconds);
  const began = performance.now();
  const { requests, statuses, heap, external, rss } = await soak(() => {
    const gone = performance.now() - began;
    return { more: gone < ms, isHalf: gone > ms / 2 };
  });
  const mb = ([before, after]: readonly [number, number]) =>
    `${(before / 1e6).toFixed(1)} → ${(after / 1e6).toFixed(1)} MB`;
  console.log(
    `${requests} requests in ${values.seconds} s; by status ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(", ")}`,
  );
  console.log(
    `after collections, at half and at the end: heap ${mb(heap)}, external ${mb(external)}, resident ${mb(rss)}`,
  );
  const grown = heap[1] - heap[0];
  if (statuses.has(500) || grown > 5e6) {
    console.error(
      `it failed: ${statuses.get(500) ?? 0} answers of 500, the heap grew by ${(grown / 1e6).toFixed(1)} MB`,
    );
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
