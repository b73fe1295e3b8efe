/** Ways to train in several processes, each started anew for every run. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Hosts } from "../../tests/processes/hosts.js";
import { OPEN_MPI } from "../../tests/processes/mpirun.js";
import type { Measured, Over } from "./measured.js";

/** What each run does. */
export interface Work {
  batches: readonly number[];
  /** Steps of a batch size that are timed. */
  steps: number;
}

export interface Contender {
  name: string;
  over: Over;
  processes: number;
  run(work: Work): Promise<Measured>;
}

const built = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const PEER = fileURLToPath(new URL("../../../bench/peers/torch_scale.py", import.meta.url));

/** Runs programs together; what the first says last is JSON. */
async function measuredBy(
  lines: readonly (readonly string[])[],
  env: (k: number) => Record<string, string> = () => ({}),
): Promise<Measured> {
  const runs = lines.map((line, k) => {
    const child = spawn(line[0]!, line.slice(1), {
      env: { ...process.env, OMP_NUM_THREADS: "1", ...env(k) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stderr.on("data", (data) => {
      err += data;
    });
    return new Promise<string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) =>
        code === 0 ? resolve(out) : reject(new Error(`${line.join(" ")}: ${err || out}`)),
      );
    });
  });
  const [first] = await Promise.all(runs);
  return JSON.parse(first!.trim().split("\n").at(-1)!) as Measured;
}

/** mpirun and its options for so many processes, on one host or on two. */
function mpirun(processes: number, hosts: Hosts | null): string[] {
  const { program, options } = OPEN_MPI;
  const line = [program!, ...options, "-n", String(processes)];
  if (!hosts) return line;
  // Both have the cores of this machine: on each the first process would be bound to the same one.
  return [...hosts.inside, ...line, ...hosts.options(Math.ceil(processes / 2)), "--bind-to", "none"];
}

const over = (hosts: Hosts | null): Over => (hosts ? "TCP" : "shared memory");

export function ours(processes: number, hosts: Hosts | null): Contender {
  return {
    ...{ name: "Cellstate", over: over(hosts), processes },
    run: (work) => {
      const rank = [process.execPath, built("./rank.js"), JSON.stringify(work)];
      return measuredBy([processes === 1 ? rank : [...mpirun(processes, hosts), ...rank]]);
    },
  };
}

const peer = (python: string, mode: string, { batches, steps }: Work) => [
  ...[python, PEER, mode, batches.join(","), String(steps)],
];

/** PyTorch in one process, or in several by gloo. */
export function ddp(python: string, processes: number, hosts: Hosts | null): Contender {
  let port = 29_500;
  return {
    ...{ name: processes === 1 ? "PyTorch" : "PyTorch DDP, gloo", over: over(hosts), processes },
    run: (work) => {
      if (processes === 1) return measuredBy([peer(python, "alone", work)]);
      port++;
      const ranks = Array.from({ length: processes }, (_, rank) => rank);
      const hostOf = (rank: number) => (rank < processes / 2 ? 0 : 1);
      const lines = ranks.map((rank) => [
        ...(hosts ? ["ip", "netns", "exec", hosts.names[hostOf(rank)]] : []),
        ...peer(python, "ddp", work),
      ]);
      return measuredBy(lines, (rank) => ({
        ...{ RANK: String(rank), WORLD_SIZE: String(processes), MASTER_PORT: String(port) },
        MASTER_ADDR: hosts ? hosts.addresses[0] : "127.0.0.1",
        GLOO_SOCKET_IFNAME: hosts ? hosts.interfaces[hostOf(rank)] : "lo",
      }));
    },
  };
}

/** PyTorch, its gradients added up by one Allreduce. */
export function mpi4py(python: string, processes: number, hosts: Hosts | null): Contender {
  return {
    ...{ name: "PyTorch, Allreduce of mpi4py", over: over(hosts), processes },
    run: (work) =>
      measuredBy([[...mpirun(processes, hosts), ...peer(python, "mpi4py", work)]], () => ({
        MPI4PY_MPIABI: "openmpi",
      })),
  };
}
