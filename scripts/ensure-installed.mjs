// Installs the dependencies when they are missing, so that a fresh clone needs one command only.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Cellstate needs Node 20.19 or later; this is ${process.version}. Install a newer Node and run again.`,
  );
  process.exit(2);
}
// npm writes this marker last, so an interrupted install is repeated.
if (!existsSync(`${root}/node_modules/.package-lock.json`)) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const shell = process.platform === "win32";
  const { status } = spawnSync(npm, ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: "inherit",
    shell,
  });
  if (status !== 0) process.exit(status ?? 1);
}
