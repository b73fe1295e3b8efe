/** Who serves the flagship: each a process that answers the Open Inference Protocol at a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

export interface Contender {
  name: string;
  /** What is asked: `{"inputs": …}`. */
  url: string;
  close(): Promise<void>;
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MAIN = at("../../src/bin/cellstate.js");

/** A port that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Starts a program and waits until it is ready. Null where it ends before. */
async function started(
  name: string,
  command: (port: number) => [program: string, ...args: string[]],
  env: Record<string, string> = {},
): Promise<Contender | null> {
  const port = await freePort();
  const [program, ...args] = command(port);
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  const base = `http://127.0.0.1:${port}`;
  if (!(await isReady(base, child))) {
    console.error(`not here: ${name} (${said.trim().split("\n").at(-1)})`);
    return null;
  }
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { name, url: `${base}/v2/models/flagship/infer`, close };
}

async function isReady(base: string, child: ChildProcess): Promise<boolean> {
  let isThere = true;
  child.once("exit", () => (isThere = false));
  child.once("error", () => (isThere = false));
  while (isThere) {
    const answer = await fetch(`${base}/v2/health/ready`).catch(() => null);
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

export const ours = (model: string, workers: number) =>
  started(`cellstate serve${workers === 1 ? "" : ` --workers ${workers}`}`, (port) => [
    ...([process.execPath, MAIN, "serve", `flagship=${model}`] as const),
    ...["--port", String(port), "--workers", String(workers)],
  ]);

export const onnx = (model: string) =>
  started("onnxruntime-node behind Fastify", (port) => [
    ...([process.execPath, at("./onnx-server.js"), model, String(port)] as const),
  ]);

/** @param backend "jax" or "tensorflow" */
export const fastApi = (python: string, model: string, backend: string) =>
  started(
    `FastAPI + uvicorn, Keras on ${backend}`,
    (port) => [python, at("../../../bench/peers/fastapi_peer.py"), model, String(port)],
    { KERAS_BACKEND: backend },
  );
