/** The cell: the drawing of a recurrent layer at work on the sentence, its parts over the words, and where numbers come from. */
import "cellstate/style.css";
import "./cell.css";
import type { CellView } from "cellstate/explain";
import { Problem } from "../parts/problem.js";
import { isUnread, Unread } from "../parts/unread.js";
import { asHeld, chosenOf, interventionsOf, layer, row } from "../state/cell.js";
import { useExplained } from "../state/explained.js";
import { subject } from "../state/subject.js";
import { Deciding } from "./cell/deciding.js";
import { Diagram } from "./cell/diagram.js";
import { Courses, Held } from "./cell/effect.js";
import { Find } from "./cell/find.js";
import { Layers } from "./cell/layers.js";
import { OneNumber } from "./cell/one-number.js";
import { PartMap } from "./cell/part-map.js";
import { Parts } from "./cell/parts.js";

export function View() {
  const given = row.value;
  const asked = given instanceof Error ? null : given;
  const options = layer.value ? { layer: layer.value } : {};
  const anatomy = useExplained("cellAnatomy", [options]);
  const cell = anatomy.value.value;
  const view = useExplained("cellView", asked !== null && cell ? [asked, options] : null);
  if (!subject.value) return <p class="quiet">Opening the model …</p>;
  if (cell && isUnread(view.value.error)) return <Unread />;
  const wrong = anatomy.value.error ?? (given instanceof Error ? given : view.value.error);
  if (wrong) return <Without error={wrong} />;
  const shown = view.value.value;
  // A view of the layer, or of the model, that was looked at before says nothing of this one.
  if (!shown || !cell || shown.anatomy.layer !== cell.layer)
    return <p class="quiet">Reading the sentence …</p>;
  return <Inside of={shown} given={asked!} />;
}

/** Where there is no cell to draw: why, in the library's words, and what decided all the same. */
function Without({ error }: { error: Error }) {
  return (
    <>
      <section class="stack">
        <h2>No cell to draw</h2>
        <Problem error={error} />
      </section>
      <Deciding />
    </>
  );
}

function Inside({ of, given }: { of: CellView; given: string | readonly number[] }) {
  const { given: held, left } = interventionsOf(of);
  const what = useExplained("intervene", held.length > 0 ? [given as string, held] : null, { paced: true });
  const after = held.length > 0 ? what.value.value : null;
  const own = after?.layers.find((each) => each.layer === of.anatomy.layer) ?? null;
  const view = asHeld(of, own);
  const chosen = chosenOf(view);
  const place = { view, plain: of, chosen, given, held };
  return (
    <>
      <Layers of={view} given={given} />
      <Deciding view={view} word={chosen.word} />
      <Diagram {...place} />
      <div class="cell-two">
        <div class="stack">
          <Parts {...place} />
          <PartMap {...place} />
        </div>
        <OneNumber {...place}>
          <Held before={of} left={left} what={what.value} />
        </OneNumber>
      </div>
      {after && <Courses {...place} />}
      <Find {...place} />
    </>
  );
}
