/** A sentence of which the model reads nothing: said once, in place of a view that would be about it. */
import type { ComponentChildren } from "preact";
import { useExplained } from "../state/explained.js";

/** Whether nothing of the sentence is read, by what the library said of it. */
export const isUnread = (error: Error | null): boolean => error !== null && /^text: /.test(error.message);

export function Unread() {
  return (
    <section class="stack" role="status">
      <h2>Nothing to read</h2>
      <p>The model knows none of these words. Type a sentence above with at least one that it knows.</p>
    </section>
  );
}

/** @param text what is read; the row of a network without words has all of its ids */
export function Readable({
  text,
  children,
}: {
  text: string | readonly number[];
  children: ComponentChildren;
}) {
  const read = useExplained("readSentence", typeof text === "string" ? [text] : null);
  return typeof text === "string" && isUnread(read.value.error) ? <Unread /> : children;
}
