// Whether something built is up to date with its sources: a hash of their contents, kept beside it; and a cache of
// what was built before, so that going back to earlier sources needs no compiler.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** SHA-256 over files and the files of folders (generated ones aside), and over `extra`. */
export function hashOf(paths, extra = "") {
  const hash = createHash("sha256").update(extra);
  for (const path of paths) {
    const full = join(root, path);
    const files = statSync(full).isDirectory()
      ? readdirSync(full, { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(full, entry.name))
          .sort()
      : [full];
    for (const file of files) hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

const cache = join(root, "node_modules", ".cache", "cellstate");

/** Makes `out` what `hash` stands for: it is that already, or it comes from the cache, or `build` makes it. */
export async function buildOnce(out, hash, build) {
  const stamp = `${out}.sha256`;
  if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  mkdirSync(dirname(out), { recursive: true });
  // Gone before `out` changes: one left by a build that was interrupted would vouch for what is not its own.
  rmSync(stamp, { force: true });
  const kept = join(cache, hash);
  if (existsSync(kept)) {
    // Renamed into place: a process may have the present file mapped.
    copyFileSync(kept, `${out}.new`);
    renameSync(`${out}.new`, out);
  } else {
    await build();
    keep(out, kept);
  }
  writeFileSync(stamp, hash);
}

/** A cache that cannot be written is none; an installed package has none. */
function keep(out, kept) {
  if (!existsSync(join(root, "node_modules"))) return;
  try {
    mkdirSync(cache, { recursive: true });
    // Renamed into place: half a copy must not pass for it.
    copyFileSync(out, `${kept}.new`);
    renameSync(`${kept}.new`, kept);
  } catch {}
}
