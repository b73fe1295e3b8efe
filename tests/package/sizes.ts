/** What a page downloads before its code can run: everything that is imported statically, minified, gzipped. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Size {
  /** Bytes, minified. */
  readonly plain: number;
  /** Bytes, gzipped: each file by itself, as a server sends it. */
  readonly gzipped: number;
  /** Bytes, gzipped, of what is loaded later, when it is asked for. */
  readonly later: number;
}

/**
 * The size of a module's code as a browser loads it.
 * @param code imports the package by its name
 * @param splitting whether what is imported dynamically becomes files of its own. esbuild then follows dynamic imports of
 * functions that nothing calls, too: for a single name that needs none, the one file without it is the truth.
 */
export async function sizeOf(code: string, splitting = true): Promise<Size> {
  const { outputFiles, metafile } = await bundle(code, splitting);
  const outputs = new Map(Object.entries(metafile.outputs));
  const contents = new Map(outputFiles.map(({ path, contents }) => [path.slice(ROOT.length), contents]));
  const needed = neededOf(metafile);
  const gzipped = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + gzipSync(contents.get(file)!, { level: 9 }).length, 0);
  return {
    plain: needed.reduce((sum, file) => sum + contents.get(file)!.length, 0),
    gzipped: gzipped(needed),
    later: gzipped([...outputs.keys()].filter((file) => !needed.includes(file))),
  };
}

const bundle = (code: string, splitting: boolean) =>
  build({
    stdin: { contents: code, resolveDir: ROOT, sourcefile: "page.js" },
    bundle: true,
    minify: true,
    splitting,
    format: "esm",
    platform: "browser",
    outdir: `${ROOT}out`,
    write: false,
    metafile: true,
    logLevel: "silent",
  });

/** The files that a page's first one imports statically, itself included. */
function neededOf({ outputs }: Metafile): string[] {
  const needed = [Object.keys(outputs).find((file) => outputs[file]!.entryPoint === "page.js")!];
  for (const file of needed) {
    for (const { path, kind } of outputs[file]!.imports) {
      if (kind === "import-statement" && !needed.includes(path)) needed.push(path);
    }
  }
  return needed;
}

/** The modules that come along statically with a page's code. */
export async function importedBy(code: string): Promise<string[]> {
  const { metafile } = await bundle(code, true);
  return neededOf(metafile).flatMap((file) => Object.keys(metafile.outputs[file]!.inputs));
}
