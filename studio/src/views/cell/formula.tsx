/** A formula of the library, as MathML: its own markup, of its own TeX. */
import { formula } from "cellstate/explain";

export function Formula({ tex }: { tex: string }) {
  return <span class="formula" dangerouslySetInnerHTML={{ __html: formula(tex) }} />;
}
