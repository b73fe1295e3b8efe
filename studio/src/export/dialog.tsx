/** What can be taken along: the model in any format, a report, the pictures of the view, the code that makes it again. */
import { useEffect, useRef } from "preact/hooks";
import { subject } from "../state/subject.js";
import { Code } from "./code.js";
import { ModelFiles } from "./model-files.js";
import { exporting } from "./open.js";
import { Pictures } from "./pictures.js";
import { Report } from "./report.js";
import "./dialog.css";

export function ExportDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const open = subject.value;
  return (
    <dialog
      ref={dialog}
      class="export"
      aria-labelledby="export-title"
      onClose={() => void (exporting.value = false)}
    >
      <div class="row">
        <h2 id="export-title">Take it along</h2>
        <button type="button" class="close" onClick={() => dialog.current!.close()}>
          Close
        </button>
      </div>
      {open && <p class="quiet words">Open is {open.name}.</p>}
      {open && <ModelFiles of={open} />}
      {open && open.model.kind !== "network" && <Report of={open} />}
      <Pictures />
      <Code />
    </dialog>
  );
}
