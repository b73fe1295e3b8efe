/** Written by bench/lab.ts: what `lab TASK --search` chose. */
import type { Choice } from "./setting.js";

export const CHOSEN: readonly Choice[] = [];
