/** The open model as a file of any format, as it answers now. */
import { Choice } from "../parts/field.js";
import { download } from "../parts/files.js";
import { routed } from "../state/route.js";
import type { Subject } from "../state/subject.js";
import { Work } from "./work.js";

const FORMATS = [
  [
    ".keras",
    "Keras (.keras)",
    "All of it, words and labels too; Python's Keras opens it, and so does this page.",
  ],
  [
    ".html",
    "a page to try it in (.html)",
    "One file that opens in any browser and answers what one types, without a network.",
  ],
  [".mjs", "an ES module (.mjs)", "One file without dependencies."],
  [".onnx", "ONNX (.onnx)", "The network, for ONNX Runtime and others; words and labels in its metadata."],
  [".safetensors", "safetensors", "All of it, weights by their names."],
  [".json", "TensorFlow.js (.json and shards)", "Several files, which belong together."],
  [".h5", "HDF5 (.h5), the network alone", "For older Keras. Words and labels have no place in it."],
] as const;
type Format = (typeof FORMATS)[number][0];

/** What a module exports to be asked by. */
const ASKED = {
  classifier: "classify",
  multiLabel: "classify",
  regressor: "estimate",
  network: "predict",
} as const;

const format = routed("format", ".keras");

export function ModelFiles({ of: { name, model } }: { of: Subject }) {
  // A file of HDF5 has no place for words and labels.
  const formats = FORMATS.filter(([ending]) => ending !== ".h5" || model.kind === "network");
  const [ending, , says] = formats.find(([each]) => each === format.value) ?? formats[0]!;
  const note = ending === ".mjs" ? `${says} import { ${ASKED[model.kind]} } from it.` : says;
  const write = async () => {
    for (const [file, bytes] of await model.toFiles(`${plainName(name)}${ending}`)) download(file, bytes);
  };
  return (
    <section class="stack" aria-label="The model">
      <h3>The model</h3>
      <div class="row">
        <Choice<Format>
          name="Format"
          note={note}
          value={ending}
          options={formats.map(([each, called]) => [each, called] as const)}
          onPick={(picked) => void (format.value = picked)}
        />
        <Work does={write}>Download the model</Work>
      </div>
    </section>
  );
}

/** A name as a file may have it everywhere, without the ending that it came with. */
export const plainName = (name: string): string =>
  name
    .replace(/\.(keras|h5|hdf5|safetensors|json)$/i, "")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "") || "model";
