/** Programs as a page loads them: in one file, with nothing of Node's. */
import { fileURLToPath } from "node:url";
import { type BuildOptions, type BuildResult, build } from "esbuild";

/** Where "cellstate" names the package. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const bundled = (entry: BuildOptions): Promise<BuildResult<{ write: false; metafile: true }>> =>
  build({
    ...entry,
    ...{ bundle: true, minify: true, platform: "browser", format: "esm", outdir: "/" },
    ...{ write: false, metafile: true, logLevel: "silent" },
  });

/** Of a file beside this one. */
export const bundle = (file: string) =>
  bundled({ entryPoints: [fileURLToPath(new URL(file, import.meta.url))] });

/** Of a program that imports the package by its name. */
export const bundleText = (contents: string) => bundled({ stdin: { contents, resolveDir: ROOT } });

export const text = ({ outputFiles }: BuildResult<{ write: false }>): string => outputFiles[0]!.text;
