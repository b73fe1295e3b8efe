/**
 * A process of its own that opens every file of the attack corpus: prints what each came to and how much processor time
 * it took, and last the most memory the process ever held.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { InputError, loadFile } from "../../src/index.js";

export interface Attack {
  file: string;
  /** A pattern for the message; null where the file is accepted. */
  refusal: string | null;
}

export interface Outcome {
  file: string;
  kind: "opened" | "refused" | "crashed";
  /** The message, or the warnings of the receipt. */
  said: string;
  milliseconds: number;
}

export const FOLDER = new URL("../../../tests/files/attacks/", import.meta.url);

export const readAttacks = (): Attack[] =>
  JSON.parse(readFileSync(new URL("attacks.json", FOLDER), "utf8")) as Attack[];

/** The files that an attack names, from its own folder. */
const beside = (name: string): Uint8Array => readFileSync(new URL(encodeURIComponent(name), FOLDER));

async function tryOne({ file }: Attack): Promise<Outcome> {
  const stored = readFileSync(new URL(file, FOLDER));
  const bytes = file.endsWith(".gz") ? gunzipSync(stored) : stored;
  // The garbage of one must not count as the memory of the next; others may be using the processor.
  globalThis.gc?.();
  const start = process.cpuUsage();
  const end = (kind: Outcome["kind"], said: string): Outcome => {
    const { user, system } = process.cpuUsage(start);
    return { file, kind, said, milliseconds: (user + system) / 1000 };
  };
  try {
    const { model, receipt } = await loadFile(bytes, { name: "attack", beside });
    model.dispose();
    return end("opened", receipt.warnings.join("\n"));
  } catch (error) {
    return error instanceof InputError
      ? end("refused", error.message)
      : end("crashed", String((error as Error).stack));
  }
}

if (process.argv[2] === "run") {
  const outcomes: Outcome[] = [];
  for (const attack of readAttacks()) outcomes.push(await tryOne(attack));
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ outcomes, megabytes }));
}
