/** Where recordings go, and what stands in which column of them. */
import type { UnitPart } from "../../explain/units/parts.js";
import type { RecordedText, UnitSignal } from "../../explain/units/walk.js";

/** Nothing is there until all is. */
export interface UnitSink {
  write(text: RecordedText): void;
  close(): void;
  abandon(): void;
}

/** The units of a part of a layer, side by side. */
export interface UnitBlock {
  layer: string;
  part: UnitPart;
  units: number;
  /** Which column is the first. */
  from: number;
}

/** What the numbers at a word are. */
export interface UnitColumns {
  /** S */
  columns: number;
  blocks: readonly UnitBlock[];
}

export function columnsOf(signals: readonly UnitSignal[]): UnitColumns {
  const blocks: UnitBlock[] = [];
  for (const [from, { layer, part, unit }] of signals.entries()) {
    if (unit === 0) blocks.push({ layer, part, units: 0, from });
    blocks.at(-1)!.units++;
  }
  return { columns: signals.length, blocks };
}
