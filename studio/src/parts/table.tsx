/** Numbers in rows. */
import type { ComponentChildren } from "preact";

export interface TableShape {
  caption?: string;
  headers: readonly ComponentChildren[];
  /** The first cell of a row names it. */
  rows: readonly (readonly ComponentChildren[])[];
  /** Columns of words, by place, besides the first. */
  words?: readonly number[];
}

export function Table({ caption, headers, rows, words = [] }: TableShape) {
  const kind = (column: number) => (column === 0 || words.includes(column) ? "words" : undefined);
  return (
    // A wide table scrolls by itself, with the keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached
    <section class="scroll" tabIndex={0} aria-label={caption ?? "Table"}>
      <table>
        {caption && <caption>{caption}</caption>}
        <thead>
          <tr>
            {headers.map((header, column) => (
              <th key={column} scope="col" class={kind(column)}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], row) => (
            <tr key={row}>
              <th scope="row" class="words">
                {name}
              </th>
              {cells.map((cell, column) => (
                <td key={column} class={kind(column + 1)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
