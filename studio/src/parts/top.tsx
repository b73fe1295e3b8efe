/** The head of the page: what is open, and how something else is. */
import { exporting } from "../export/open.js";
import { openFiles } from "../state/open-files.js";
import { described, opening, openProblem, subject } from "../state/subject.js";
import { FileButton } from "./files.js";
import { Problem } from "./problem.js";

export function Top() {
  const open = subject.value;
  return (
    <header class="page top">
      <h1 class="name">
        <img src="./icon.svg" alt="" /> Cellstate Studio
      </h1>
      <p class="open quiet words">
        {opening.value ? `Opening ${opening.value} …` : open ? `${open.name}: ${described(open)}` : ""}
      </p>
      <div class="actions">
        {open && (
          <button type="button" onClick={() => void (exporting.value = true)}>
            Take it along …
          </button>
        )}
        <FileButton onFiles={(files) => void openFiles(files)}>Open a file …</FileButton>
      </div>
      {openProblem.value && <Problem error={openProblem.value} />}
    </header>
  );
}
