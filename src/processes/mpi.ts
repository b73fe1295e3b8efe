/**
 * Processes over MPI, by the library that is installed: Open MPI or MPICH (and what has its binary interface: Intel MPI,
 * MVAPICH). `koffi` calls it; both are found when they are asked for.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { textOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import type { Communicator } from "./communicator.js";
import { ProcessGroup } from "./group.js";
import { type Launch, launchOf, libraryName } from "./launch.js";

export type { Communicator } from "./communicator.js";

/** Options of `openMpi`. */
export interface MpiOptions {
  /** The MPI library's file. Default: that of the launcher, or the first that is found. */
  library?: string;
}

type Koffi = typeof import("koffi");
type Library = ReturnType<Koffi["load"]>;
type Handle = number | bigint;

/** What a library calls the things that every call names. */
interface Constants {
  /** How C passes a communicator and a datatype. */
  readonly handle: "int" | "void *";
  readonly world: Handle;
  readonly byte: Handle;
  readonly inPlace: bigint;
}

const OPEN_MPI = ["libmpi.so.40", "libmpi.so.80", "libmpi.40.dylib", "libmpi.80.dylib"];
const MPICH = ["libmpich.so.12", "libmpi.so.12", "libmpich.12.dylib", "libmpi.12.dylib", "msmpi.dll"];

/** Lengths in MPI are of C's int. */
const LONGEST = 2 ** 31 - 1;

/** All processes that were started together, until `close`. */
export interface MpiCommunicator extends Communicator {
  /** The MPI library's own name and version. */
  readonly library: string;
  /**
   * Threads that this process should compute with: its share of this host's cores, or those that the launcher has bound it
   * to.
   */
  readonly threads: number;
  /** Ends the work in common; every process calls it, and none of the others' functions after. */
  close(): void;
  /** Ends all processes at once, with this exit code. */
  abort(code: number): never;
}

class OpenMpi implements MpiCommunicator {
  readonly rank: number;
  readonly size: number;
  readonly library: string;
  readonly threads: number;
  private readonly call: Calls;
  isClosed = false;

  constructor(calls: Calls) {
    this.call = calls;
    calls.init(null, null);
    const [number, text, length] = [new Int32Array(1), new Uint8Array(8192), new Int32Array(1)];
    const { world } = calls.constants;
    calls.commRank(world, number);
    this.rank = number[0]!;
    calls.commSize(world, number);
    this.size = number[0]!;
    calls.version(text, length);
    this.library = libraryName(new TextDecoder().decode(text.subarray(0, length[0])));
    this.threads = Math.max(1, Math.floor(availableParallelism() / sharing(this)));
  }

  /** @throws Error for more than 2 GiB at once */
  allGather(blocks: Uint8Array, lengths: readonly number[]): void {
    const { world, byte, inPlace } = this.call.constants;
    const counts = countsOf(lengths, blocks);
    this.call.allGather(inPlace, 0, byte, blocks, counts, placesOf(counts), byte, world);
  }

  /** @throws Error for more than 2 GiB at once */
  exchange(
    send: Uint8Array,
    sendLengths: readonly number[],
    receive: Uint8Array,
    receiveLengths: readonly number[],
  ): void {
    const { world, byte } = this.call.constants;
    const [out, into] = [countsOf(sendLengths, send), countsOf(receiveLengths, receive)];
    this.call.exchange(send, out, placesOf(out), byte, receive, into, placesOf(into), byte, world);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.call.finalize();
  }

  abort(code: number): never {
    this.call.abort(this.call.constants.world, code);
    return process.exit(code);
  }
}

/** The functions of the library that are used here. */
interface Calls {
  readonly constants: Constants;
  init(argc: null, argv: null): number;
  commRank(world: Handle, out: Int32Array): number;
  commSize(world: Handle, out: Int32Array): number;
  version(out: Uint8Array, length: Int32Array): number;
  allGather(
    send: bigint,
    count: number,
    type: Handle,
    blocks: Uint8Array,
    counts: Int32Array,
    places: Int32Array,
    as: Handle,
    world: Handle,
  ): number;
  exchange(
    send: Uint8Array,
    sendCounts: Int32Array,
    sendPlaces: Int32Array,
    type: Handle,
    receive: Uint8Array,
    counts: Int32Array,
    places: Int32Array,
    as: Handle,
    world: Handle,
  ): number;
  finalize(): number;
  abort(world: Handle, code: number): number;
}

function countsOf(lengths: readonly number[], bytes: Uint8Array): Int32Array {
  const total = lengths.reduce((a, b) => a + b, 0);
  if (total > LONGEST) {
    throw new Error(
      `${total} bytes in one transfer: MPI takes ${LONGEST}. Use fewer words, units or rows a batch, or fewer processes.`,
    );
  }
  if (total > bytes.length) throw new RangeError(`${total} bytes do not fit into ${bytes.length}`);
  return Int32Array.from(lengths);
}

function placesOf(counts: Int32Array): Int32Array {
  const places = new Int32Array(counts.length);
  for (let i = 1; i < counts.length; i++) places[i] = places[i - 1]! + counts[i - 1]!;
  return places;
}

/**
 * Joins the processes that mpirun (mpiexec, srun) started together.
 * @throws InputError where `koffi` or an MPI library is missing, or where the library does not know of the other processes
 * @example const communicator = await openMpi(); await model.fit(x, y, { communicator }); communicator.close();
 */
export async function openMpi(options: MpiOptions = {}): Promise<MpiCommunicator> {
  knownOptions(options, ["library"], "openMpi");
  if (options.library !== undefined) textOf(options.library, "openMpi library");
  const launch = launchOf(process.env);
  leaveMemoryAlone();
  const koffi = await loadKoffi();
  const library = openLibrary(koffi, namesFor(launch, options));
  if (opened) return refuseClosed(opened);
  const communicator = new OpenMpi(callsOf(library));
  opened = communicator;
  if (launch && launch.size !== communicator.size) {
    throw inputError({
      expected: `the MPI library of the launcher, which started ${launch.size} processes`,
      where: "MPI",
      received: `${communicator.library}, which knows of ${communicator.size}`,
      next: "Start them with that library's own mpirun, or name the launcher's library in CELLSTATE_MPI_LIBRARY.",
    });
  }
  return communicator;
}

/**
 * UCX, over which many an MPI sends, replaces malloc and catches SIGSEGV, both of which programs other than C's do
 * themselves: Node ends by it now and then. Nothing of it is done where the environment does not ask for it.
 * @see https://github.com/openucx/ucx/issues/3831
 * @see https://github.com/openucx/ucx/issues/5061
 */
function leaveMemoryAlone(): void {
  process.env["UCX_MEM_EVENTS"] ??= "no";
  process.env["UCX_ERROR_SIGNALS"] ??= "SIGILL,SIGBUS,SIGFPE";
}

/** MPI begins once in a process, and ends once. */
let opened: OpenMpi | null = null;

function refuseClosed(communicator: OpenMpi): OpenMpi {
  if (!communicator.isClosed) return communicator;
  throw inputError({
    expected: "to be called before the processes' work in common is ended",
    where: "openMpi",
    received: "a second call, after close()",
    next: "MPI begins once in a process: close it at the end.",
  });
}

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import("koffi")).default as unknown as Koffi;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw inputError({
      expected: "the package koffi, which calls MPI",
      where: "MPI",
      received: "none",
      next: "Install it beside cellstate: npm install koffi",
    });
  }
}

function namesFor(launch: Launch | null, { library }: MpiOptions): readonly string[] {
  const named = library ?? process.env["CELLSTATE_MPI_LIBRARY"];
  if (named !== undefined) return [named];
  return launch?.mpi === "MPICH" ? [...MPICH, ...OPEN_MPI] : [...OPEN_MPI, ...MPICH];
}

function openLibrary(koffi: Koffi, names: readonly string[]): Library {
  for (const name of names) {
    try {
      // Open MPI's own plug-ins look its symbols up.
      const library = koffi.load(name, { global: true });
      library.symbol("MPI_Init");
      return library;
    } catch {}
  }
  throw inputError({
    expected: "an MPI library: Open MPI or MPICH",
    where: "MPI",
    received: `none of ${names.join(", ")}`,
    next: "Install it (Debian: openmpi-bin or mpich), or name its file in CELLSTATE_MPI_LIBRARY.",
  });
}

/** Open MPI has an object for each constant, MPICH a number. */
function constantsOf(library: Library): Constants {
  try {
    const world = library.symbol("ompi_mpi_comm_world") as bigint;
    return { handle: "void *", world, byte: library.symbol("ompi_mpi_byte") as bigint, inPlace: 1n };
  } catch {
    return { handle: "int", world: 0x44000000, byte: 0x4c00010d, inPlace: -1n };
  }
}

function callsOf(library: Library): Calls {
  const constants = constantsOf(library);
  const handle = constants.handle;
  const counts = "void *";
  const bytes = "void *";
  const func = (name: string, parameters: string[]) => library.func(name, "int", parameters);
  return {
    constants,
    init: func("MPI_Init", [bytes, bytes]),
    commRank: func("MPI_Comm_rank", [handle, bytes]),
    commSize: func("MPI_Comm_size", [handle, bytes]),
    version: func("MPI_Get_library_version", [bytes, bytes]),
    allGather: func("MPI_Allgatherv", [bytes, "int", handle, bytes, counts, counts, handle, handle]),
    exchange: func("MPI_Alltoallv", [bytes, counts, counts, handle, bytes, counts, counts, handle, handle]),
    finalize: func("MPI_Finalize", []),
    abort: func("MPI_Abort", [handle, "int"]),
  };
}

/**
 * How many of the processes have the cores of this one: those of its host, in a container those of its cores, and none beside it
 * where the launcher gave each cores of its own.
 */
function sharing(communicator: Communicator): number {
  const place = createHash("sha256")
    .update(`${hostname()} ${coresOf(process.platform)}`)
    .digest();
  const own = place.join();
  return new ProcessGroup(communicator).gather(place).filter((other) => other.join() === own).length;
}

/** The cores that this process may have, where the system names them: "0-3,8". */
function coresOf(platform: NodeJS.Platform): string {
  if (platform !== "linux") return "";
  try {
    return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}
