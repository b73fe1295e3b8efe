/** cellstate build-native: compiles the native engine here, where the package brings none that fits. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { nativeAddon } from "../engines/registry.js";
import { EXIT, Exit, note, say } from "./context.js";

/** What `npm run build` builds it with. */
const SCRIPT = fileURLToPath(new URL("../../../scripts/build-native.mjs", import.meta.url));

export function buildNativeCommand(program: Command): void {
  program
    .command("build-native")
    .description(
      "compile the native engine for this machine, with its C compiler (gcc or clang); it is then used in place of the one that the package brings",
    )
    .action(buildNativeAction);
}

function buildNativeAction(): void {
  note("Compiling the kernels, which takes up to a minute.");
  // A process of its own: it works in the package's folder, and says on stderr what is in its way.
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, "--required"], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Exit(EXIT.failed);
  const found = nativeAddon();
  if ("missing" in found) throw new Error(found.missing);
  say(`${stdout.trim()}: ${found.addon.variants.join(", ")}`);
}
