/** Who is named with a year, in pages and in the source, is in docs/sources.md with that year; and nobody else is. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const LIST = "docs/sources.md";
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Source {
  authors: string[];
  year: string;
}

const SOURCES: Source[] = Array.from(
  read(LIST).matchAll(/^- \*\*(.+) (\d{4})\.\*\*/gm),
  ([, names, year]) => ({
    authors: names!.split(/, | and /),
    year: year!,
  }),
);

const NAME = String.raw`(?:van (?:den )?)?[A-ZÀ-Þ][\p{L}’-]+`;
/** One, two, several authors or "et al.", then a year from 1945 to 2029, in brackets or not. */
const CITATION = new RegExp(
  String.raw`(?<![\p{L}\d-])(${NAME}(?:, ${NAME})*(?: and ${NAME})?)(,? et al\.)?,? \(?((?:19[4-9]|20[0-2])\d)\b`,
  "gu",
);
/** What stands before a year and is nobody: months, and whatever has no small letters (venues, standards). */
const NOBODY = /^(In|Since|Steps|ECMAScript|January|November|Appleby|[^a-zß-ÿ]+)$/;

/** Comments run on over lines; a citation may too. */
const joined = (text: string) => text.replaceAll(/\n\s*(?:\*|\/\/|#)?\s*/g, " ");

function citations(text: string): Source[] {
  return Array.from(joined(text).matchAll(CITATION), ([, names, others, year]) => ({
    authors: [...names!.replace(/^[A-Z]+, /, "").split(/, | and /), ...(others ? ["et al."] : [])],
    year: year!,
  })).filter(({ authors }) => !NOBODY.test(authors.join(", ")));
}

const named = ({ authors, year }: Source) => `${authors.join(", ")} ${year}`;

/** All authors, or the first of several and "et al.". */
const isOf = (citation: Source, source: Source): boolean =>
  citation.year === source.year &&
  (citation.authors.at(-1) === "et al."
    ? source.authors.length > 2 &&
      citation.authors.slice(0, -1).every((name, k) => name === source.authors[k])
    : citation.authors.join() === source.authors.join());

const files = ["docs", "docs/course", "src", "kernels", "README.md"].flatMap((path) =>
  path.endsWith(".md")
    ? [path]
    : readdirSync(join(ROOT, path), { recursive: path === "src", encoding: "utf8" })
        .filter((name) => /\.(md|ts|c|h)$/.test(name))
        .map((name) => join(path, name)),
);

describe("sources", () => {
  const found = files
    .filter((file) => file !== LIST)
    .flatMap((file) => citations(read(file)).map((citation) => ({ file, citation })));

  test("citations are found, in each way of writing them", () => {
    const text = `Elman 1990, Gers et al. (2000); (Le, Jaitly and
 * Hinton 2015) and CKA, Kornblith et al. 2019. In 1997 ICML 2015 RFC 1950`;
    const expected = ["Elman 1990", "Gers, et al. 2000", "Le, Jaitly, Hinton 2015", "Kornblith, et al. 2019"];
    assert.deepEqual(citations(text).map(named), expected);
  });

  test("everybody who is named with a year is listed with it", () => {
    const unknown = found.filter(({ citation }) => !SOURCES.some((source) => isOf(citation, source)));
    assert.deepEqual(
      unknown.map(({ file, citation }) => `${file}: ${named(citation)}`),
      [],
    );
  });

  test("nobody is listed who is not named", () => {
    const idle = SOURCES.filter((source) => !found.some(({ citation }) => isOf(citation, source)));
    assert.deepEqual(idle.map(named), []);
  });

  test("the history of the LSTM gives each work its year", () => {
    const [, table] = read("docs/course/05-lstm.md").split("## Who added what, and when") as [string, string];
    const rows = Array.from(table.matchAll(/^\| (\d{4})(?:–(\d\d|\d{4}))? \| .* \| (.+) \|$/gm));
    assert.ok(rows.length >= 9);
    for (const [, first, last = first, who] of rows) {
      const [from, to] = [Number(first), Number(`${first!.slice(0, 4 - last!.length)}${last}`)];
      const years = Array.from({ length: to - from + 1 }, (_, k) => from + k);
      for (const work of who!.replace(/'s diploma thesis| from the other side/g, "").split("; ")) {
        const dated = /\d{4}/.test(work) ? [work] : years.map((year) => `${work} ${year}`);
        const known = dated
          .flatMap(citations)
          .some((citation) => SOURCES.some((source) => isOf(citation, source)));
        assert.ok(known, `${first}–${to}: ${work}`);
      }
    }
  });

  test("the list is in order, and has each once", () => {
    const keys = SOURCES.map(({ authors, year }) => `${authors[0]} ${year} ${authors.slice(1).join(" ")}`);
    assert.ok(SOURCES.length > 50);
    assert.deepEqual(keys, [...new Set(keys)]);
  });
});
