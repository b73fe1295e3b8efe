/** How far something long is, in the library's own words. */
import type { Progress as Far } from "cellstate/worker";
import { clock, count } from "../state/words.js";

export function Progress({ of }: { of: Far }) {
  const { phase, done, total, seconds } = of;
  const share = total ? done / total : null;
  const left = share && share > 0.02 ? (seconds / share) * (1 - share) : null;
  return (
    <div class="stack">
      <progress {...(share === null ? {} : { value: share })} aria-label={phase} />
      <p class="quiet">
        {phase}
        {total ? ` · ${count(done)} of ${count(total)}` : done > 0 ? ` · ${count(done)}` : ""}
        {` · ${clock(seconds)}`}
        {left !== null && left >= 1 ? `, about ${clock(left)} to go` : ""}
      </p>
    </div>
  );
}
