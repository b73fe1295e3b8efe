/** train --keep-epochs FOLDER: what training came to after each epoch, a classifier a file, to be compared or looked into. */
import { existsSync, statSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { inputError } from "../base/errors.js";
import { checkWritable } from "../base/node-files.js";
import { assembleClassifier, assembleMultiLabel } from "../classifier/assemble.js";
import type { Prepared } from "../classifier/options.js";
import type { CorpusText, TextCorpus } from "../classifier/text-corpus.js";
import type { Callback, TrainingProgress } from "../train/callbacks.js";
import { note } from "./context.js";
import { isFirst } from "./together.js";

const fileOf = (folder: string, epoch: number) => join(folder, `epoch-${epoch}.keras`);

/**
 * Sees that the folder is there or can be made. It is made with the first file: data that is refused leaves none behind.
 * @throws InputError where nothing could be kept in it, or files of another training would be taken for this one's
 */
export async function openEpochs(folder: string | undefined, resumed: boolean): Promise<void> {
  if (folder === undefined || !isFirst) return;
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  if (!statSync(there).isDirectory()) {
    const received = `a file, ${there}`;
    throw inputError({ expected: "a folder that can be made", where: `--keep-epochs ${folder}`, received });
  }
  await checkWritable(fileOf(there, 1));
  if (there !== resolve(folder)) return;
  const others = (await readdir(folder)).filter((name) => /^epoch-\d+\.keras$/.test(name));
  if (resumed || others.length === 0) return;
  throw inputError({
    expected: "a folder without epochs of another training",
    where: `--keep-epochs ${folder}`,
    received: others,
    next: "Name another folder, or clear this one.",
  });
}

/** The files of one training; none without a folder. */
export class EpochFiles {
  #prepared: Pick<Prepared, "model" | "vectorizer" | "length" | "labels"> | null = null;

  /** @param multiLabel whether any number of labels apply to a text */
  constructor(
    private readonly folder: string | undefined,
    private readonly multiLabel: boolean,
  ) {}

  get callbacks(): Callback[] {
    const { folder } = this;
    if (folder === undefined || !isFirst) return [];
    return [
      {
        name: "epoch files",
        onEpochEnd: async ({ epoch }: TrainingProgress) => {
          const file = fileOf(folder, epoch + 1);
          // As with a checkpoint, a full disk is no reason to lose the training.
          await this.#save(file).catch((error: Error) =>
            note(`${file} could not be saved, and training goes on. ${error.message}`),
          );
        },
      },
    ];
  }

  prepare(prepared: Prepared<TextCorpus<CorpusText>>): void {
    // Not its lists of rows, which may be long.
    const { model, vectorizer, length, labels } = prepared;
    this.#prepared = { model, vectorizer, length, labels };
  }

  async #save(file: string): Promise<void> {
    const { model, vectorizer, length, labels } = this.#prepared!;
    const parts = { vectorizer, length, labels };
    const made = this.multiLabel ? assembleMultiLabel(model, parts) : assembleClassifier(model, parts);
    await mkdir(dirname(file), { recursive: true });
    await made.save(file);
  }
}
