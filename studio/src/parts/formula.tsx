/** A formula of the library's, as MathML: browsers set it, and screen readers read it. */
import { formula } from "cellstate/explain";
import { useMemo } from "preact/hooks";

/** @param block on lines of its own, which break where the page is narrow */
export function Formula({ tex, block = false }: { tex: string; block?: boolean }) {
  // The library escapes what it sets; TeX that is not its own is an error there.
  const source = useMemo(() => ({ __html: formula(tex, { block }) }), [tex, block]);
  return block ? (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached
    <section class="formula scroll" tabIndex={0} aria-label="Formula" dangerouslySetInnerHTML={source} />
  ) : (
    <span class="formula" dangerouslySetInnerHTML={source} />
  );
}
