/** How a gradient comes back through time: over the words and paths, in other cells, and with a gate more or less open. */
import { OfLayer } from "../parts/choose-layer.js";
import { Readable } from "../parts/unread.js";
import { type LayerFacts, reading } from "../state/reading.js";
import { routed } from "../state/route.js";
import { subject } from "../state/subject.js";
import { Cells } from "./gradient/cells.js";
import { Paths } from "./gradient/paths.js";
import { Sweep } from "./gradient/sweep.js";
import "./gradient.css";

/** What E is: how sure the model is, in one of three measures, and of which label. */
const kind = routed("of", "loss");
const target = routed("label");
const KINDS = { loss: "loss", probability: "probability", logOdds: "log-odds" } as const;
type Kind = keyof typeof KINDS;

/** E, as explanations take it. */
export interface Choice {
  layer: string;
  kind?: Kind;
  target?: number;
  labels?: string[];
}

export function View() {
  return (
    <>
      <div class="stack">
        <h2>Gradient</h2>
        <p>
          A network learns from a word only if the gradient gets back to it: the number that says how much the
          answer would change with the memory at that word. Here it goes back, from the answer, word by word:
          watch it fade or grow.
        </p>
      </div>
      <OfLayer>{(layer) => <OfSentence key={layer.layer} layer={layer} />}</OfLayer>
    </>
  );
}

function OfSentence({ layer }: { layer: LayerFacts }) {
  const text = reading.value;
  const labels = subject.value?.model.labels ?? [];
  if (text === null) return <p class="quiet">The sentence above says what is to be read.</p>;
  const isProbability = labels.length > 0;
  const own = labels.indexOf(target.value);
  const choice: Choice = {
    layer: layer.layer,
    ...(isProbability
      ? { kind: kind.value in KINDS ? (kind.value as Kind) : "loss", labels: [...labels] }
      : {}),
    ...(own >= 0 ? { target: own } : {}),
  };
  return (
    <Readable text={text}>
      {isProbability && (
        <div class="row">
          <label class="field">
            Gradient of the
            <select
              value={choice.kind}
              onChange={({ currentTarget }) => void (kind.value = currentTarget.value)}
            >
              {Object.entries(KINDS).map(([name, says]) => (
                <option key={name} value={name}>
                  {says}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            Of
            <select
              value={own >= 0 ? target.value : ""}
              onChange={({ currentTarget }) => void (target.value = currentTarget.value)}
            >
              <option value="">what it answers</option>
              {labels.map((label) => (
                <option key={label} value={label}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Paths {...{ layer, text, choice }} />
      <Sweep {...{ layer, text, choice }} />
      <Cells {...{ layer, text }} />
    </Readable>
  );
}
