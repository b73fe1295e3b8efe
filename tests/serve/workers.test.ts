/** Several workers at one address: one that is killed takes its own clients with it and nobody else's, and is replaced. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { adding } from "../../src/serve/sums.js";
import { cellstate } from "../cli/run.js";
import { ask, begin, good } from "./asking.js";
import { startServing } from "./command.js";
import * as made from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-workers-"));
let file: string;
before(async () => {
  file = await made.spamFile(folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const TEXTS = { texts: ["good film"] };

/** The workers of a process, by what the system says. */
async function workersOf(pid: number): Promise<number[]> {
  const { readFile } = await import("node:fs/promises");
  return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8"))
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
}

test("numbers are those of all; a worker that is killed is replaced, and the others' clients see nothing", {
  skip: process.platform !== "linux" && "the system tells no children",
}, async () => {
  const { url, child, says, ended } = await startServing([
    file,
    "--port",
    "0",
    "--workers",
    "2",
    "--batch-wait",
    "2000",
  ]);
  const count = async () => {
    const { text } = await ask(url, "/metrics");
    const [, found] =
      /^cellstate_requests_total\{method="POST",route="\/predict",status="200"\} (\d+)$/m.exec(text) ?? [];
    return Number(found);
  };
  const answers = Array.from({ length: 20 }, () => good(url, "/predict", { body: TEXTS }));
  await Promise.all(answers);
  assert.equal(await count(), 20);

  const workers = await workersOf(child.pid!);
  assert.equal(workers.length, 2);
  // Connections go to the workers in turn: each agent has one to a worker of its own.
  const agents = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const agent of agents) await good(url, "/v2/health/ready", { agent });
  const asked = agents.map((agent) => good(url, "/predict", { body: TEXTS, agent }));
  process.kill(workers[0]!, "SIGKILL");
  const outcomes = await Promise.allSettled(asked);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  await says(/error: worker \d+ ended \(SIGKILL\): another one takes its place/);
  // Whoever asks meanwhile is answered by the other, and soon by both.
  let now: number[] = [];
  for (let i = 0; i < 2000 && now.length < 2; i++) {
    await good(url, "/v2/health/ready");
    now = await workersOf(child.pid!);
  }
  assert.equal(now.length, 2);
  assert.ok(!now.includes(workers[0]!) && now.includes(workers[1]!));
  for (const agent of agents) agent.destroy();
  // What the one that is gone had told stays counted.
  assert.equal(await count(), 21);

  const taken = Array.from({ length: 6 }, () => good(url, "/predict", { body: TEXTS }));
  while (!/^cellstate_queue_rows 6$/m.test((await ask(url, "/metrics")).text));
  child.kill("SIGTERM");
  await Promise.all(taken);
  assert.deepEqual(await ended, { code: 0, signal: null });
  for (const pid of now) assert.throws(() => process.kill(pid, 0), /ESRCH/, "no worker stays behind");
});

test("a second signal ends all at once", async () => {
  const { url, child, says, ended } = await startServing([file, "--port", "0", "--workers", "2"]);
  const taken = await begin(url, "/predict");
  child.kill("SIGINT");
  await says(/Once more ends it at once/);
  await pause(600);
  child.kill("SIGINT");
  assert.deepEqual(await ended, { code: 130, signal: null });
  await assert.rejects(taken.answer, /ECONNRESET|hang up/);
});

const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("when all of them are gone, those that take their place serve at the same port", {
  skip: process.platform !== "linux" && "the system tells no children",
}, async () => {
  const { url, child, says, ended } = await startServing([file, "--port", "0", "--workers", "2"]);
  const workers = await workersOf(child.pid!);
  for (const pid of workers) process.kill(pid, "SIGKILL");
  await says(/error: worker \d+ ended[\s\S]*error: worker \d+ ended/);
  let answered = false;
  for (let i = 0; i < 1000 && !answered; i++) {
    answered = await good(url, "/v2/health/live").then(
      () => true,
      () => pause(20, false),
    );
  }
  assert.ok(answered, "nobody serves where it said");
  child.kill("SIGTERM");
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test("one that is to end while it starts ends", {
  skip: process.platform !== "linux" && "the system tells no children",
}, async () => {
  const { child, says, ended } = await startServing([file, "--port", "0", "--workers", "2"]);
  const [first] = await workersOf(child.pid!);
  process.kill(first!, "SIGKILL");
  await says(/error: worker \d+ ended/);
  let now: number[] = [];
  while (now.length < 2 || now.includes(first!)) {
    await pause(1);
    now = await workersOf(child.pid!);
  }
  child.kill("SIGTERM");
  const outcome = await Promise.race([
    ended,
    pause(30_000, "it waits for one that does not end", { ref: false }),
  ]);
  if (typeof outcome === "string") for (const pid of [child.pid!, ...now]) process.kill(pid, "SIGKILL");
  assert.deepEqual(outcome, { code: 0, signal: null });
});

test("where the process that started them is killed, workers answer what they took, and end", {
  skip: process.platform !== "linux" && "the system tells no children",
}, async () => {
  const args = [file, "--port", "0", "--workers", "2", "--batch-wait", "1500"];
  const { url, child, ended } = await startServing(args);
  const workers = await workersOf(child.pid!);
  const taken = Array.from({ length: 6 }, () =>
    good<{ answers: object[] }>(url, "/predict", { body: TEXTS }),
  );
  while (!/^cellstate_queue_rows 6$/m.test((await ask(url, "/metrics")).text));
  child.kill("SIGKILL");
  for (const { answers } of await Promise.all(taken)) assert.equal(answers.length, 1);
  await ended;
  for (let i = 0; i < 500 && workers.some(isThere); i++) await pause(20);
  assert.deepEqual(workers.filter(isThere), []);
});

test("numbers of those that are gone stay counted; what they measured goes with them", async () => {
  const { text, kept } = await adding();
  const told = (count: number) => [
    {
      ...{ name: "a_total", help: "a", type: "counter", aggregator: "sum" },
      values: [{ value: count, labels: { of: "x" } }],
    },
    { ...{ name: "b", help: "b", type: "gauge", aggregator: "sum" }, values: [{ value: count, labels: {} }] },
    {
      ...{ name: "c", help: "c", type: "histogram", aggregator: "sum" },
      values: [
        { value: count, labels: { le: 1 }, metricName: "c_bucket" },
        { value: count, labels: {}, metricName: "c_sum" },
      ],
    },
  ];
  // One after another they go: 1 and 2 of them, while one of 10 lives.
  const ended = kept([kept([[], told(1)]), told(2)]);
  const lines = (await text([ended, told(10)])).split("\n");
  for (const line of ['a_total{of="x"} 13', "b 10", 'c_bucket{le="1"} 13', "c_sum 13"])
    assert.ok(lines.includes(line), `${line} in ${lines.join("\n")}`);
});

test("what is wrong with a model is said once, and ends all", async () => {
  const { code, stderr } = await cellstate([
    "serve",
    join(folder, "none.keras"),
    "--port",
    "0",
    "--workers",
    "3",
  ]);
  assert.equal(code, 2, stderr);
  assert.equal(stderr.match(/none\.keras: expected a path that exists/g)?.length, 1, stderr);
});
