/** The data sets by name, from the folder that CELLSTATE_DATA names, from examples/data, or made here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ColumnOptions } from "../../src/data/columns.js";
import { readLabelledPath } from "../../src/data/node-source.js";
import type { LabelledText } from "../../src/index.js";
import { intents } from "./intents.js";
import { type DataSet, drawn, fewRows, fixed, rareIn, splitOf, type Trial } from "./runs.js";

const SMS = fileURLToPath(new URL("../../../examples/data/sms-spam.tsv", import.meta.url));

/** Draws of few rows are cheap and differ much: so many a seed. */
const DRAWS = 4;

/** A data set, and which sets of the folder it is made of. */
interface Entry {
  needs: readonly Source[];
  open(from: Folder, seeds: number): Promise<DataSet>;
}

type Source = "imdb" | "sst2" | "trec";

const few = (name: string, rows: number): Entry => ({
  needs: ["sst2", "trec"],
  open: async (from, seeds) =>
    fewRows(name, [splitOf(await messages(), 0), await from.sst2(), await from.trec()], rows, DRAWS * seeds),
});

const ENTRIES: Record<string, Entry> = {
  imdb: { needs: ["imdb"], open: async (from, seeds) => fixed("imdb", "high", await from.imdb(), seeds) },
  sst2: { needs: ["sst2"], open: async (from, seeds) => fixed("sst2", "medium", await from.sst2(), seeds) },
  trec: { needs: ["trec"], open: async (from, seeds) => fixed("trec", "medium", await from.trec(), seeds) },
  sms: {
    needs: [],
    async open(_, seeds) {
      const rows = await messages();
      return drawn("sms", seeds, (seed) => [splitOf(rows, seed)]);
    },
  },
  "few-60": few("few-60", 60),
  "few-200": few("few-200", 200),
  "sms-rare": {
    needs: [],
    async open(_, seeds) {
      const rows = await messages();
      return drawn("sms-rare", seeds, (seed) => [rareIn(splitOf(rows, seed), "spam", 0.01)]);
    },
  },
  intents: {
    needs: [],
    open: async (_, seeds) => drawn("intents", DRAWS * seeds, (seed) => [intents(seed)]),
  },
};

export const DATA_NAMES = Object.keys(ENTRIES);

/** The sets in the folder, read when asked for. */
class Folder {
  constructor(private readonly path: string) {}

  has(source: Source): boolean {
    return this.path !== "" && existsSync(join(this.path, source));
  }

  async imdb(): Promise<Trial> {
    return { train: await this.read("imdb/train.csv.gz"), test: await this.read("imdb/test.csv.gz") };
  }

  async sst2(): Promise<Trial> {
    const read = (part: string) => this.read(`sst2/${part}.tsv`, { header: false });
    return { train: [...(await read("train")), ...(await read("dev"))], test: await read("test") };
  }

  async trec(): Promise<Trial> {
    return { train: await this.read("trec/train.csv"), test: await this.read("trec/test.csv") };
  }

  private read(file: string, options: ColumnOptions = {}): Promise<LabelledText[]> {
    return rowsOf(join(this.path, file), options);
  }
}

const messages = () => rowsOf(SMS);

async function rowsOf(path: string, options: ColumnOptions = {}): Promise<LabelledText[]> {
  const rows: LabelledText[] = [];
  for await (const { text, label } of await readLabelledPath(path, options)) rows.push({ text, label });
  return rows;
}

/**
 * Opens the sets of these names one by one, in order; those whose rows are not there are told to `skipped`.
 * @param path the folder of imdb, sst2 and trec; "" where there is none
 */
export async function* dataSets(
  names: readonly string[],
  path: string,
  seeds: number,
  skipped: (name: string) => void,
): AsyncGenerator<DataSet> {
  const folder = new Folder(path);
  for (const name of names) {
    const { needs, open } = ENTRIES[name]!;
    if (needs.every((source) => folder.has(source))) yield open(folder, seeds);
    else skipped(name);
  }
}
