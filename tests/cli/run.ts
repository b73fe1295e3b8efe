/** Runs the command line as a stranger would: another process, its streams and its exit code. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The program that is installed. */
export const MAIN = fileURLToPath(new URL("../../src/bin/cellstate.js", import.meta.url));

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | Uint8Array;
  cwd?: string;
  env?: Record<string, string>;
  /** Called with the process once it has started. */
  onStart?(child: ChildProcess): void;
}

export function cellstate(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { input, cwd, env, onStart } = options;
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  // The process may end before it has read all: that is its right.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
