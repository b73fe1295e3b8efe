/** cellstate serve, as a process: where it serves, and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { MAIN } from "../cli/run.js";

export interface Served {
  url: string;
  child: ChildProcess;
  /** All that it said so far. */
  said(): string;
  /** Resolves when it has said something that fits. */
  says(what: RegExp): Promise<RegExpExecArray>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts it; resolves when it says where it serves. @throws Error with what it said, where it ends before */
export async function startServing(args: readonly string[], node: readonly string[] = []): Promise<Served> {
  const child = spawn(process.execPath, [...node, MAIN, "serve", ...args]);
  let said = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      said += data;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const says = (what: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = what.exec(said);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended before it said ${what}: ${said}`)));
    });
  const [, url] = await says(/^(http:\S+)$/m);
  // The line after it says what is served.
  await says(/Ctrl-C ends it/);
  return { url: url!, child, said: () => said, says, ended };
}
