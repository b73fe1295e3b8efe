/** In browsers runs are made one after another, where the experiment itself is made. */
import type { Runner, ThreadEngine } from "./node-runners.js";

export type { Runner, ThreadEngine };

export const threadRunner = (_engine: ThreadEngine): Runner | null => null;
