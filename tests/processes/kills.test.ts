/** Training in several processes of which one is killed, or which are asked to stop: what was learned stands. */
import assert from "node:assert/strict";
import { type FSWatcher, watch } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { readCheckpoint } from "../../src/cli/checkpoints.js";
import { csv, reviews, small } from "../cli/data.js";
import { cellstate, type Outcome } from "../cli/run.js";
import { Dice } from "../files/mutate.js";
import { type Launcher, MPICH, OPEN_MPI, together } from "./mpirun.js";

/** `CELLSTATE_KILLS=20 node --test dist/tests/processes/kills.test.js` kills more often. */
const KILLS = Number(process.env["CELLSTATE_KILLS"] ?? 3);
/** So many steps that a run lasts, and checkpoints that kills fall into and between. */
const LONGER = ["--engine", "wasm", "--threads", "1", "--epochs", "20", "--patience", "20"];
/** As mpirun takes its time to pass a signal on, a run that hears of it has to last longer yet. */
const LONGEST = ["--epochs", "400", "--patience", "400"];
/** A run of 20 epochs tells of its checkpoint at least so often, twice a renewal. */
const RENEWALS = 36;

let folder = "";
/** What runs save that nobody interrupts: of `LONGER`, and with `LONGEST`. */
let whole: Uint8Array;
let wholeLongest: Uint8Array;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-kills-"));
  await writeFile(join(folder, "data.csv"), csv(reviews(300)));
  whole = await saved("whole.keras", []);
  wholeLongest = await saved("longest.keras", LONGEST);
});
after(() => rm(folder, { recursive: true }));

const train = (out: string, flags: readonly string[]) => [
  ...["train", "data.csv"],
  ...small(...LONGER, "--batch-size", "64", "--out", out, ...flags),
];
/** The file of a training in one process. */
async function saved(out: string, flags: readonly string[]): Promise<Uint8Array> {
  const { code, stderr } = await cellstate(train(out, flags), { cwd: folder });
  assert.equal(code, 0, stderr);
  return readFile(join(folder, out));
}
const keeping = (checkpoint: string) => [
  "--checkpoint",
  checkpoint,
  "--checkpoint-every",
  "0.001",
  "--resume",
];

/** Processes of a run, by their number. */
async function idsIn(ranks: string): Promise<number[]> {
  const names = (await readdir(ranks)).filter((name) => /^\d+$/.test(name));
  return Promise.all(names.sort().map(async (name) => Number(await readFile(join(ranks, name), "utf8"))));
}

/** Whether a process is there. */
function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

interface Interruption {
  launcher: Launcher;
  processes: number;
  out: string;
  checkpoint: string;
  /** Once the folder has told of the checkpoint so often … */
  renewals: number;
  /** … this is done to mpirun or to its processes. */
  act(mpirun: number, ranks: readonly number[]): void;
  flags?: readonly string[];
  /** Options of mpirun. */
  options?: readonly string[];
}

/**
 * Runs a training until its checkpoint was renewed a number of times, and on until it has ended, all its processes too.
 * `said`: by the first of them, of which mpirun may have dropped the end.
 */
async function interrupt(run: Interruption): Promise<Outcome & { said: string }> {
  const { launcher, processes, out, checkpoint, renewals, act, flags = [], options = [] } = run;
  const ranks = await mkdtemp(join(folder, "ranks-"));
  await mkdir(join(folder, checkpoint), { recursive: true });
  let watcher: FSWatcher | undefined;
  const outcome = await together(launcher, processes, train(out, [...keeping(checkpoint), ...flags]), {
    cwd: folder,
    env: { CELLSTATE_TEST_RANKS: ranks },
    options,
    onStart(child) {
      let seen = 0;
      watcher = watch(join(folder, checkpoint), (_event, file) => {
        if (file !== "checkpoint.cellstate" || seen++ !== renewals) return;
        void idsIn(ranks).then((ids) => act(child.pid!, ids));
      });
    },
  });
  watcher!.close();
  const ids = await idsIn(ranks);
  assert.equal(ids.length, processes);
  // The launcher may end a moment before those that it has ended.
  for (let tries = 0; ids.some(isAlive); tries++) {
    assert.ok(tries < 600, "no process is left behind");
    await wait(50);
  }
  return { ...outcome, said: await readFile(join(ranks, "0.said"), "utf8") };
}

/** Open MPI tells processes of a signal after so many seconds, and kills them after as many more. */
const PATIENT = ["-mca", "odls_base_sigkill_timeout", "2"];

for (const launcher of [OPEN_MPI, MPICH]) {
  const { skip, name } = launcher;
  describe(`training by mpirun of ${name} that does not come to its end`, { skip }, () => {
    const kills = name === "MPICH" ? Math.floor(KILLS / 2) : Math.ceil(KILLS / 2);
    test(`after each of ${kills} kills, others go on to the bits of one that was never interrupted`, async () => {
      const dice = new Dice(name === "MPICH" ? 2 : 1);
      for (let kill = 0; kill < kills; kill++) {
        const [checkpoint, out] = [`killed-${name}-${kill}`, `killed-${name}-${kill}.keras`];
        const processes = 2 + dice.roll(3);
        const victim = dice.roll(processes);
        const renewals = dice.roll(RENEWALS);
        const told = `kill ${kill}: process ${victim} of ${processes}`;
        const { code, signal, stderr } = await interrupt({
          ...{ launcher, processes, out, checkpoint, renewals },
          act: (_mpirun, ids) => void process.kill(ids[victim]!, "SIGKILL"),
        });
        assert.ok(code !== 0 || signal !== null, `${told}: the run has failed`);
        assert.doesNotMatch(stderr, /^Saved /m, told);
        const state = await readCheckpoint(join(folder, checkpoint));
        // Before the first checkpoint there is nothing to lose.
        if (renewals > 2)
          assert.ok(state!.optimizer.iterations > 0, `${told}: a checkpoint is left, and whole`);
        // The others, too, are one, two, three or four.
        const others = 1 + ((processes + dice.roll(3)) % 4);
        const args = train(out, keeping(checkpoint));
        const resumed =
          others === 1
            ? await cellstate(args, { cwd: folder })
            : await together(launcher, others, args, { cwd: folder });
        assert.equal(resumed.code, 0, `${told}: ${resumed.stderr}`);
        assert.ok((await readFile(join(folder, out))).equals(whole), `${told}, resumed by ${others}`);
      }
    });

    // Both are heard alike: each launcher passes on one of them, and both where there is time.
    const own = name === "MPICH" ? "SIGTERM" : "SIGINT";
    for (const signal of KILLS > 3 ? (["SIGINT", "SIGTERM"] as const) : ([own] as const)) {
      test(`${signal} to mpirun: all stop after the same step, and the checkpoint goes on`, async () => {
        const [checkpoint, out] = [`asked-${name}-${signal}`, `asked-${name}-${signal}.keras`];
        const { code, stderr, said } = await interrupt({
          ...{ launcher, processes: 2, out, checkpoint, renewals: 12 },
          ...{ flags: LONGEST, options: launcher === OPEN_MPI ? PATIENT : [] },
          act: (mpirun) => void process.kill(mpirun, signal),
        });
        // Every process ends with 130; Open MPI's mpirun makes 1 of it, and MPICH's, asked early, at times 0.
        assert.ok((name === "MPICH" ? [0, 130] : [1]).includes(code!), `${code}: ${stderr}`);
        assert.match(said, /Stopping after this step/);
        assert.doesNotMatch(stderr, /^cellstate: /m);
        const resumed = await saved(out, [...LONGEST, "--checkpoint", checkpoint, "--resume"]);
        assert.ok(Buffer.from(resumed).equals(wholeLongest));
      });
    }
  });
}
