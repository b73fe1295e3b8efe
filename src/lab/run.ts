/** Runs an experiment: every chosen cell at every chosen lag, with settings that were chosen fairly, from several seeds. */

import { availableThreads } from "#workers";
import { listOf } from "../base/arguments.js";
import { inputError, knownOptions, oneOf, wholeNumber } from "../base/errors.js";
import { checkLongOptions, LONG_OPTIONS, type LongOptions } from "../base/progress.js";
import { ENGINES } from "../engines/engines.js";
import type { EngineChoice } from "../engines/registry.js";
import { checked, refuseIdleOptions } from "./asked.js";
import { CELL_NAMES, type CellName, USUAL_CELLS } from "./cells.js";
import { CHOOSING } from "./chosen.js";
import { chosenEntries, givenEntries, savedChoice, sweptEntries } from "./entries.js";
import type { Job } from "./learn.js";
import { type LabProgress, type Planned, Pool } from "./pool.js";
import { type LabEntry, type LabResult, type LabRun, type LabSettings, summarize } from "./result.js";
import { type Place, plannedSearch, search } from "./search.js";
import {
  type Choice,
  type GateStart,
  givenSetting,
  type Setting,
  SWEEP_NAMES,
  type SweepName,
} from "./setting.js";
import type { LabTask } from "./task.js";
import { taskNamed } from "./tasks/index.js";

/** Options of `runLab`; all may be left out. */
export interface LabOptions extends LongOptions<LabProgress> {
  /** Default "auto": the fastest there is. */
  engine?: EngineChoice;
  /**
   * Runs are made on so many threads at once, the caller's own not among them; on 1 (and in browsers) they are made one
   * after another where `runLab` was called. Default: the machine's. What comes out does not depend on it.
   */
  threads?: number;
  /** Default: the task's own; with `sweep`, the second of them. */
  lags?: readonly number[];
  /** Default: rnn, lstm and gru. */
  cells?: readonly CellName[];
  /** How many seeds, from `seed` on. Default 5. */
  seeds?: number;
  /** The first seed. Default 0. */
  seed?: number;
  /** U of the recurrent layer. Default: the task's own. */
  units?: number;
  /**
   * Chooses a setting for every cell at every lag, before the runs that are reported: learning rate, start of the
   * recurrent kernel and start of the gates, crossed, as many for every cell, on other seeds. Default false: settings
   * that were chosen so before.
   */
  search?: boolean;
  /** One value after another of one thing, at one lag, with all else as chosen (or given). Default: nothing. */
  sweep?: SweepName;
  /** Of Adam. With this or any of the next four, every cell gets Keras's defaults, but for what is given. */
  learningRate?: number;
  /** The recurrent kernel starts as so many times an orthogonal matrix; an IRNN's, so many times the identity. */
  gain?: number;
  /** How memory gates start: "keras", "chrono" or the bias itself. */
  gateStart?: GateStart;
  /** All gradients together are scaled down to this norm; null: they are not. */
  clipnorm?: number | null;
  /** Steps that gradients go back before they are cut off; null: all of them. */
  truncation?: number | null;
  /** Sequences a training step. Default: the task's own. */
  batchSize?: number;
  /** Training sequences a run may use. Default: the task's own. */
  sequences?: number;
  /** Ends the experiment after the current step; the result then holds the runs that were finished. */
  signal?: AbortSignal | undefined;
  /** Told after every check of a run, and at its end. */
  onProgress?: ((progress: LabProgress) => void) | undefined;
}

const DEFAULT_SEEDS = 5;

const LAB_OPTIONS = [
  ...["engine", "threads", "lags", "cells", "seeds", "seed", "units", "search", "sweep", "learningRate"],
  ...["gain", "gateStart", "clipnorm", "truncation", "batchSize", "sequences", ...LONG_OPTIONS],
];

/**
 * Runs an experiment: a network a cell, lag and seed, each trained until it solves the task or its sequences are used up.
 * Beside the settings chosen for each cell it shows Keras's defaults.
 * @param name one of `TASKS`
 * @throws InputError on options that make no experiment
 */
export async function runLab(name: string, options: LabOptions = {}): Promise<LabResult> {
  knownOptions(options, LAB_OPTIONS, "lab");
  checkLongOptions(options, "lab");
  return new Experiment(taskNamed(name), options).run();
}

/** The cells of such an experiment. @throws InputError on options that make none */
export function labCells(name: string, options: LabOptions): readonly CellName[] {
  knownOptions(options, LAB_OPTIONS, "lab");
  return new Experiment(taskNamed(name), options).cells;
}

class Experiment {
  private readonly settings: LabSettings;
  private readonly lags: number[];
  readonly cells: CellName[];
  private readonly given: Setting | null;
  private readonly sweep: SweepName | null;
  private readonly threads: number;

  constructor(
    private readonly task: LabTask,
    private readonly options: LabOptions,
  ) {
    const { lags } = task.defaults;
    const { sweep } = options;
    this.sweep = sweep === undefined ? null : checked("sweep", (where) => oneOf(sweep, SWEEP_NAMES, where));
    this.given = givenSetting(options);
    this.settings = settingsOf(task, options);
    const usual = this.sweep ? [lags[1] ?? lags[0]!] : lags;
    this.lags = checked("lags", (where) =>
      list(options.lags ?? usual, where).map((lag) => wholeNumber(lag, where, task.leastLag, 10_000)),
    );
    this.cells = checked("cells", (where) =>
      list(options.cells ?? USUAL_CELLS, where).map((cell) => oneOf(cell, CELL_NAMES, where)),
    );
    this.threads = within(options, "threads", availableThreads(), 1, 256);
    this.refuse();
  }

  /** @throws InputError for options that do not go together */
  private refuse(): void {
    const { search } = this.options;
    if (search !== undefined && typeof search !== "boolean") {
      throw inputError({ expected: "true or false", where: "lab search", received: search });
    }
    if (search && this.given) {
      const next = "A search tries its own settings: leave out what it chooses.";
      throw inputError({ expected: "search, or settings that are given, not both", where: "lab", next });
    }
    if (this.sweep && search) throw inputError({ expected: "sweep or search, not both", where: "lab" });
    if (this.sweep && this.lags.length !== 1) {
      const typed = { where: "--lags" };
      throw inputError({ expected: "one lag to sweep at", where: "lab lags", received: this.lags, typed });
    }
    refuseIdleOptions(this.task, this.options, this.cells, this.lags);
    const chosenOn: readonly number[] = CHOOSING.seeds;
    const both = this.settings.seeds.find((seed) => chosenOn.includes(seed));
    if (both !== undefined) {
      const next = "Settings were chosen on it: what it reports would be too good.";
      throw inputError({
        expected: `seeds other than ${chosenOn.join(", ")}`,
        where: "lab seed",
        received: both,
        next,
        typed: { where: "--seed" },
      });
    }
  }

  async run(): Promise<LabResult> {
    const { task, settings, lags, cells, sweep, threads, options } = this;
    const { units, batchSize, sequences, seeds } = settings;
    const computing = { engine: options.engine, threads: 1 };
    await ENGINES.ready(computing);
    const engine = ENGINES.createSynchronous(computing);
    const engineName = engine.name;
    engine.dispose();
    const places = lags.flatMap((lag) => cells.map((cell) => ({ cell, lag })));
    const planned = this.entries(places, (place) => savedChoice(task.name, place, options.search === true));
    const plan: Planned[] = [
      ...(options.search ? plannedSearch(places, sequences) : []),
      ...jobsOf(planned, seeds, sequences).map((job) => ({ ...job, choosing: false })),
    ];
    const { engine: choice, signal, onProgress } = options;
    const pool = new Pool(
      {
        ...{ task: task.name, sizes: { units, batchSize, sequences }, engine: choice, engineName },
        ...{ threads, signal, onProgress },
      },
      plan,
    );
    let made: (LabRun | undefined)[] = [];
    let entries: LabEntry[] = [];
    try {
      const choices = options.search ? await search(task.name, places, sequences, pool) : null;
      const choiceOf = ({ cell, lag }: Place) =>
        choices?.find((one) => one.cell === cell && one.lag === lag) ?? null;
      entries = options.search ? (choices ? this.entries(places, choiceOf) : []) : planned;
      made = await pool.make(jobsOf(entries, seeds, sequences));
    } finally {
      pool.close();
    }
    const { name, title, reads, asked, criterion, allowedWrong, source, measure = null } = task;
    const groups = entries.map((entry, k) => {
      const runs = made.slice(k * seeds.length, (k + 1) * seeds.length).filter((run) => run !== undefined);
      return { entry, runs };
    });
    const runs = groups.flatMap((group) => group.runs);
    return {
      task: { name, title, reads, asked, criterion, allowedWrong, measure, source },
      ...{ settings, lags, cells, sweep, runs, engine: engineName, threads },
      baselines: lags.flatMap((lag) =>
        Object.entries(task.baselines?.(lag) ?? {}).map(([name, loss]) => ({ lag, name, loss })),
      ),
      summary: groups.flatMap(({ entry, runs }) => (runs.length > 0 ? [summarize(entry, runs)] : [])),
      seconds: pool.seconds,
      complete: entries.length > 0 && runs.length === entries.length * seeds.length,
    };
  }

  private entries(places: readonly Place[], choiceOf: (place: Place) => Choice | null): LabEntry[] {
    const { task, given, sweep } = this;
    if (sweep)
      return places.flatMap((place) =>
        sweptEntries(place, sweep, task.sizes(place.lag).steps, given ?? choiceOf(place)?.setting),
      );
    return places.flatMap((place) =>
      given ? givenEntries(place, given) : chosenEntries(place, choiceOf(place)),
    );
  }
}

const jobsOf = (entries: readonly LabEntry[], seeds: readonly number[], budget: number): Job[] =>
  entries.flatMap(({ cell, lag, setting }) => seeds.map((seed) => ({ cell, lag, setting, seed, budget })));

function settingsOf({ defaults }: LabTask, options: LabOptions): LabSettings {
  const first = within(options, "seed", 0);
  const seeds = within(options, "seeds", DEFAULT_SEEDS, 1, 1000);
  return {
    units: within(options, "units", defaults.units, 1, 4096),
    batchSize: within(options, "batchSize", defaults.batchSize, 1, 65_536),
    sequences: within(options, "sequences", defaults.sequences, 1),
    seeds: Array.from({ length: seeds }, (_, k) => first + k),
    choosingSeeds: [...CHOOSING.seeds],
  };
}

/** An option that is a whole number, or its default. @throws InputError for any other */
const within = (
  options: LabOptions,
  name: "seed" | "seeds" | "units" | "batchSize" | "sequences" | "threads",
  usual: number,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): number => checked(name, (where) => wholeNumber(options[name] ?? usual, where, least, most));

/** @throws InputError for what is no list, an empty one, or one that names something twice */
function list<T>(values: readonly T[], where: string): readonly T[] {
  listOf(values, where);
  if (values.length > 0 && new Set(values).size === values.length) return values;
  throw inputError({ expected: "at least one, and each once", where, received: [...values] });
}
