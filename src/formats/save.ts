/** Writing a model, or a classifier, in the format that a file's ending names. */
import { writeAtomic } from "#files";
import type { WeightKind } from "./module/weights-text.js";
import { formatOf, type Savable } from "./registry.js";

export interface Saved {
  /** Written in all. */
  bytes: number;
  files: number;
  /** What of the model's training the format has no place for, a line each. */
  leftOut: readonly string[];
}

/**
 * Writes files in the format that the path's ending names; an older file gives way only to a whole one. Node only.
 * @throws InputError for a path or a network that the format has no place for
 */
export async function saveAs(
  source: Savable,
  path: string | URL,
  weights: WeightKind = "float32",
): Promise<Saved> {
  const format = formatOf(path);
  const [, folder = "", last = ""] = /^(.*[/\\])?([^/\\]*)$/s.exec(String(path))!;
  const isUrl = path instanceof URL || /^file:/i.test(path);
  const name = isUrl ? decodeURIComponent(last) : last;
  const written = await format.write(source, { name, weights });
  const files = written instanceof Uint8Array ? new Map([[name, written]]) : written;
  let bytes = 0;
  for (const [file, content] of files) {
    await writeAtomic(folder + (isUrl ? encodeURIComponent(file) : file), content);
    bytes += content.length;
  }
  return { bytes, files: files.size, leftOut: (await format.leftOut?.(source.model)) ?? [] };
}
