/** What all of the ecosystem's tests share: one installation of every tool that is asked for, made when the first test begins. */
import { after } from "node:test";
import { findChromium } from "../../browser/chromium.js";
import { Bench } from "./bench.js";

export const bench = new Bench(findChromium());
after(() => bench.close());
