/** Whether processes that work together have the same before them. */
import { type Pieces, ROWS, spans } from "../base/pieces.js";
import type { Turns } from "../base/progress.js";
import { Sha256 } from "../base/sha256.js";
import type { ProcessGroup } from "../processes/group.js";
import { checkSameRun } from "../train/resume.js";
import { type Corpus, classLookup } from "./corpus.js";

/** A digest of the words, labels and groups of all rows. */
function* digestOf(corpus: Corpus): Pieces<string> {
  const labels = corpus.labels();
  const classOf = classLookup(corpus, labels);
  const hash = new Sha256();
  const add = (value: unknown) => void hash.update(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  add(labels);
  yield* spans(corpus.rows, ROWS, (from, to) => {
    for (let row = from; row < to; row++)
      add([classOf(row), corpus.texts.fingerprint(row), corpus.group(row)]);
  });
  return hash.hex();
}

/** Options that say the same in every process, whatever each computes with. */
const plain = (options: object) =>
  Object.entries(options).filter(
    ([name, value]) =>
      name !== "threads" && name !== "budget" && ["string", "number", "boolean"].includes(typeof value),
  );

/** @throws InputError, in every process, where they do not have the same texts, labels and options */
export async function checkSameCorpus(
  group: ProcessGroup,
  corpus: Corpus,
  options: object,
  turns: Turns,
): Promise<void> {
  const data = await turns.run(digestOf(corpus));
  checkSameRun(group, JSON.stringify({ data, ...Object.fromEntries(plain(options)) }));
}
