/** How a file is written and which of its columns are read: as found, and otherwise if that is wrong. */
import type { DataOptions } from "cellstate/worker";
import { Choice } from "../../parts/field.js";
import { type OpenData, readAgain } from "../../state/data.js";

const DELIMITERS = { ",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar" } as const;
const delimiterName = (delimiter: string) =>
  Object.hasOwn(DELIMITERS, delimiter) ? DELIMITERS[delimiter as keyof typeof DELIMITERS] : delimiter;

const FOUND = "";
const ENCODINGS = ["utf-8", "utf-16le", "windows-1252", "iso-8859-2", "windows-1251", "shift_jis", "gb18030"];

export function Columns({ of: { report, options } }: { of: OpenData }) {
  const { description } = report;
  const { columns, label, text, header, dialect, encoding, compression, format, found } = description;
  const again = (changed: DataOptions) => {
    const asked = { ...options, ...changed };
    const kept = Object.entries(asked).filter(([, value]) => value !== undefined);
    void readAgain(Object.fromEntries(kept));
  };
  /** Columns by their places: names may repeat. */
  const places = columns.map((name, i) => [String(i + 1), header ? name : `column ${name}`] as const);
  const isWritten = dialect !== undefined;
  return (
    <>
      <dl class="facts">
        <dt>Format</dt>
        <dd>
          {format === "objects" ? "lines pasted here" : format}
          {compression ? `, packed with ${compression}` : ""}
          {dialect ? `, fields parted by ${delimiterName(dialect.delimiter)}` : ""}
        </dd>
        {encoding && (
          <>
            <dt>Encoding</dt>
            <dd>
              {encoding.name}
              {encoding.byteOrderMark ? ", with a byte order mark" : ""}
              {encoding.note ? ` (${encoding.note})` : ""}
            </dd>
          </>
        )}
        <dt>Columns</dt>
        <dd>
          {header ? "named by the file" : "without names"}: {columns.join(", ")}
        </dd>
        <dt>Found</dt>
        <dd>{found}</dd>
      </dl>
      {columns.length > 1 && (
        <div class="row">
          <Choice
            name="Text column"
            value={String((text[0]?.index ?? 0) + 1)}
            options={places}
            onPick={(place) => again({ text: Number(place) })}
          />
          <Choice
            name="Label column"
            value={String((label?.index ?? 0) + 1)}
            options={places}
            onPick={(place) => again({ label: Number(place) })}
          />
          {isWritten && (
            <>
              <Choice
                name="Fields are parted by"
                value={options.delimiter ?? FOUND}
                options={[
                  [FOUND, `as found: ${delimiterName(dialect.delimiter)}`],
                  ...Object.entries(DELIMITERS),
                ]}
                onPick={(delimiter) => again({ ...FRESH, delimiter: delimiter || undefined } as DataOptions)}
              />
              <Choice
                name="First row"
                value={options.header === undefined ? FOUND : String(options.header)}
                options={[
                  [FOUND, header ? "as found: names the columns" : "as found: a text"],
                  ["true", "names the columns"],
                  ["false", "is a text"],
                ]}
                onPick={(value) =>
                  again({ header: value === FOUND ? undefined : value === "true" } as DataOptions)
                }
              />
              <Choice
                name="Encoding"
                value={options.encoding ?? FOUND}
                options={[
                  [FOUND, `as found: ${encoding?.name ?? "plain letters"}`],
                  ...ENCODINGS.map((name) => [name, name] as const),
                ]}
                onPick={(name) => again({ encoding: name || undefined } as DataOptions)}
              />
            </>
          )}
        </div>
      )}
    </>
  );
}

/** Fields that are parted otherwise are other columns. */
const FRESH = { text: undefined, label: undefined } as unknown as DataOptions;
