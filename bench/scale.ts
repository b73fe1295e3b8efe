/**
 * npm run bench:scale: a training step against the number of processes, over shared memory and, as root, over TCP between
 * two network namespaces; beside PyTorch where `--python` names a Python that has it. Every round starts each contender once.
 * `-- --simulate` goes on from there to more processes and other networks (bench/scale/simulation.ts).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Hosts, noHosts } from "../tests/processes/hosts.js";
import { OPEN_MPI } from "../tests/processes/mpirun.js";
import { network } from "./contenders.js";
import { type Contender, ddp, mpi4py, ours } from "./scale/contenders.js";
import { median, type ScaleFile, type Series, stepsIn } from "./scale/measured.js";
import { simulate } from "./scale/tables.js";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "12" },
    processes: { type: "string", default: "1,2,4" },
    batches: { type: "string", default: "64,256,1024" },
    python: { type: "string" },
    simulate: { type: "boolean", default: false },
    /** Figures of an earlier run, in place of measuring. */
    from: { type: "string" },
  },
});
const KEPT = fileURLToPath(new URL("../../build/scale/measured.json", import.meta.url));
const numbers = (list: string) => list.split(",").map(Number);
const work = { batches: numbers(flags.batches), steps: Number(flags.steps) };

function contenders(hosts: Hosts | null): Contender[] {
  const { python } = flags;
  return numbers(flags.processes).flatMap((processes) =>
    [null, ...(hosts && processes > 1 ? [hosts] : [])].flatMap((on) => [
      ours(processes, on),
      ...(python ? [ddp(python, processes, on)] : []),
      ...(python && processes > 1 ? [mpi4py(python, processes, on)] : []),
    ]),
  );
}

/** Every round runs each once. What does not run here is named, and left out of what is printed. */
async function runAll(all: readonly Contender[]): Promise<Series[]> {
  const series: Series[] = all.map(({ name, over, processes }) => ({ name, over, processes, runs: [] }));
  const gone = new Set<Contender>();
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [i, contender] of all.entries()) {
      if (gone.has(contender)) continue;
      try {
        series[i]!.runs.push(await contender.run(work));
      } catch (error) {
        gone.add(contender);
        const { name, processes, over } = contender;
        console.error(
          `not here: ${name}, ${processes} over ${over}: ${(error as Error).message.slice(0, 2000)}`,
        );
      }
    }
    console.error(`${round + 1} of ${flags.rounds} rounds`);
  }
  return series.filter(({ runs }) => runs.length > 0);
}

async function measure(): Promise<ScaleFile> {
  if (OPEN_MPI.skip) throw new Error(OPEN_MPI.skip);
  const none = noHosts();
  if (none) console.error(`not over TCP: ${none}`);
  const hosts = none ? null : new Hosts();
  try {
    const series = await runAll(contenders(hosts));
    const model = network(
      { what: "train", batch: 16, inputs: 16, units: 32 },
      { engine: "auto", threads: 1 },
    );
    const params = model.countParams();
    model.dispose();
    const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`;
    return { machine, cores: availableParallelism(), params, series };
  } finally {
    hosts?.close();
  }
}

function print({ machine, cores, series }: ScaleFile): void {
  console.log(machine);
  for (const batch of work.batches) {
    console.log(`\nstep of ${batch} rows${" ".repeat(38)}median     least  speed-up   transfers   received`);
    for (const one of series) {
      const { ms, transferMs, received } = stepsIn(one, batch);
      if (ms.length === 0) continue;
      const alone = series.find(
        ({ name, processes }) =>
          processes === 1 && name.split(",")[0]!.split(" ")[0] === one.name.split(",")[0]!.split(" ")[0],
      );
      const base = alone && Math.min(...stepsIn(alone, batch).ms);
      const least = Math.min(...ms);
      const own = transferMs.some((time) => time > 0);
      const share = median(transferMs.map((time, i) => time / ms[i]!));
      console.log(
        [
          `  ${one.name}, ${one.processes} over ${one.over}${one.processes > cores ? " (more than cores)" : ""}`.padEnd(
            54,
          ),
          `${median(ms).toFixed(2).padStart(10)}${least.toFixed(2).padStart(10)}`,
          `${base ? `${(base / least).toFixed(2)}×` : ""}`.padStart(10),
          own
            ? `${(100 * share).toFixed(0)} %`.padStart(12) + `${(received / 1000).toFixed(0)} kB`.padStart(11)
            : "",
        ].join(""),
      );
    }
  }
  console.log(
    "\nmilliseconds; speed-up by the least, against one process; transfers: median share of a step, waiting included",
  );
}

if (flags.from === undefined) {
  const measured = await measure();
  mkdirSync(dirname(KEPT), { recursive: true });
  writeFileSync(KEPT, JSON.stringify(measured));
}
const file = JSON.parse(readFileSync(flags.from ?? KEPT, "utf8")) as ScaleFile;
print(file);
if (flags.simulate) simulate(file);
