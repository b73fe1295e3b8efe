/** Jupyter notebooks: the script that their code cells make together. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, parseJson } from "../../base/json.js";

/** More than any notebook's code; its pictures are what makes one large. */
const MOST_BYTES = 64 * 2 ** 20;

/** The code cells of a notebook, one below the other, without the lines that are IPython's. @throws InputError */
export function notebookScript(source: Uint8Array, file: string): string {
  if (source.length > MOST_BYTES) {
    throw inputError({
      expected: `a notebook of at most ${MOST_BYTES} bytes`,
      where: file,
      received: source.length,
    });
  }
  const notebook = parseJson(source, file);
  const cells = isObject(notebook) ? cellsOf(notebook) : null;
  if (!cells) {
    const next = "Export it as a script: jupyter nbconvert --to script NOTEBOOK.";
    throw inputError({ expected: "a notebook with a list of cells", where: file, next });
  }
  return cells
    .filter((cell) => isObject(cell) && cell["cell_type"] === "code")
    .map((cell) =>
      withoutMagics(
        textOf((cell as { source?: Json; input?: Json }).source ?? (cell as { input?: Json }).input),
      ),
    )
    .join("\n");
}

/** Notebooks of format 4 hold cells; those of format 3, worksheets of cells. */
function cellsOf(notebook: { [key: string]: Json }): Json[] | null {
  if (Array.isArray(notebook["cells"])) return notebook["cells"];
  const sheets = notebook["worksheets"];
  if (!Array.isArray(sheets)) return null;
  return sheets.flatMap((sheet) => (isObject(sheet) && Array.isArray(sheet["cells"]) ? sheet["cells"] : []));
}

function textOf(source: Json | undefined): string {
  if (typeof source === "string") return source;
  return Array.isArray(source) ? source.filter((line) => typeof line === "string").join("") : "";
}

/** A cell of another language is left out whole; else the lines that begin with %, ! or a bare `pip`. */
function withoutMagics(cell: string): string {
  if (/^\s*%%(?!time|timeit|capture)/.test(cell)) return "";
  return cell
    .split("\n")
    .map((line) => (/^\s*([%!?]|(pip|conda)\s+install\b)/.test(line) ? `${/^\s*/.exec(line)![0]}pass` : line))
    .join("\n");
}
