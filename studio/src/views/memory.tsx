/** What the memory holds: the recursion written out over some steps, and the final memory as a sum over the words. */
import { ChooseUnit, OfLayer } from "../parts/choose-layer.js";
import { Readable } from "../parts/unread.js";
import { type LayerFacts, reading, unit } from "../state/reading.js";
import { Held } from "./memory/held.js";
import { WrittenOut } from "./memory/written-out.js";
import "./memory.css";

export function View() {
  return (
    <>
      <div class="stack">
        <h2>Memory</h2>
        <p>
          A recurrent layer reads one word after another and keeps a memory. Write its recursion out, and it
          says by itself what each word left there.
        </p>
      </div>
      <OfLayer>{(chosen) => <OfUnit key={chosen.layer} layer={chosen} />}</OfLayer>
    </>
  );
}

function OfUnit({ layer }: { layer: LayerFacts }) {
  const own = Math.min(unit.value, layer.units - 1);
  const text = reading.value;
  if (text === null) return <p class="quiet">The sentence above says what is to be read.</p>;
  const pick = (next: number) => void (unit.value = next);
  return (
    <Readable text={text}>
      <ChooseUnit units={layer.units} value={own} onPick={pick} />
      <Held layer={layer} text={text} unit={own} onUnit={pick} />
      <WrittenOut layer={layer} text={text} unit={own} />
    </Readable>
  );
}
