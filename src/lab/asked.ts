/** What is asked of `runLab` and cannot be, named as the caller has it: `lab gain`, or `--gain` on the command line. */
import { InputError, inputError } from "../base/errors.js";
import { type CellName, cellOf } from "./cells.js";
import { type GivenSetting, SWEEPS, type SweepName } from "./setting.js";
import type { LabTask } from "./task.js";

/** Those that the command line calls otherwise. */
const FLAGS: Readonly<Record<string, string>> = { gateStart: "--gates" };
const flagOf = (name: string) =>
  FLAGS[name] ?? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Makes a check of an option; on the command line its complaint names the flag. @throws InputError as the check does */
export function checked<T>(name: string, check: (where: string) => T): T {
  const where = `lab ${name}`;
  try {
    return check(where);
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(where))
      error.typed ??= `${flagOf(name)}${error.message.slice(where.length)}`;
    throw error;
  }
}

/** @throws InputError for an option that would change nothing */
export function refuseIdleOptions(
  task: LabTask,
  options: GivenSetting & { sweep?: SweepName },
  cells: readonly CellName[],
  lags: readonly number[],
): void {
  const { sweep, gateStart, truncation } = options;
  const refuse = (name: string, why: string) => {
    throw inputError({
      expected: `to be left out ${why}, where it has no effect`,
      where: `lab ${name}`,
      typed: { where: flagOf(name) },
    });
  };
  const swept = sweep && SWEEPS[sweep].key;
  if (swept && options[swept] !== undefined) refuse(swept, "beside a sweep of the same");
  if (gateStart !== undefined) {
    const gates = cells.flatMap((cell) => cellOf(cell).gates ?? []);
    if (gates.length === 0) refuse("gateStart", "where no cell has memory gates");
    if (typeof gateStart === "number" && gates.every(({ keep }) => keep === undefined))
      refuse("gateStart", "as a number where no cell has a forget gate");
  }
  const most = Math.max(...lags.map((lag) => task.sizes(lag).steps));
  if (typeof truncation === "number" && truncation >= most)
    refuse("truncation", `where no sequence has more than ${most} steps`);
}
