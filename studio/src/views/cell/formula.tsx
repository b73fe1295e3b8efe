/** A formula of the library, as MathML. */
import { formula } from "cellstate/explain";

export function Formula({ tex, block = false }: { tex: string; block?: boolean }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the library's own markup, of its own TeX
  return <span class={block ? "formula block" : "formula"} dangerouslySetInnerHTML={{ __html: formula(tex, { block }) }} />;
}
