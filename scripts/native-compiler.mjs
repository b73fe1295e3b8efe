// Compiles the native addon by calling the C compiler itself: gcc or clang, for this machine (scripts/build-native.mjs) or,
// with cross compilers, for others (scripts/prebuild.mjs). The kernels are compiled once for each instruction set, their
// names told apart by a suffix (native/generated/*.h); the addon chooses at run time.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkedBuild, kernelSources, renameSource, writeIfChanged } from "./kernel-sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Fused multiply-add only where the source says so: the same bits on every machine. Of what -O3 has over -O2, loops of a
 * few rounds written out are what is felt (a third of predicting one row); the rest makes half as much code again.
 */
const FLAGS = [
  ...[
    "-O2",
    "-fpeel-loops",
    "-std=gnu11",
    "-fvisibility=hidden",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
  ],
  ...["-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Wno-unused-parameter"],
  ...["-Ikernels", "-Inative", ...(checkedBuild ? ["-DKERNELS_CHECKED"] : [])],
];

const AVX2 = ["-mavx2", "-mfma"];
const AVX512 = ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mprefer-vector-width=512"];
const VARIANTS = {
  plain: [],
  avx2: AVX2,
  avx512: [...AVX2, ...AVX512],
};
/** Without AVX2, WebAssembly's four lanes are faster than plain C: that build is made for tests on this machine. */
const variantsOf = (arch, portable) =>
  arch === "x64" ? Object.keys(VARIANTS).filter((name) => !portable || name !== "plain") : ["plain"];

/** What an operating system's compilers are told besides. */
const SYSTEMS = {
  linux: { compile: ["-fPIC"], link: ["-shared", "-lpthread"] },
  darwin: {
    compile: ["-fPIC", "-mmacosx-version-min=11.0"],
    link: ["-bundle", "-undefined", "dynamic_lookup", "-mmacosx-version-min=11.0"],
  },
  win32: {
    // GCC takes the stack to be aligned for AVX where Windows does not align it (GCC's bug 54412).
    compile: ["-Wa,-muse-unaligned-vector-move"],
    link: ["-shared", "-static-libgcc"],
  },
};
const POSIX = { compile: ["-fPIC"], link: ["-shared", "-lpthread"] };

/**
 * For other machines than this one: any Linux since glibc 2.28, and musl. Of the C library only what all of them have, by
 * its oldest version (native/system.h), and nothing of this one's start-up files.
 */
const PORTABLE = {
  linux: ["-nostartfiles", "-s", "-Wl,--gc-sections"],
  win32: ["-s", "-Wl,--gc-sections", "-Wl,--no-insert-timestamp"],
};

/** The first of some programs that is on the path, or null. */
export function onPath(...names) {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const endings = process.platform === "win32" ? [".exe", ""] : [""];
  for (const name of names) {
    if (name.includes("/") && existsSync(name)) return name;
    for (const ending of endings) {
      const folder = folders.find((folder) => existsSync(join(folder, name + ending)));
      if (folder) return join(folder, name + ending);
    }
  }
  return null;
}

/**
 * The C compiler, and what it is always given, as `CC` words them for make: "clang", "ccache gcc", a path with blanks in it.
 * @returns {string[] | null} null where there is none
 */
export function compilerOf(CC) {
  const compiler = CC ? onPath(CC) : onPath("cc", "gcc", "clang");
  if (compiler) return [compiler];
  const [name, ...given] = CC?.trim().split(/\s+/) ?? [];
  const program = name && onPath(name);
  return program ? [program, ...given] : null;
}

/** The headers of Node-API: those of the package node-api-headers, or those that came with this Node; null without. */
export function headers() {
  const candidates = [join(dirname(dirname(process.execPath)), "include", "node")];
  try {
    candidates.unshift(createRequire(import.meta.url).resolve("node-api-headers/include/node_api.h"));
    candidates[0] = dirname(candidates[0]);
  } catch {}
  return candidates.find((folder) => existsSync(join(folder, "node_api.h"))) ?? null;
}

/** Everything that an addon is made of, for scripts/fingerprint.mjs. */
export const SOURCES = [
  ...["kernels", "native", "scripts/kernel-sources.mjs", "scripts/native-compiler.mjs"],
];

/** @throws Error with what the program said, where it fails */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) return resolve(said);
      reject(
        Object.assign(new Error(`${program} ended with ${status}`), { log: `${args.join(" ")}\n${said}` }),
      );
    });
  });
}

/** Runs functions, as many at once as there are processors. */
async function together(work) {
  const waiting = [...work];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** What all objects hang on besides their own source and flags: the compiler, by whichever name, and the headers. */
function commonHash([compiler, ...given]) {
  const said = spawnSync(compiler, [...given, "--version"], { encoding: "utf8" }).stdout ?? "";
  const named = [realpathSync(compiler), ...given].join("\0");
  const hash = createHash("sha256").update(`${named}\0${said.replace(/^\S+/, "")}`);
  for (const folder of ["kernels", "native"]) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (name.endsWith(".h")) hash.update(`\0${name}\0`).update(readFileSync(join(root, folder, name)));
    }
  }
  return hash.digest("hex");
}

/** The objects of a build, each named by what it comes from: what has not changed is not compiled again. */
function plan({ compiler, platform, arch, portable, folder }) {
  const common = [...FLAGS, ...(SYSTEMS[platform] ?? POSIX).compile];
  const hash = commonHash(compiler);
  const object = (name, source, flags) => {
    const key = createHash("sha256").update(`${hash}\0${source}\0${[...common, ...flags].join("\0")}\0`);
    for (const file of flags.includes("-include") ? [source, flags[1]] : [source]) {
      key.update(readFileSync(join(root, file)));
    }
    const out = join(folder, `${name}.${key.digest("hex").slice(0, 16)}.o`);
    return { name, out, args: [...common, ...flags, "-c", source, "-o", `${out}.new`] };
  };
  const kernels = variantsOf(arch, portable).flatMap((variant) =>
    kernelSources().map((source) => {
      const flags = ["-include", `native/generated/${variant}.h`, ...VARIANTS[variant]];
      return object(`${source.slice("kernels/".length, -2)}-${variant}`, source, flags);
    }),
  );
  // Atomics as calls would ask the C library which processor this is.
  const own = portable ? ["-DPORTABLE", ...(arch === "arm64" ? ["-mno-outline-atomics"] : [])] : [];
  const glue = ["addon", "pool", ...(platform === "win32" ? ["host_windows"] : [])].map((name) =>
    object(portable ? `${name}-portable` : name, `native/${name}.c`, [...own, "-isystem", headers()]),
  );
  return [...glue, ...kernels];
}

/** Compiles what is not there, and removes what those objects were before. */
async function compileObjects([compiler, ...given], folder, objects) {
  mkdirSync(folder, { recursive: true });
  const wanted = new Map(objects.map(({ name, out }) => [name, out]));
  for (const file of readdirSync(folder)) {
    const present = wanted.get(file.split(".")[0]);
    if (present !== undefined && present !== join(folder, file)) rmSync(join(folder, file), { force: true });
  }
  const missing = objects.filter((object) => !existsSync(object.out));
  await together(
    missing.map((object) => async () => {
      await run(compiler, [...given, ...object.args]);
      renameSync(`${object.out}.new`, object.out);
    }),
  );
}

/** What Windows' programs give to addons, as a library to link with; loaded when it is first called. */
async function hostLibrary(tool, folder) {
  const out = join(folder, "libhost.a");
  const def = createRequire(import.meta.url)("node-api-headers").def_paths.node_api_def;
  const both = join(folder, "host.def");
  const names = readFileSync(def, "utf8") + readFileSync(def.replace("node_api", "js_native_api"), "utf8");
  writeFileSync(
    both,
    `LIBRARY node.exe\nEXPORTS\n${[...new Set(names.match(/^n(?:api|ode)_\w+$/gm))].join("\n")}\n`,
  );
  await run(tool, ["-d", both, "-D", "node.exe", "-y", out]);
  return [out, "-ldelayimp"];
}

/**
 * Compiles the addon.
 * @param out the file it becomes
 * @param compiler the C compiler's path, and what it is always given
 * @param folder where objects are kept, of this target alone
 * @param portable for other machines than this one
 * @throws Error whose `log` is what the compiler said
 */
export async function compileAddon({ out, compiler, folder, platform, arch, portable = false, dlltool }) {
  for (const variant of variantsOf(arch, portable)) {
    writeIfChanged(join(root, "native", "generated", `${variant}.h`), renameSource(variant));
  }
  const objects = plan({ compiler, platform, arch, portable, folder });
  await compileObjects(compiler, folder, objects);
  const { link } = SYSTEMS[platform] ?? POSIX;
  const host = platform === "win32" ? await hostLibrary(dlltool, folder) : [];
  const portableLink = portable ? PORTABLE[platform] : [];
  mkdirSync(dirname(out), { recursive: true });
  const [program, ...given] = compiler;
  await run(program, [
    ...given,
    ...objects.map(({ out }) => out),
    ...host,
    ...link,
    ...portableLink,
    "-o",
    `${out}.new`,
  ]);
  // Renamed into place: a process may have the present file mapped.
  renameSync(`${out}.new`, out);
}
