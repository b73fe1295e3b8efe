/** What the prebuilt addons are looked at and tried with; whatever is not on this machine is said, for a test to skip. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Arena } from "../../../src/engines/arena.js";
import { encodeProgram } from "../../../src/engines/encode.js";
import { ReferenceEngine } from "../../../src/engines/reference.js";
import { CASES } from "../../contract/cases.js";
import { placeCase } from "../../contract/harness.js";
import { environment, ROOT } from "../projects.js";

/** Whether a program can be run here. */
export const has = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args.length > 0 ? args : ["--version"], { stdio: "ignore" }).status === 0;

/** What a program says that has to succeed. */
export function said(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...environment(), ...env },
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, `${program}: ${stderr}${stdout}${error ?? ""}`);
  return stdout;
}

/** Makes addons with the compilers that are here. */
export function makePrebuilds(folder: string, ...targets: string[]): void {
  said(process.execPath, [join(ROOT, "scripts", "prebuild.mjs"), ...targets, `--out=${folder}`]);
}

/** Of each function that a Linux addon takes from elsewhere, its version: "Base" for Node-API's. */
export function imports(addon: string, objdump: string): Map<string, string> {
  const lines = said(objdump, ["-T", addon]).matchAll(
    /\*UND\*\s+\S+\s+(?:\(?(GLIBC_[\d.]+|Base)\)?)?\s*(\w+)$/gm,
  );
  return new Map(Array.from(lines, ([, version, name]) => [name!, version ?? ""]));
}

/** The libraries that a Linux addon names. */
export const needed = (addon: string, objdump: string): string[] =>
  Array.from(said(objdump, ["-p", addon]).matchAll(/NEEDED\s+(\S+)/g), ([, name]) => name!);

/** What every glibc since 2.28 and every musl since 1.2 has, of what an addon could ask for. */
export const EVERYWHERE = [
  ...["calloc", "free", "memcpy", "memset", "memmove", "snprintf", "strerror"],
  ...["mmap", "munmap", "madvise", "clock_gettime", "sched_yield", "sigfillset"],
  ...["pthread_create", "pthread_join", "pthread_sigmask", "pthread_mutex_lock", "pthread_mutex_unlock"],
  ...["pthread_cond_wait", "pthread_cond_signal", "pthread_cond_broadcast"],
];

/** "GLIBC_2.17" → [2, 17]. */
const parts = (version: string) => version.slice("GLIBC_".length).split(".").map(Number);

/** The highest of some versions of glibc. */
export const highest = (versions: Iterable<string>): string =>
  [...versions]
    .filter((version) => version.startsWith("GLIBC_"))
    .reduce((a, b) => {
      const [[p = 0, q = 0], [r = 0, s = 0]] = [parts(a), parts(b)];
      return r > p || (r === p && s > q) ? b : a;
    });

export const below = (version: string, major: number, minor: number): boolean => {
  const [p = 0, q = 0] = parts(version);
  return p < major || (p === major && q <= minor);
};

/**
 * A program of many independent calls, one a task, the memory that it works on, and where in it buffers lie, as bounds in
 * bytes. Scratch is none of them: what kernels leave there may be addresses.
 */
export function manyTasks(): { program: Int32Array; memory: Uint8Array; buffers: [number, number][] } {
  const arena = new Arena(new ReferenceEngine());
  // Small ones of every kernel.
  const few = new Map(CASES.map((one) => [one.kernel, one]));
  const cases = [...few.values()].map((one) => placeCase(arena, one));
  const memory = new Uint8Array(arena.mark());
  for (const { placed } of cases) {
    for (const { at, values } of placed.values()) {
      memory.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    }
  }
  const buffers = cases.flatMap(({ placed }) =>
    [...placed].filter(([field]) => field !== "scratch").map(([, { at, values }]) => bounds(at, values)),
  );
  return { program: encodeProgram([cases.map(({ call }) => [call])]).words, memory, buffers };
}

const bounds = (at: number, values: ArrayBufferView): [number, number] => [at, at + values.byteLength];

/** The Node of another system, from the registry, kept in build/; null where it cannot be had. */
export function foreignNode(target: "linux-arm64" | "win-x64"): string | null {
  const version = process.versions.node;
  const folder = join(ROOT, "build", "nodes", `${target}-${version}`);
  const program = join(folder, "package", "bin", target.startsWith("win") ? "node.exe" : "node");
  if (existsSync(program)) return program;
  const script = `set -e; mkdir -p "${folder}"; cd "${folder}"; tar -xzf "$(npm pack --silent node-${target}@${version})"; rm -f *.tgz`;
  spawnSync("sh", ["-c", script], { stdio: "ignore", env: environment() });
  return existsSync(program) ? program : null;
}

/** A file of JSON. */
export const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
