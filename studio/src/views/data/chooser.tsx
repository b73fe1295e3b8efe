/** Where data comes from: a file, the example, or lines that are pasted. */
import { useSignal } from "@preact/signals";
import { Field } from "../../parts/field.js";
import { FileButton } from "../../parts/files.js";
import { data, EXAMPLE, readData, readExample } from "../../state/data.js";
import { openFiles } from "../../state/open-files.js";

export function Chooser() {
  const over = useSignal(false);
  return (
    <section
      class={over.value ? "drop over" : "drop"}
      aria-label="Open data"
      onDragOver={() => void (over.value = true)}
      onDragLeave={() => void (over.value = false)}
      onDrop={() => void (over.value = false)}
    >
      <p>Drop a file here: CSV, TSV, JSONL or Parquet, packed (.gz) or not. A model file is opened, too.</p>
      <div class="row">
        <button type="button" class={data.value ? undefined : "main"} onClick={() => void readExample()}>
          Example: {EXAMPLE.name}
        </button>
        <FileButton onFiles={(files) => void openFiles(files)}>Choose a file …</FileButton>
      </div>
      <Paste />
    </section>
  );
}

/** A label and a text a line, with a tab between them, or a comma. */
const SHAPE = "ham\tSee you at home tonight\nspam\tYou won a prize, call now\n";

function Paste() {
  const text = useSignal("");
  const rows = () =>
    text.value
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [, label = "", words = ""] = /^([^\t]*)\t(.*)$/.exec(line) ?? /^([^,]*),(.*)$/.exec(line) ?? [];
        return { label, text: words };
      });
  return (
    <details>
      <summary>Or paste lines</summary>
      <div class="stack">
        <Field name="A line a text: its label, a tab or a comma, the text">
          {(id) => (
            <textarea
              id={id}
              class="paste"
              rows={6}
              spellcheck={false}
              placeholder={SHAPE}
              value={text.value}
              onInput={({ currentTarget }) => void (text.value = currentTarget.value)}
            />
          )}
        </Field>
        <button
          type="button"
          disabled={text.value.trim() === ""}
          onClick={() => void readData(rows(), "pasted lines", { text: "text", label: "label" })}
        >
          Read these lines
        </button>
      </div>
    </details>
  );
}
