/** What `bench:scale -- --simulate` says and draws. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scaleLinear } from "d3-scale";
import { Canvas } from "../../src/drawing/canvas.js";
import { svgText } from "../../src/drawing/given.js";
import { html, type Markup } from "../../src/drawing/markup.js";
import { axisBottom, plotArea, words } from "../../src/drawing/svg.js";
import { decades, type Line, lineLegend, logLines } from "../../src/explain/draw/log-lines.js";
import { type ScaleFile, type Series, stepsIn } from "./measured.js";
import {
  COUNTS,
  type Compute,
  computeOf,
  ETHERNETS,
  type Network,
  networkOf,
  paysUntil,
  predict,
} from "./simulation.js";

/** How rows are given to processes: a batch of so many, or so many for each. */
interface Way {
  label: string;
  rowsOf(processes: number): number;
}

const WAYS: readonly Way[] = [
  { label: "processes (a batch of 1,024 rows)", rowsOf: () => 1024 },
  { label: "processes (a batch of 8,192 rows)", rowsOf: () => 8192 },
  { label: "processes (64 rows for each)", rowsOf: (n) => 64 * n },
  { label: "processes (1,024 rows for each)", rowsOf: (n) => 1024 * n },
];

const least = (values: readonly number[]) => Math.min(...values);
const ours = ({ name }: Series) => name === "Cellstate";

/** Prints and draws how a step goes on from what was measured. */
export function simulate(file: ScaleFile): void {
  const alone = file.series.find((one) => ours(one) && one.processes === 1)!;
  const batches = Object.keys(alone.runs[0]!.steps).map(Number);
  const times = new Map(batches.map((batch) => [batch, least(stepsIn(alone, batch).ms)]));
  const compute = computeOf(times, 4 * file.params);
  const measured = networksIn(file);
  console.log(
    `\na shard of 16 rows ${compute.shardMs.toFixed(3)} ms, a step besides ${compute.fixedMs.toFixed(3)} ms`,
  );
  for (const { name, alphaMs, beta } of [...measured, ...ETHERNETS]) {
    console.log(`${name}: α ${(1000 * alphaMs).toFixed(1)} µs, β ${(beta / 1e6).toFixed(2)} GB/s`);
  }
  check(file, compute, measured, batches);
  const curves = WAYS.map((way) => ({
    way,
    lines: ETHERNETS.map((network) => ({ network, ms: curve(compute, network, way) })),
  }));
  for (const { way, lines } of curves) table(way, lines);
  writeFileSync(
    fileURLToPath(new URL("../../../docs/images/scale.svg", import.meta.url)),
    svgText(picture(file, compute, curves)),
  );
}

const curve = (compute: Compute, network: Network, { rowsOf }: Way) =>
  COUNTS.map((processes) => predict(compute, network, { rows: rowsOf(processes), processes }).total);

function networksIn({ series }: ScaleFile): Network[] {
  return (["shared memory", "TCP"] as const).flatMap((over) => {
    const pair = series.find((one) => ours(one) && one.over === over && one.processes === 2);
    if (!pair) return [];
    const best = pair.runs[0]!.transfers.map(({ bytes }, k) => ({
      bytes,
      exchangeMs: least(pair.runs.map(({ transfers }) => transfers[k]!.exchangeMs)),
    }));
    return [networkOf(over, 2, best)];
  });
}

/** How far the model is from what was measured. */
function check(
  { series, cores }: ScaleFile,
  compute: Compute,
  networks: readonly Network[],
  batches: readonly number[],
): void {
  console.log("\nmodel against what was measured: least milliseconds of a step");
  for (const one of series.filter(ours)) {
    const network = networks.find(({ name }) => name === one.over);
    if (!network) continue;
    for (const rows of batches) {
      const is = least(stepsIn(one, rows).ms);
      const said = predict(compute, network, {
        rows,
        processes: one.processes,
        cores: Math.min(cores, one.processes),
      });
      const error = (100 * (said.total - is)) / is;
      console.log(
        `  ${`${one.processes} over ${one.over}, ${rows} rows`.padEnd(34)}${is.toFixed(2).padStart(9)} measured${said.total.toFixed(2).padStart(9)} predicted${`${error > 0 ? "+" : ""}${error.toFixed(0)} %`.padStart(8)}`,
      );
    }
  }
}

function table({ label }: Way, lines: readonly { network: Network; ms: number[] }[]): void {
  console.log(`\n${label.padEnd(38)}${COUNTS.map((n) => String(n).padStart(9)).join("")}   pays until`);
  for (const { network, ms } of lines) {
    const until = label.includes("a batch") ? String(paysUntil(ms)) : "";
    console.log(`  ${network.name.padEnd(36)}${ms.map((t) => t.toFixed(2).padStart(9)).join("")}   ${until}`);
  }
}

const [WIDTH, HEIGHT] = [420, 250];
const KINDS = ["one", "two", "three"];

function panel(
  { way, lines }: { way: Way; lines: { network: Network; ms: number[] }[] },
  index: number,
): Markup {
  const plot = plotArea(WIDTH, HEIGHT, { left: 52, right: 24, top: 34, bottom: 44 });
  const x = scaleLinear([0, Math.log2(COUNTS.at(-1)!)], [plot.left, plot.right]);
  const drawn: Line[] = lines.map(({ network, ms }, k) => ({
    name: network.name,
    kind: KINDS[k]!,
    values: ms,
  }));
  const { y, axis } = decades(plot, drawn, "ms");
  return html`<g transform="translate(${(index % 2) * WIDTH} ${40 + Math.floor(index / 2) * HEIGHT})">${axis}
${axisBottom(plot, x, { ticks: COUNTS.map(Math.log2), format: (log) => String(Math.round(2 ** log)), label: way.label })}
${logLines(drawn, (k) => x(Math.log2(COUNTS[k]!)), y)}</g>`;
}

function picture(
  { machine }: ScaleFile,
  { shardMs }: Compute,
  curves: readonly { way: Way; lines: { network: Network; ms: number[] }[] }[],
): Markup {
  const described = curves.map(({ way, lines }) => {
    const each = lines.map(
      ({ network, ms }) => `${network.name}: ${ms.map((t) => t.toPrecision(3)).join(", ")}`,
    );
    return `${way.label}: ${each.join("; ")}`;
  });
  return new Canvas("scale").drawing(
    {
      title: "What a training step takes by the number of processes, as a model predicts",
      description: `Milliseconds of a step with ${COUNTS.join(", ")} processes. ${described.join(". ")}.`,
      width: 2 * WIDTH,
      height: 2 * HEIGHT + 40,
    },
    words(
      0,
      10,
      `Predicted, from ${shardMs.toFixed(2)} ms a shard of 16 rows on ${machine}, one thread a process`,
      "part-fact",
    ),
    lineLegend(
      ETHERNETS.map(({ name }, k) => ({ name, kind: KINDS[k]!, values: [] })),
      0,
      32,
    ),
    curves.map(panel),
  );
}
