/**
 * The process that opens one hostile file, and tells what it came to and what that cost. Each reader is imported when it is
 * asked for: hundreds of such processes are started.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../src/base/errors.js";

export interface Outcome {
  kind: "opened" | "refused" | "crashed";
  /** The message, or the warnings of the receipt. */
  said: string;
  /** Processor time of reading, other threads included. */
  milliseconds: number;
  /** Memory at its highest, over what the process held before reading. */
  megabytes: number;
}

/** What each reader does with a file; `said` for those that open. A model's `beside` are files of the corpus. */
const READERS = {
  model: async () => {
    const { loadFile } = await import("../../src/model/load.js");
    return async (path: string, corpus: string) => {
      const beside = (name: string): Uint8Array => readFileSync(join(corpus, name));
      const { model, receipt } = await loadFile(readFileSync(path), { name: "attack", beside });
      model.dispose();
      return receipt.warnings.join("\n");
    };
  },
  vocabulary: async () => {
    const { readVocabulary } = await import("../../src/formats/vocabulary/index.js");
    return async (path: string) => readVocabulary(readFileSync(path), { name: "attack" }).format;
  },
  script: async () => {
    const { readKerasScript } = await import("../../src/model/script.js");
    return async (path: string) => {
      const { model } = readKerasScript(readFileSync(path, "utf8"), { file: "attack" });
      model.dispose();
      return model.name;
    };
  },
  data: async () => {
    const { readLabelledPath } = await import("../../src/data/node-source.js");
    return async (path: string) => {
      let rows = 0;
      for await (const _ of await readLabelledPath(path)) rows++;
      return `${rows} rows`;
    };
  },
} satisfies Record<string, () => Promise<(path: string, corpus: string) => Promise<string>>>;

export type Reader = keyof typeof READERS;

async function readOne(reader: Reader, path: string, corpus: string): Promise<Outcome> {
  const read = await READERS[reader]();
  const start = process.cpuUsage();
  const idle = process.resourceUsage().maxRSS;
  const end = (kind: Outcome["kind"], said: string) => {
    const { user, system } = process.cpuUsage(start);
    const megabytes = (process.resourceUsage().maxRSS - idle) / 1024;
    return { kind, said, milliseconds: (user + system) / 1000, megabytes };
  };
  try {
    return end("opened", await read(path, corpus));
  } catch (error) {
    return error instanceof InputError
      ? end("refused", error.message)
      : end("crashed", String((error as Error).stack));
  }
}

const [reader, path, corpus] = process.argv.slice(2) as [Reader, string, string];
console.log(JSON.stringify(await readOne(reader, path, corpus)));
