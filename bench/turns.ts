/**
 * npm run bench:turns [-- --rounds 5]: what is long in the library, called on the thread of a page in Chromium, on the SMS messages
 * of examples/data: how long a call takes, how many tasks of the thread it fell into and the longest of them, by the clock and
 * by processor time; of each the least of the rounds.
 */
import { parseArgs } from "node:util";
import { findChromium } from "../tests/browser/chromium.js";
import { type Called, turnsIn } from "../tests/browser/turns.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const chromium = findChromium();
if (chromium === null) throw new Error("no Chromium here: CHROMIUM=/path/to/chromium names one");

const rounds: Called[][] = [];
const long: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const turns = await turnsIn(chromium);
  rounds.push(turns.calls);
  long.push(turns.long.length);
}

const least = (of: (called: Called) => number, i: number): string =>
  Math.min(...rounds.map((calls) => of(calls[i]!))).toFixed(0);
const longest = (by: "wall" | "processor") => (called: Called) =>
  Math.max(...called.tasks.map((task) => task[by]));

const table = rounds[0]!.map(({ name }, i) => [
  name,
  least(({ milliseconds }) => milliseconds, i),
  least(({ tasks }) => tasks.length, i),
  least(longest("wall"), i),
  least(longest("processor"), i),
]);
console.log("| call | ms | tasks | longest, ms | its processor time, ms |\n| --- | --- | --- | --- | --- |");
for (const row of table) console.log(`| ${row.join(" | ")} |`);
console.log(`\ntasks of 50 ms and more: ${Math.min(...long)} at the least, ${Math.max(...long)} at the most`);
