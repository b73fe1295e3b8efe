/** The texts that are there to train on: read in a worker, which then learns from them. */
import { signal } from "@preact/signals";
import {
  createTrainer,
  type DataOptions,
  type DataSource,
  type Progress,
  type ReadReport,
  type Trainer,
} from "cellstate/worker";

/** Data that was read. */
export interface OpenData {
  readonly name: string;
  readonly source: DataSource;
  /** What was asked for besides what the file says. */
  readonly options: DataOptions;
  readonly report: ReadReport;
  /** Has read it, and trains on it. */
  readonly trainer: Trainer;
}

export const data = signal<OpenData | null>(null);

/** What the file is called that it was read from. */
export function fileName({ source, name }: OpenData): string {
  if (source instanceof File) return source.name;
  if (source instanceof URL) return decodeURIComponent(source.pathname.split("/").at(-1)!);
  return `${name.replaceAll(" ", "-")}.jsonl`;
}

/** What came without a file as one of its own: rows that were pasted, an object a line. Null for a file that one has. */
export function asFile({ source }: OpenData): string | null {
  return Array.isArray(source) ? source.map((row) => `${JSON.stringify(row)}\n`).join("") : null;
}

/** What is being read. */
export interface Reading {
  readonly name: string;
  readonly progress: Progress | null;
  cancel(): void;
}
export const reading = signal<Reading | null>(null);

/** Why the last file could not be read. What was read before is still there. */
export const readProblem = signal<Error | null>(null);

/** The texts that the page comes with. */
export const EXAMPLE = {
  name: "5,574 text messages, spam or not",
  url: () => new URL("example/sms-spam.tsv", location.href),
};

/** Trainers that something was trained in, which is still looked at: they outlive the data. */
const inUse = new Set<Trainer>();

/** Keeps a trainer's worker when other data is read. */
export const keepTrainer = (trainer: Trainer): void => void inUse.add(trainer);

/** The worker may end, unless it holds the data. */
export function releaseTrainer(trainer: Trainer): void {
  inUse.delete(trainer);
  if (data.peek()?.trainer !== trainer) trainer.close();
}

/** Reads it in a worker of its own: what cannot be read leaves what was read before as it was. */
export async function readData(
  source: DataSource,
  name: string,
  options: DataOptions = {},
): Promise<boolean> {
  reading.peek()?.cancel();
  const trainer = createTrainer();
  const controller = new AbortController();
  const mine: Reading = { name, progress: null, cancel: () => controller.abort() };
  let now = mine;
  const tell = (next: Reading | null) => {
    // A reading that was given up says nothing any more.
    if (reading.peek() !== now) return;
    reading.value = next;
    if (next) now = next;
  };
  reading.value = mine;
  readProblem.value = null;
  try {
    const report = await trainer.read(source, {
      ...options,
      signal: controller.signal,
      onProgress: (progress) => tell({ ...mine, progress }),
    });
    const before = data.peek();
    data.value = { name, source, options, report, trainer };
    if (before && !inUse.has(before.trainer)) before.trainer.close();
    return true;
  } catch (error) {
    trainer.close();
    if (!controller.signal.aborted) readProblem.value = error as Error;
    return false;
  } finally {
    tell(null);
  }
}

/** Reads the same once more, by other columns or options. */
export async function readAgain(options: DataOptions): Promise<void> {
  const open = data.peek();
  if (open) await readData(open.source, open.name, options);
}

export const readExample = (): Promise<boolean> => readData(EXAMPLE.url(), EXAMPLE.name);
