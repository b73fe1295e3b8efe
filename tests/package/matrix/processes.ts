/** Programs that are run for a row, and ended with all that they began when their time is over. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { killGroup } from "../../browser/chromium.js";
import { environment, type Ran } from "../projects.js";

interface Running {
  child: ChildProcess;
  said: () => string;
}

function begin(folder: string, program: string, args: readonly string[]): Running {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...environment(), NEXT_TELEMETRY_DISABLED: "1", DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    // The head of a group of its own.
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  child.on("error", (error) => {
    said += error.message;
  });
  return { child, said: () => said };
}

/** Runs a program to its end. @param seconds after which it is ended; its status is null then */
export async function finish(
  folder: string,
  program: string,
  args: readonly string[],
  seconds: number,
): Promise<Ran> {
  const { child, said } = begin(folder, program, args);
  let late = "";
  const timer = setTimeout(() => {
    late = `\nended after ${seconds} s`;
    killGroup(child.pid);
  }, 1000 * seconds);
  await once(child, "close").catch(() => {});
  clearTimeout(timer);
  return { status: child.exitCode, said: said() + late };
}

/** Runs a program, and gives `use` what `ready` finds in what it says; it is ended when that is done. */
export async function during<T>(
  [folder, program, args]: [folder: string, program: string, args: readonly string[]],
  ready: RegExp,
  use: (found: string) => Promise<T>,
): Promise<T> {
  const { child, said } = begin(folder, program, args);
  const closed = once(child, "close").catch(() => {});
  try {
    const found = await new Promise<string>((resolve, reject) => {
      const look = () => {
        const match = ready.exec(said());
        if (match) resolve(match[1] ?? match[0]);
      };
      child.stdout!.on("data", look);
      child.stderr!.on("data", look);
      void closed.then(() => reject(new Error(`${program} ended: ${said()}`)));
    });
    return await use(found);
  } finally {
    killGroup(child.pid);
    await closed;
  }
}

/** A port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
