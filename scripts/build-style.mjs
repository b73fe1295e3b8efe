// Writes the style of pictures (src/drawing/picture-style.ts, compiled) as dist/src/style.css: the package's
// cellstate/style.css, for pages that link to a sheet or bundle one.
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeIfChanged } from "./kernel-sources.mjs";

const built = new URL("../dist/src/", import.meta.url);

export async function buildStyle() {
  const { PICTURE_STYLE } = await import(new URL("drawing/picture-style.js", built).href);
  writeIfChanged(fileURLToPath(new URL("style.css", built)), PICTURE_STYLE.trimStart());
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildStyle();
