/**
 * A picture with its twins: a sentence that says what is to be seen, and a table of the numbers. Who does not see the
 * picture has both; who sees it may open the table.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Table, type TableShape } from "./table.js";

export interface PictureProps {
  title: string;
  /** What is to be seen in it, in a sentence or two. */
  says: ComponentChildren;
  table: TableShape;
  children: ComponentChildren;
}

export function Picture({ title, says, table, children }: PictureProps) {
  const isOpen = useSignal(false);
  return (
    <figure class="picture stack" aria-label={title}>
      <figcaption>
        <h3>{title}</h3>
        <p class="quiet">{says}</p>
      </figcaption>
      {children}
      {/* Made when it is looked at: of a curve that is being drawn it would be made anew many times a second. */}
      <details onToggle={({ currentTarget }) => void (isOpen.value = currentTarget.open)}>
        <summary>The numbers</summary>
        {isOpen.value && <Table {...table} caption={table.caption ?? title} />}
      </details>
    </figure>
  );
}
