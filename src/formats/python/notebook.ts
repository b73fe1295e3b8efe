/** Jupyter notebooks: the script that their code cells make together. */
import { inputError } from "../../base/errors.js";
import { isObject, type Json, parseJson } from "../../base/json.js";
import type { ScriptText } from "./script.js";

/** More than any notebook's code; its pictures are what makes one large. */
const MOST_BYTES = 64 * 2 ** 20;
/** More than anyone scrolls through. */
const MOST_CELLS = 10_000;

/**
 * The code cells of a notebook, one below the other, without the lines that are IPython's; lines are called by their
 * cell, counted among those of code. Sizes are counted before anything is put together.
 * @throws InputError for what is no notebook, or more than one
 */
export function notebookScript(source: Uint8Array, file: string): ScriptText {
  if (source.length > MOST_BYTES) {
    const expected = `a notebook of at most ${MOST_BYTES} bytes`;
    throw inputError({ expected, where: file, received: source.length });
  }
  const notebook = parseJson(source, file);
  const cells = isObject(notebook) ? cellsOf(notebook) : null;
  if (!cells) {
    const next = "Export it as a script: jupyter nbconvert --to script NOTEBOOK.";
    throw inputError({ expected: "a notebook with a list of cells", where: file, next });
  }
  const code = cells.filter((cell) => isObject(cell) && cell["cell_type"] === "code");
  if (code.length > MOST_CELLS) {
    throw inputError({ expected: `at most ${MOST_CELLS} cells of code`, where: file, received: code.length });
  }
  const texts: string[] = [];
  /** The line of the whole in which each cell begins. */
  const starts: number[] = [];
  let line = 1;
  for (const cell of code as { source?: Json; input?: Json }[]) {
    const text = withoutMagics(textOf(cell.source ?? cell.input).replace(/\r\n?/g, "\n"));
    texts.push(text);
    starts.push(line);
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === 10) line++;
    line++;
  }
  const at = (whole: number) => {
    const cell = starts.findLastIndex((start) => start <= whole);
    return cell < 0 ? `line ${whole}` : `cell ${cell + 1} line ${whole - starts[cell]! + 1}`;
  };
  return { source: texts.join("\n"), at };
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

/** Lines that are IPython's: magics, commands of a shell, questions for help, a bare `pip`. */
const OWN_LINE = /^\s*(?:[%!?]|(?:pip3?|conda|apt(?:-get)?)\s+\w|(?!#)[\w.]+\?{1,2}\s*$)/;

/**
 * A cell of another language is left out whole. Lines that are IPython's do nothing here; what they give to a name is not
 * known. All keep their places.
 */
function withoutMagics(cell: string): string {
  if (/^\s*%%(?!time|timeit|capture|prun)/.test(cell)) return "\n".repeat(cell.split("\n").length - 1);
  let open = false;
  return cell
    .split("\n")
    .map((line) => {
      // A command of a shell may go on in the next line.
      const own = open || OWN_LINE.test(line);
      open = own && /\\\s*$/.test(line);
      if (own) return `${/^\s*/.exec(line)![0]}pass`;
      const given = /^(\s*[A-Za-z_][\w, ]*=\s*)[!%]/.exec(line);
      return given ? `${given[1]}...` : line;
    })
    .join("\n");
}
