/** What was read: how it is written, which columns, how many of each label, the first rows, and what is wrong with it. */
import { Bars } from "../../parts/bars.js";
import { Findings } from "../../parts/findings.js";
import { Table } from "../../parts/table.js";
import type { OpenData } from "../../state/data.js";
import { routed } from "../../state/route.js";
import { count, percent, plural } from "../../state/words.js";
import { Columns } from "./columns.js";

const view = routed("view", "cell");

/** Labels that are drawn; of more, the rest is said. */
const DRAWN = 20;

export function Read({ of: open }: { of: OpenData }) {
  const { report } = open;
  const { rows, labels, rejects, first, findings, refusal, notes } = report;
  return (
    <>
      <section class="card stack" aria-label="What was read">
        <h3 class="words">{open.name}</h3>
        <p>
          {plural(rows, "row")} to learn from, {plural(labels.length, "label")}
          {rejects.count > 0 ? `; ${plural(rejects.count, "row")} that cannot be used` : ""}.
        </p>
        {refusal === null ? (
          <button type="button" class="main" onClick={() => void (view.value = "train")}>
            Train on it
          </button>
        ) : (
          <p class="problem" role="alert">
            It cannot be trained on: {refusal}
          </p>
        )}
        <Columns of={open} />
        {notes.map((note) => (
          <p key={note} class="quiet">
            {note}
          </p>
        ))}
      </section>
      <div class="grid">
        {labels.length > 0 && <Labels of={report} />}
        {findings.length > 0 && (
          <section class="stack" aria-label="Before training">
            <h3>Worth knowing before training</h3>
            <Findings of={findings} />
          </section>
        )}
      </div>
      {first.length > 0 && (
        <div class="texts">
          <Table
            caption={first.length < rows ? `The first ${first.length} rows` : "All rows"}
            headers={["Row", "Label", "Text"]}
            rows={first.map(({ row, label, text }) => [count(row), label, shortened(text)])}
            words={[1, 2]}
          />
        </div>
      )}
      {rejects.count > 0 && (
        <div class="texts">
          <Table
            caption={`Rows that cannot be used: ${count(rejects.count)}${rejects.count > rejects.first.length ? `, the first ${rejects.first.length}` : ""}`}
            headers={["Row", "Why", "What it holds"]}
            rows={rejects.first.map(({ row, reason, cells }) => [
              count(row),
              reason,
              shortened(cells.map(String).join(" · ")),
            ])}
            words={[1, 2]}
          />
        </div>
      )}
    </>
  );
}

function Labels({ of: { labels, rows } }: { of: OpenData["report"] }) {
  const drawn = labels.slice(0, DRAWN);
  const rest = labels.slice(DRAWN).reduce((sum, label) => sum + label.rows, 0);
  const bars = drawn.map(({ label, rows: n }) => ({
    name: label,
    value: n,
    shown: `${count(n)}, ${percent(n / rows)}`,
  }));
  const [most] = labels;
  return (
    <Bars
      title="Labels"
      says={`Always answering ${most!.label} would be right for ${percent(most!.rows / rows)} of these rows: a classifier has to do better.${
        rest > 0 ? ` ${plural(labels.length - DRAWN, "more label")} have ${plural(rest, "row")}.` : ""
      }`}
      headers={["Label", "Rows"]}
      bars={bars}
    />
  );
}

const LONGEST = 160;
const shortened = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
