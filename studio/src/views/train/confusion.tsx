/** Which labels are taken for which, counted. */
import { Table } from "../../parts/table.js";
import { count } from "../../state/words.js";

/** Labels whose matrix is still read; of more, the commonest mistakes are listed. */
const MOST = 12;

export function Confusion({
  caption,
  labels,
  matrix,
}: {
  caption: string;
  labels: readonly string[];
  /** [label of the row][label answered] */
  matrix: readonly (readonly number[])[];
}) {
  if (labels.length > MOST) return <Pairs caption={caption} labels={labels} matrix={matrix} />;
  const most = Math.max(1, ...matrix.map((row) => Math.max(...row)));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table class="confusion">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">is ↓, answered →</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, actual) => (
            <tr key={labels[actual]}>
              <th scope="row">{labels[actual]}</th>
              {row.map((n, answered) => (
                <td
                  key={labels[answered]}
                  class={`${actual === answered ? "right" : "wrong"} full${n === 0 ? 0 : Math.ceil((4 * n) / most)}`}
                >
                  {count(n)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Pairs({ caption, labels, matrix }: Parameters<typeof Confusion>[0]) {
  const pairs = matrix
    .flatMap((row, actual) => row.map((n, answered) => ({ actual, answered, n })))
    .filter(({ actual, answered, n }) => actual !== answered && n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, MOST);
  return (
    <Table
      caption={`${caption}: the commonest mistakes`}
      headers={["Is", "Answered", "Rows"]}
      rows={pairs.map(({ actual, answered, n }) => [labels[actual], labels[answered], count(n)])}
      words={[1]}
    />
  );
}
