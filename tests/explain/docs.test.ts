/** The pages about explanations quote code and pictures that are there. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as explain from "../../src/explain/index.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const CHAPTERS = readdirSync(`${root}docs/course`).filter((name) => /^\d.*\.md$/.test(name));
const PAGES = [
  ...["lstm", "unroll", "gradients", "parameters", "lab"],
  ...CHAPTERS.map((name) => `course/${name.replace(".md", "")}`),
];

for (const name of PAGES) {
  const text = readFileSync(`${root}docs/${name}.md`, "utf8");

  test(`docs/${name}.md: each quoted line of code stands in the file it names`, () => {
    // A block of code after a paragraph that ends in a colon: the file is the last that the paragraph names.
    const blocks = [...text.matchAll(/\n([^\n]+(?:\n[^\n]+)*):\n\n```ts\n([\s\S]*?)```/g)];
    const quotes = blocks.flatMap(([, paragraph, lines]) => {
      const file = [...paragraph!.matchAll(/`(src\/[\w/.-]+\.ts)`/g)].at(-1)?.[1];
      return file ? [{ file, lines: lines! }] : [];
    });
    for (const { file, lines } of quotes) {
      const source = readFileSync(root + file, "utf8")
        .split("\n")
        .map((line) => line.trim());
      for (const line of lines.split("\n").map((each) => each.trim())) {
        if (line !== "") assert.ok(source.includes(line), `${file} has no line ${line}`);
      }
    }
    // A chapter may show a program of its own in place of the library.
    assert.ok(quotes.length >= 1 || /\]\([\w-]+\.mjs\)/.test(text), "no code is quoted");
  });

  test(`docs/${name}.md: its pictures, pages and files are there`, () => {
    const linked = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) =>
      join("docs", dirname(name), path!),
    );
    const named = [...text.matchAll(/`((?:src|tests)\/[\w/.-]+)`/g)].map(([, path]) => path!);
    for (const path of [...linked, ...named]) assert.ok(existsSync(root + path), path);
    for (const [, names] of text.matchAll(/import \{([^}]*)\} from "cellstate\/explain"/g)) {
      for (const each of names!.split(","))
        assert.ok(each.trim() in explain, `cellstate/explain has no ${each}`);
    }
    for (const [, alt] of text.matchAll(/!\[([^\]]*)\]/g))
      assert.ok(alt!.length > 10, "a picture without words");
  });
}

/** What the lessons say of who found what, and of what can go wrong, a line for each fact. */
const FACTS: Record<string, readonly RegExp[]> = {
  lstm: [
    /1997\)\. It had no forget gate: .*self-weight exactly 1/,
    /reached a gate were cut off/,
    /forget gate came with Gers et al\. \(2000\)/,
    /full back-propagation through time\) with Graves and Schmidhuber \(2005\)/,
    /Gers et al\. \(2000\).* positive biases.*Jozefowicz et al\. \(2015\)/,
    /\| LSTM \| `input`, `forget`, `candidate`, `output` \|/,
    /\| GRU \| `update`, `reset`, `candidate` \|/,
  ],
  gradients: [
    /carousel of 1997 was the case of a self-weight of exactly 1, without a forget gate, and with gradients cut off at the gates/,
    /bound the direct path alone.*an LSTM's gradient can explode/,
    /\*clipped\*/,
    /\*truncated\*/,
  ],
  parameters: [/768 for the second Dense layer, which has 256 × 1 \+ 1 = 257/],
};

for (const [name, facts] of Object.entries(FACTS)) {
  test(`docs/${name}.md: what the field knows is told as it was`, () => {
    const text = readFileSync(`${root}docs/${name}.md`, "utf8").replace(/\s+/g, " ");
    for (const fact of facts) assert.match(text, fact);
    assert.doesNotMatch(text, /That is the constant error carousel of 1997/);
    assert.doesNotMatch(text, /lstm=768/);
  });
}
