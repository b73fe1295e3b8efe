/** How far back can a cell remember? The classic long-memory experiments, learned here and now, a cell in each worker. */
import { signal } from "@preact/signals";
import { createLab, type LabFacts, type LabProgress, type LabShown } from "cellstate/worker";
import { useEffect } from "preact/hooks";
import { download } from "../parts/files.js";
import { type Line, Lines } from "../parts/lines.js";
import { Problem } from "../parts/problem.js";
import { Progress } from "../parts/progress.js";
import { Table } from "../parts/table.js";
import { routed } from "../state/route.js";
import { count } from "../state/words.js";
import "./lab.css";

type CellName = LabFacts["cells"][number]["name"];

/** Small enough for a first answer within a minute; what the papers ran is a click away. */
const FIRST = { task: "latch", cells: "rnn,lstm,gru", lags: "10,30", seeds: "2", sequences: "10000" };

const asked = {
  task: routed("task", FIRST.task),
  cells: routed("cells", FIRST.cells),
  lags: routed("lags", FIRST.lags),
  seeds: routed("seeds", FIRST.seeds),
  sequences: routed("sequences", FIRST.sequences),
};

const lab = createLab();
const facts = signal<LabFacts | null>(null);
const problem = signal<Error | null>(null);
/** The experiment that runs, and how far it is. */
const running = signal<AbortController | null>(null);
const far = signal<LabProgress | null>(null);
/** By cell and lag: what was noted while the first run there learned, and which run that is. */
const firstOf = new Map<string, string>();
const curves = signal<ReadonlyMap<string, Line>>(new Map());
const shown = signal<LabShown | null>(null);

const numbersOf = (text: string) =>
  text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
const list = (text: string) => text.split(",").filter(Boolean);

async function start(): Promise<void> {
  const controller = new AbortController();
  running.value = controller;
  problem.value = null;
  shown.value = null;
  far.value = null;
  firstOf.clear();
  curves.value = new Map();
  try {
    const result = await lab.run(asked.task.peek(), {
      lags: numbersOf(asked.lags.peek()),
      cells: list(asked.cells.peek()) as CellName[],
      seeds: Number(asked.seeds.peek()),
      sequences: Number(asked.sequences.peek()),
      signal: controller.signal,
      onProgress: note,
    });
    shown.value = result.runs.length > 0 ? await lab.show(result) : null;
  } catch (error) {
    problem.value = error as Error;
  } finally {
    running.value = null;
  }
}

function note(progress: LabProgress): void {
  far.value = progress;
  const { cell, lag, seed, setting, sequences, right } = progress;
  // The runs with the settings that were chosen for the cell, of the first seed: a line each.
  const name = `${titleOf(cell)}, lag ${lag}`;
  const known = curves.peek().get(name);
  const key = `${seed} ${JSON.stringify(setting)}`;
  const first = firstOf.get(name) ?? key;
  if (!known) firstOf.set(name, key);
  if (first !== key) return;
  const points = [...(known?.points ?? []), [sequences, right] as const];
  curves.value = new Map(curves.peek()).set(name, { name, points });
}

const titleOf = (cell: CellName) => facts.peek()?.cells.find(({ name }) => name === cell)?.title ?? cell;

export function View() {
  useEffect(() => {
    if (facts.peek()) return;
    lab.facts().then(
      (found) => void (facts.value = found),
      (error: Error) => void (problem.value = error),
    );
  }, []);
  const { tasks = [], cells = [] } = facts.value ?? {};
  const task = tasks.find(({ name }) => name === asked.task.value);
  const isRunning = running.value !== null;
  return (
    <>
      <header class="stack">
        <h2>How far back can a cell remember?</h2>
        <p>
          A sequence begins with something that matters, goes on with noise for as many steps as the lag says,
          and then asks for it. Each cell learns the same sequences from fresh weights, here in this page.
        </p>
      </header>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <div class="row">
          <label class="field">
            Experiment
            <select
              value={asked.task.value}
              disabled={isRunning}
              onChange={({ currentTarget }) => {
                asked.task.value = currentTarget.value;
                const defaults = tasks.find(({ name }) => name === currentTarget.value)?.defaults;
                if (!defaults) return;
                asked.lags.value = defaults.lags.slice(0, 2).join(",");
                asked.sequences.value = String(Math.min(defaults.sequences, 20_000));
              }}
            >
              {tasks.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <Field name="Lags (steps)" value={asked.lags} disabled={isRunning} />
          <Field name="Seeds" value={asked.seeds} disabled={isRunning} />
          <Field name="Most sequences a run" value={asked.sequences} disabled={isRunning} />
        </div>
        <fieldset class="row" disabled={isRunning}>
          <legend>Cells</legend>
          {cells.map(({ name, title }) => (
            <label key={name} class="check">
              <input
                type="checkbox"
                checked={list(asked.cells.value).includes(name)}
                onChange={({ currentTarget }) => {
                  const chosen = list(asked.cells.value).filter((one) => one !== name);
                  asked.cells.value = [...chosen, ...(currentTarget.checked ? [name] : [])].join(",");
                }}
              />
              {title}
            </label>
          ))}
        </fieldset>
        {task && (
          <p class="quiet">
            Each sequence: {task.reads}. Asked: {task.asked}. Right when: {task.criterion}. From{" "}
            {task.source.paper}; there: {task.source.settings} Up to {count(task.defaults.sequences)}{" "}
            sequences a run are the lab's own.
          </p>
        )}
        <div class="row">
          {isRunning ? (
            <button type="button" onClick={() => running.peek()?.abort()}>
              Stop
            </button>
          ) : (
            <button type="submit" class="main" disabled={!facts.value}>
              Run the experiment
            </button>
          )}
          {shown.value && (
            <button type="button" onClick={() => download("lab.html", shown.peek()!.page, "text/html")}>
              Save as a page
            </button>
          )}
        </div>
        {problem.value && <Problem error={problem.value} />}
        {isRunning && (
          <Progress
            of={{
              phase: far.value ? `${titleOf(far.value.cell)} at lag ${far.value.lag}` : "preparing",
              done: far.value?.done ?? 0,
              total: far.value?.total ?? null,
              seconds: far.value?.seconds ?? 0,
            }}
          />
        )}
      </form>
      {curves.value.size > 0 && (
        <Lines
          title="While they learn"
          says="Share of 256 unseen sequences that are right, of each cell's first run at each lag. A cell that remembers climbs; one that forgets stays where guessing gets it."
          xName="training sequences"
          yName="share right"
          yRange={[0, 1]}
          lines={[...curves.value.values()]}
        />
      )}
      {shown.value && <Result shown={shown.value} />}
    </>
  );
}

function Field({ name, value, disabled }: { name: string; value: { value: string }; disabled: boolean }) {
  return (
    <label class="field short">
      {name}
      <input
        type="text"
        inputMode="numeric"
        value={value.value}
        disabled={disabled}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
      />
    </label>
  );
}

function Result({ shown: { chart, table, words, measure } }: { shown: LabShown }) {
  return (
    <section class="stack" aria-label="Results">
      <h2>What came of it</h2>
      <p class="quiet">
        {measure}. A dot is a run, a line the mean of the runs with settings chosen for the cell beforehand;
        thin lines have Keras's defaults.
      </p>
      <div class="picture scroll" dangerouslySetInnerHTML={{ __html: chart }} />
      {words.map((text) => (
        <p key={text} class="quiet">
          {text}
        </p>
      ))}
      <Table caption="Every cell, lag and setting" headers={table.headers} rows={table.rows} words={[1, 2]} />
    </section>
  );
}
