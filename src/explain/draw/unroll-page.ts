/** The written-out recurrence as a page: the identity, every gate expanded, numbers, and the memory by word. */
import { figure, section, table } from "../../drawing/blocks.js";
import { foreign, html } from "../../drawing/markup.js";
import { formulaBlock, mathMarkup } from "../../drawing/math/mathml.js";
import { page } from "../../drawing/page.js";
import { stateLetter } from "../cells/names.js";
import { NO_MEMORY } from "../memory.js";
import type { MemoryView } from "../memory-view.js";
import { at } from "../tex.js";
import { BACKWARDS, type Unrolled } from "../unroll.js";
import { numeral, tiny } from "./numbers.js";
import { EXPLAIN_STYLE } from "./style.js";
import { unrollPicture } from "./unroll-picture.js";

export function unrollPage(
  unrolled: Unrolled,
  memory: MemoryView | null,
  wordAt: (lag: number) => string,
  title: string,
  units: readonly number[],
): string {
  const { kind, state, tex, networks, terms, value, forward, residual, k, goBackwards } = unrolled;
  const symbol = mathMarkup(at(stateLetter(state), 0));
  return page(
    {
      title: `${kind}: ${k} steps written out`,
      eyebrow: `Cellstate: unroll of ${title}`,
      lead: html`${symbol} at “${foreign(wordAt(0))}” from what was there ${k} steps before. The sum of the terms and the engine's forward pass differ by ${tiny(residual)}.`,
      style: EXPLAIN_STYLE,
    },
    section(
      "identity",
      "The identity",
      goBackwards && html`<p>${BACKWARDS}</p>`,
      formulaBlock(tex),
      networks.length > 0 &&
        html`<p>with every gate written out until only inputs and the old states are left:</p>`,
      networks.map(({ tex: name, expansion }) => formulaBlock(`${name} = ${expansion}`)),
    ),
    section(
      "numbers",
      "In numbers",
      figure("Terms that add up", unrollPicture(unrolled, memory, wordAt)),
      table({
        headers: ["", ...units.map((unit) => `unit ${unit}`)],
        rows: [
          ...terms.map((term) => [
            mathMarkup(term.tex),
            ...units.map((unit) => numeral(term.value[unit]!, 6)),
          ]),
          ["sum", ...units.map((unit) => numeral(value[unit]!, 6))],
          ["forward pass", ...units.map((unit) => numeral(forward[unit]!, 6))],
        ],
      }),
    ),
    memory === null && section("memory", "No memory by word", html`<p>${NO_MEMORY}</p>`),
    memory !== null &&
      section(
        "memory",
        "What the memory holds, word by word",
        formulaBlock(
          kind === "LSTM"
            ? "c_T = \\sum_t \\Bigl(\\prod_{s>t} f_s\\Bigr) \\odot i_t \\odot \\tilde{c}_t"
            : "h_T = \\sum_t \\Bigl(\\prod_{s>t} z_s\\Bigr) \\odot (1 - z_t) \\odot \\tilde{h}_t",
        ),
        html`<p>The sum over all steps is the final memory within ${tiny(memory.residual)}.</p>`,
      ),
  );
}
