/** Every option of every command, with where it changes nothing. */
import { EXPLAINING } from "./explaining.js";
import { LEARNING } from "./learning.js";
import type { Options } from "./situations.js";
import { USING } from "./using.js";

export const TABLE: Record<string, Options> = { ...LEARNING, ...USING, ...EXPLAINING };
