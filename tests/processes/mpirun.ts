/** The command line in several processes, as mpirun starts them. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../cli/run.js";

/** One process of the command line. */
export const RANK = fileURLToPath(new URL("./rank.js", import.meta.url));

/** An mpirun that is installed. */
export interface Launcher {
  readonly name: "Open MPI" | "MPICH";
  /** Its file; null where there is none. */
  readonly program: string | null;
  /** What a test of it says where it is skipped. */
  readonly skip: string | false;
  /** Options that let it start more processes than there are cores, whoever asks. */
  readonly options: readonly string[];
}

const launcher = (
  name: Launcher["name"],
  programs: readonly string[],
  version: RegExp,
  options: readonly string[],
): Launcher => {
  const program =
    programs.find((file) =>
      version.test(spawnSync(file, ["--version"], { encoding: "utf8" }).stdout ?? ""),
    ) ?? null;
  return { name, program, options, skip: program === null && `no mpirun of ${name} is installed` };
};

export const OPEN_MPI = launcher("Open MPI", ["mpirun.openmpi", "mpirun"], /Open MPI/, [
  "--allow-run-as-root",
  "--oversubscribe",
  // Who waits lets others have the core: there may be fewer of them than processes.
  ...["-mca", "mpi_yield_when_idle", "1"],
]);
export const MPICH = launcher("MPICH", ["mpirun.mpich", "mpiexec.hydra", "mpirun"], /HYDRA/, []);

export interface TogetherOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Options of mpirun besides those that every run has. */
  options?: readonly string[];
  /** Program and arguments in front of mpirun. */
  inside?: readonly string[];
  onStart?(mpirun: ChildProcess): void;
}

/** A run that hangs is ended after so long. */
const LONGEST_MS = 600_000;

/** Runs `cellstate ARGS` in so many processes. */
export function together(
  { program, options }: Launcher,
  processes: number,
  args: readonly string[],
  { cwd, env, options: own = [], inside = [], onStart }: TogetherOptions,
): Promise<Outcome> {
  const line = [...inside, program!, ...options, ...own, "-n", String(processes), process.execPath, RANK];
  const child = spawn(line[0]!, [...line.slice(1), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), LONGEST_MS);
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
}
