/** Whether there is room for what is to be read: in memory, and on the disk. Said before anything is. */
import { readdirSync, statfsSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { inputError } from "../base/errors.js";
import type { Scratch } from "../classifier/text-corpus.js";
import { isStandardInput } from "../data/node-files.js";
import { note } from "./context.js";
import { onHost } from "./together.js";

/** What packed text comes to, unpacked. */
const UNPACKED = 5;
/** Bytes of memory that a byte of short texts takes at the most while it is learned from: docs/large-data.md has the figures. */
const SHARES = { network: 7, linear: 8, auto: 36 } as const;
/** What a program takes besides. */
const ITSELF = 150e6;
/** Less is not worth a word. */
const WORTH_SAYING = 1e9;
/** Bytes on the disk that a byte of text takes: its words as numbers, and those that are known. */
const DISK_SHARE = 1.5;

const sizeText = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;

/** Bytes of text in these files and folders, about; null where one cannot be known before it is read. */
export function textBytes(paths: readonly (string | undefined)[]): number | null {
  let sum = 0;
  for (const path of paths) {
    if (path === undefined) continue;
    const own = bytesIn(path);
    if (own === null) return null;
    sum += own;
  }
  return sum;
}

function bytesIn(path: string): number | null {
  if (isStandardInput(path) || /^https?:/i.test(path)) return null;
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 0;
  if (found.isFile()) return found.size * (/\.(gz|zst|parquet)$/i.test(path) ? UNPACKED : 1);
  if (!found.isDirectory()) return null;
  const files = readdirSync(path, { recursive: true }).filter((name) => String(name).endsWith(".txt"));
  return files.reduce(
    (bytes, name) => bytes + (statSync(join(path, String(name)), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** The memory of this machine, or what the process may have of it. */
export function memoryLimit(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** How rows are learned from. */
interface Way {
  readonly what: keyof typeof SHARES;
  readonly scratch: Scratch | null;
}

/**
 * Says how much memory reading these files will take, where that is much.
 * @throws InputError where it is more than there is, or where the disk has no room for what memory is not to hold
 */
export function checkRoom(
  paths: readonly (string | undefined)[],
  { what, scratch }: Way,
  limit: number = memoryLimit(),
): void {
  const bytes = textBytes(paths);
  if (bytes === null) return;
  if (scratch) {
    if (bytes > (scratch.above ?? 0)) checkDisk(scratch.folder, onHost * bytes * DISK_SHARE);
    return;
  }
  // Every process of this host has all of them.
  const needed = onHost * (ITSELF + bytes * SHARES[what]);
  if (needed < Math.min(WORTH_SAYING, limit)) return;
  const amount = `about ${sizeText(needed)} of memory for ${sizeText(bytes)} of texts`;
  if (needed <= limit) note(`  ${amount}; there are ${sizeText(limit)}`);
  else {
    throw inputError({
      expected: `texts that memory holds: ${sizeText(limit)}`,
      where: paths.filter((path) => path !== undefined).join(", "),
      received: amount,
      next:
        what !== "network"
          ? "A network learns from a file of its own whatever its size: --model lstm."
          : "Leave out what keeps rows in memory: a network learns from a file of its own whatever its size.",
    });
  }
}

/** @throws InputError for a folder that is not there */
function spaceIn(folder: string): { bavail: number; bsize: number } {
  try {
    return statfsSync(folder);
  } catch (error) {
    throw inputError({
      expected: "a folder for rows that memory is not to hold",
      where: folder,
      received: (error as Error).message,
      next: "Make it, or name another one that is on every host: --scratch FOLDER.",
    });
  }
}

function checkDisk(folder: string, needed: number): void {
  const { bavail, bsize } = spaceIn(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw inputError({
    expected: `a disk with about ${sizeText(needed)} free, for rows that memory is not to hold`,
    where: folder,
    received: sizeText(free),
    next: "Make room, or choose a folder on another disk: --scratch FOLDER.",
  });
}
