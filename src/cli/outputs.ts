/** Files that a command will write: nobody should learn after an hour that there is no place, or lose what was read. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../base/errors.js";
import { checkWritable } from "../base/node-files.js";
import { isFirst } from "./together.js";

/**
 * What can be known of outputs before there is anything to write.
 * @param outputs by the option that names each
 * @param inputs what the command reads; names of nothing are passed over
 * @throws InputError where one would overwrite what is read or another one, or cannot be written
 */
export async function checkOutputs(
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly (string | undefined)[],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) if (input && existsSync(input)) taken.set(placeOf(input), input);
  for (const [option, file] of Object.entries(outputs)) {
    if (file === undefined) continue;
    const other = taken.get(placeOf(file));
    if (other !== undefined) {
      throw new InputError(
        `${option} ${file}: that would overwrite ${other}. Choose another name with ${option}.`,
      );
    }
    taken.set(placeOf(file), file);
    await checkFile(file);
  }
}

/** Where a file is, or will be: links are written through. */
function placeOf(file: string): string {
  const path = resolve(file);
  if (existsSync(path)) return realpathSync(path);
  return existsSync(dirname(path)) ? join(realpathSync(dirname(path)), basename(path)) : path;
}

async function checkFile(file: string): Promise<void> {
  // Another process than the first may be on a host that has no such place.
  if (!isFirst) return;
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new InputError(`${file}: there is no folder ${folder}. Make it first.`);
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new InputError(`${file}: expected a file's name, but that is a folder.`);
  }
  await checkWritable(file);
}
