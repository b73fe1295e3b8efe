/** The view that is shown, or one of its pictures, as SVG. */
import { download } from "../parts/files.js";
import { plainName } from "./model-files.js";
import { svgOf } from "./svg-of.js";
import { Work } from "./work.js";

interface Shown {
  name: string;
  element: Element;
}

/** What of the view can be taken by itself: its pictures, each by its name. */
function picturesOf(view: Element): Shown[] {
  const named = [...view.querySelectorAll("figure[aria-label]")].filter(
    (element) => element.getBoundingClientRect().height > 0,
  );
  return named.map((element) => ({ name: element.getAttribute("aria-label")!, element }));
}

export function Pictures() {
  const view = document.querySelector("main");
  if (!view) return null;
  const title = view.getAttribute("aria-label")!;
  const take = ({ name, element }: Shown) =>
    download(`${plainName(name.toLowerCase())}.svg`, svgOf(element, name), "image/svg+xml");
  return (
    <section class="stack" aria-label="Pictures">
      <h3>Pictures</h3>
      <p class="quiet">What is behind this, as it is seen, as SVG: to print, to put on a slide, to change.</p>
      <div class="row">
        <Work does={() => take({ name: title, element: view })}>The whole view: {title}</Work>
        {picturesOf(view).map((shown, i) => (
          <Work key={i} does={() => take(shown)}>
            {shown.name}
          </Work>
        ))}
      </div>
    </section>
  );
}
