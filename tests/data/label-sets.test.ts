/** Several labels a text: how files write them, what is said of it, and what is refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type LabelSetOptions, type Reject, readLabelled, readLabelSets } from "../../src/data/index.js";
import { memorySource } from "../../src/data/source.js";
import { writtenList } from "../../src/data/written-list.js";

async function read(name: string, content: string | object[], options: LabelSetOptions = {}) {
  const data = await readLabelSets(
    typeof content === "string" ? memorySource(content, name) : content,
    options,
  );
  const rows: (readonly string[])[] = [];
  for await (const { labels } of data) rows.push(labels);
  return { ...data.description, notes: data.notes, rows };
}

const refusal = (message: RegExp) => ({ name: "InputError", message });
const refused = (
  content: string | object[],
  message: RegExp,
  options: LabelSetOptions = {},
  name = "d.csv",
) => assert.rejects(() => read(name, content, options), refusal(message));

const jsonLines = (...labels: unknown[]) =>
  labels.map((each, i) => JSON.stringify({ text: `text ${i}`, labels: each })).join("\n");
const csv = (...cells: string[]) =>
  ["text,tags", ...cells.map((cell, i) => `text ${i},"${cell.replaceAll('"', '""')}"`)].join("\n");

test("lists of texts, numbers and truth values, in JSON Lines, a JSON list and a program's objects", async () => {
  const lists = [["a", "urgent"], [1, true, " a ", "a", ""], [], "b;c", null, ["1", 1.5, "1.0"]];
  const expected = [["a", "urgent"], ["1", "true", "a"], [], ["b;c"], [], ["1", "1.5"]];
  const lines = await read("d.jsonl", jsonLines(...lists));
  assert.deepEqual(lines.rows, expected);
  assert.equal(lines.found, "text column: text, label column: labels (found by name); labels in lists");
  assert.deepEqual(lines.notes, [
    "2 rows have no labels: row 3, 5",
    '1 row has a label with ";", "|" or "," in it, such as "b;c", which is taken for one: row 4',
  ]);
  const list = await read("d.json", `[${jsonLines(...lists).replaceAll("\n", ",")}]`);
  assert.deepEqual(list.rows, expected);
  const objects = lists.map((labels, i) => ({ text: `text ${i}`, labels }));
  assert.deepEqual((await read("", objects)).rows, expected);
});

test("fastText's lines of any number of labels", async () => {
  const lines = "__label__a __label__b,c two\n__label__b one\nnone at all\n";
  const { rows, found, notes } = await read("d.txt", lines);
  assert.deepEqual(rows, [["a", "b,c"], ["b"], []]);
  assert.match(found, /; labels in lists$/);
  assert.deepEqual(notes, ["1 row has no labels: row 3"]);
});

test("cells fall apart by the first separator by which labels repeat", async () => {
  for (const by of [";", "|", ",", ", ", " | "]) {
    const cells = [`a${by}b`, `b${by}c d${by}`, "a", "", `c d${by}${by}a${by}a`];
    const { rows, found } = await read("d.csv", csv(...cells));
    assert.deepEqual(rows, [["a", "b"], ["b", "c d"], ["a"], [], ["c d", "a"]]);
    assert.equal(
      found,
      `text column: text, label column: tags (found by name); labels parted by "${by.trim()}"`,
    );
  }
  // A comma within labels that are parted by something else.
  assert.deepEqual((await read("d.csv", csv("a, b;c", "c;d", "a, b"))).rows, [
    ["a, b", "c"],
    ["c", "d"],
    ["a, b"],
  ]);
});

test("where labels do not repeat, a cell is one label, and separators in it are said", async () => {
  const unlike = await read("d.csv", csv("Sports, Leisure", "Comedy", "Sports, Leisure", "a;b"));
  assert.deepEqual(unlike.rows, [["Sports, Leisure"], ["Comedy"], ["Sports, Leisure"], ["a;b"]]);
  assert.match(unlike.found, /; each cell one label$/);
  assert.deepEqual(unlike.notes, [
    '3 rows have a label with ";", "|" or "," in it, such as "Sports, Leisure", which is taken for one: row 2, 4, 5',
  ]);
});

test("labelSeparator says what parts labels, whatever shows", async () => {
  const { rows, found, notes } = await read("d.csv", csv("a => b;c", "d"), { labelSeparator: "=>" });
  assert.deepEqual(rows, [["a", "b;c"], ["d"]]);
  assert.match(found, /; labels parted by "=>"$/);
  assert.deepEqual(notes, []);
  const bracketed = await read("d.csv", csv("[a] [b]", "[b]"), { labelSeparator: " " });
  assert.deepEqual(bracketed.rows, [["[a]", "[b]"], ["[b]"]]);
  for (const labelSeparator of ["", '"', "';", 5, null]) {
    await refused(csv("a"), /^readLabelSets options: labelSeparator: expected what parts labels/, {
      labelSeparator,
    } as LabelSetOptions);
  }
  // What is a list is none of a separator's business.
  for (const cell of ["['a', 'b']", "['a']", "[]", "('a', 1)", "['a' 'b']"]) {
    await refused(
      csv(cell, "a"),
      /1 row has a list written as text as labels .*: row 2\. .*without that option/,
      { labelSeparator: "," },
    );
  }
  const idle = /expected no labelSeparator: its labels stand in/;
  await refused(jsonLines(["a"]), idle, { labelSeparator: ";" }, "d.jsonl");
  await refused("__label__a b\n__label__c d\n", idle, { labelSeparator: ";" }, "d.txt");
  await refused("text,a\nx,1\n", idle, { labelSeparator: ";", label: ["a"] });
});

interface Written {
  written: string;
  items: string[];
}

test("lists written as text, as Python and JSON write them", () => {
  const path = new URL("../../../tests/data/golden/written-lists.json", import.meta.url);
  const cases = JSON.parse(readFileSync(path, "utf8")) as Written[];
  assert.ok(cases.length > 350);
  assert.ok(["()", "set()", "frozenset()"].every((cell) => cases.some(({ written }) => written === cell)));
  for (const { written, items } of cases) {
    const numbers = (texts: readonly string[] | undefined) =>
      texts?.map((text) => (/^[\d.e+-]+$/.test(text) ? Number(text) : text)); // 1e22 and 1e+22
    assert.deepEqual(numbers(writtenList(written, 100)), numbers(items), written);
  }
});

test("lists written as text: what is malformed is none", () => {
  const malformed = [
    ...[
      "[a]",
      "['a' 'b']",
      "['a',]",
      "[,]",
      "['a', None]",
      "[nan]",
      "[['a']]",
      "['a \"]",
      "['a\\q']",
      "[{'a'}]",
    ],
    ...["['\\x4']", "['\\U00110000']", "[1", "[]]", "x", "[07]", "['a\nb']", "['a']]", "", "["],
    ...[
      "('a')",
      "(1)",
      "{}",
      "{'a': 1}",
      "{'a',}",
      "('a',,)",
      "('a', 'b',)",
      "(a, b)",
      "('a']",
      "{'a')",
      "set(['a'])",
    ],
    ...["frozenset({})", "frozenset({'a'}", "frozenset(('a', 'b'))", "array(['a', 'b'])", "(", "()()"],
  ];
  for (const cell of malformed) assert.equal(writtenList(cell, 9), undefined, JSON.stringify(cell));
  assert.equal(writtenList("[1, 2, 3, 4]", 2)?.length, 3);
});

test("cells of written lists: read where most at the head are; a malformed one is a row that cannot be used", async () => {
  const cells = ["['a', 'b']", '["b", 3, True]', "[]", "", "[ ]"];
  const { rows, found, notes } = await read("d.csv", csv(...cells));
  assert.deepEqual(rows, [["a", "b"], ["b", "3", "True"], [], [], []]);
  assert.match(found, /; labels in lists that are written as text$/);
  assert.deepEqual(notes, ["3 rows have no labels: row 4, 5, 6"]);
  // The fewer at the head cannot be used: what is no list among lists, and lists among others.
  await refused(
    csv("['a', 'b']", "c", "['c']"),
    /1 row has no list as labels .*"c": row 3\. The others are lists/,
  );
  await refused(csv("a", "b", "['a', 'b']", "a"), /1 row has a list written as text as labels .*: row 4\./);
  const far = csv(...Array.from({ length: 6000 }, () => "['a', 'b']"), "['a'");
  await refused(
    far,
    /1 row has a malformed list as labels \(column tags\), such as "\['a'": row 6002\. .*labelSeparator/,
  );
});

test("tuples and sets, as Python writes them", async () => {
  const tuples = await read("d.csv", csv("('a', 'b')", "('a',)", "()"));
  assert.deepEqual(tuples.rows, [["a", "b"], ["a"], []]);
  assert.match(tuples.found, /; labels in lists that are written as text$/);
  const sets = await read("d.csv", csv("{'b', 'a'}", "set()", "frozenset({'a'})"));
  assert.deepEqual(sets.rows, [["b", "a"], [], ["a"]]);
  // Other brackets are labels' own.
  const { rows, found } = await read(
    "d.csv",
    csv("(other)", "Drama (TV);(other)", "{x}", "Drama (TV)", "Tamil [ta]"),
  );
  assert.deepEqual(rows, [["(other)"], ["Drama (TV)", "(other)"], ["{x}"], ["Drama (TV)"], ["Tamil [ta]"]]);
  assert.match(found, /; labels parted by ";"$/);
});

test("words for nothing beside lists written as text are no labels, and said", async () => {
  const cells = [
    "['a']",
    "None",
    "['b', 'a']",
    "nan",
    "NaN",
    "null",
    "N/A",
    "<NA>",
    "['b']",
    "[]",
    "[]",
    "[]",
  ];
  const { rows, notes, found } = await read("d.csv", csv(...cells));
  assert.match(found, /; labels in lists that are written as text$/);
  assert.deepEqual(rows, [["a"], [], ["b", "a"], [], [], [], [], [], ["b"], [], [], []]);
  assert.deepEqual(notes, [
    "9 rows have no labels: row 3, 5, 6, 7, 8, …",
    '6 rows have a word such as "None" in place of a list, which is taken for no labels: row 3, 5, 6, 7, 8, …',
  ]);
  // Mostly nothing, too; and one is no word for nothing.
  assert.deepEqual((await read("d.csv", csv("nan", "nan", "['a']", "nan"))).rows, [[], [], ["a"], []]);
  assert.deepEqual((await read("d.csv", csv("none", "a"))).rows, [["none"], ["a"]]);
});

test("lists that begin behind the head, or stand beside other labels, are never labels with brackets", async () => {
  const many = (cell: string) => Array.from({ length: 6000 }, () => cell);
  const late =
    /1 row has a list written as text as labels \(column tags\), such as "[^"]+": row 6002\. .*labelSeparator/;
  const cells = [
    "['a', 'b']",
    "[]",
    "[a]",
    "['a'",
    "'b']",
    "labels ['a', 'b']",
    "('a',)",
    "{'a'}",
    "{'a': 1}",
    "set()",
    "array(['a', 'b'], dtype=object)",
  ];
  for (const cell of cells) {
    for (const others of ["a", "a;b", "a,b"]) await refused(csv(...many(others), cell), late);
  }
  await refused(csv(...many("['a']"), "a;b"), /1 row has no list as labels .*"a;b": row 6002/);
  await refused(jsonLines(["a"], "['a', 'b']"), /a list written as text as labels .*: row 2/, {}, "d.jsonl");
  assert.deepEqual((await read("d.txt", "__label__[a] x\n__label__('b',) y\n")).rows, [["[a]"], ["('b',)"]]);
});

test("labels that hold another separator than the one found are said, with one of them", async () => {
  const lines = csv("a;b", "b;a", "a, b", "b;a|c", " c , d ;a");
  const { rows, notes } = await read("d.csv", lines);
  assert.deepEqual(rows, [["a", "b"], ["b", "a"], ["a, b"], ["b", "a|c"], ["c , d", "a"]]);
  assert.deepEqual(notes, [
    '3 rows have a label with "|" or "," in it, such as "a, b", which is taken for one: row 4, 5, 6',
  ]);
  assert.deepEqual((await read("d.csv", lines, { labelSeparator: ";" })).notes, []);
});

const ONE_HOT = [
  "id,comment_text,toxic,rude,mild",
  ...Array.from({ length: 4 }, (_, i) => [
    `${3 * i},a b c d ${i},1,0,0.0`,
    `${3 * i + 1},b c d e ${i},0,,1.0`,
    `${3 * i + 2},c d e f ${i},NaN,1,0`,
  ]).flat(),
];

test("columns of 0 and 1 are no labels unless they are asked for", async () => {
  const table = ONE_HOT.join("\n");
  await refused(
    table,
    /^d\.csv: expected a column of labels, found 3 columns of 0 and 1, .*: toxic, rude, mild\. Where 1 says that each applies: label: \["toxic", "rude", "mild"\]\. Else/,
  );
  const typed = await read("d.csv", table).catch((error: { typed: string }) => error.typed);
  assert.match(String(typed), /--label toxic --label rude --label mild\. Else say by --label which/);
  const label = ["rude", "mild"];
  assert.deepEqual((await read("d.csv", table, { label })).rows.slice(0, 3), [[], ["mild"], ["rude"]]);
  assert.deepEqual((await read("d.csv", table, { label: "rude" })).rows.slice(0, 3), [["0"], [], ["1"]]);
  const one = /found one of 0 and 1, .*: is_bad\. Where 1 says that it applies: label: \["is_bad"\]/;
  await refused("body,is_bad\na b,true\nb c,false\nd e,true", one);
  await refused("body,x,is_bad\na b,q,1\nb c,r,0\nd e,s,1\nf g,t,0", one);
  await refused("body,x,y\na b,yes,1\nb c,no,0\nd e,no,1", /2 columns of 0 and 1, .*: x, y\./);
  // A usual name is one; and so is the only column of anything else.
  assert.deepEqual((await read("d.csv", "text,x,tags\na,1,0\nb,0,1\n")).rows, [["0"], ["1"]]);
  assert.deepEqual((await read("d.csv", "body,kind\na b,u;v\nb c,v;u\n")).rows, [
    ["u", "v"],
    ["v", "u"],
  ]);
});

test("a column of 0 and 1 for each label", async () => {
  const table = [
    "id,comment_text,toxic,obscene,threat",
    "1,a,1,0,1.0",
    "2,b,0.0,yes,No",
    "3,c,,TRUE,false",
    "4,d,,0, 0 ",
  ].join("\n");
  const label = ["toxic", "obscene", "threat"];
  const { rows, found, label: one, labels, notes } = await read("d.csv", table, { label, text: 2 });
  assert.deepEqual(rows, [["toxic", "threat"], ["obscene"], ["obscene"], []]);
  assert.equal(
    found,
    "text column: comment_text, label columns: toxic and obscene and threat (as asked); a column of 0 and 1 for each label",
  );
  assert.equal(one, undefined);
  assert.deepEqual(
    labels?.map(({ name }) => name),
    label,
  );
  assert.deepEqual(notes, ["1 row has no labels: row 5"]);
  const truths = [
    { text: "a", x: true, y: 0 },
    { text: "b", y: 1 },
    { text: "c", x: false },
  ];
  assert.deepEqual((await read("", truths, { label: ["x", "y"] })).rows, [["x"], ["y"], []]);
});

test("a column of labels that holds anything else", async () => {
  const table = "text,toxic,rude\na,1,0\nb,-1,1\nc,maybe,1\nd,1,1\n";
  const label = ["toxic", "rude"];
  await refused(
    table,
    /2 rows have neither 0 nor 1 as labels \(column toxic, rude\), such as "-1": row 3, 4\. A column for each label/,
    { label },
  );
  const rejects: Reject[] = [];
  const { rows, notes } = await read("d.csv", table, { label, onReject: (reject) => rejects.push(reject) });
  assert.deepEqual(rows, [["toxic"], ["toxic", "rude"]]);
  assert.deepEqual(rejects, [
    { row: 3, reason: "neither 0 nor 1 as labels", cells: ["b", "-1", "1"] },
    { row: 4, reason: "neither 0 nor 1 as labels", cells: ["c", "maybe", "1"] },
  ]);
  assert.deepEqual(notes, ["2 rows are left out as unusable: row 3, 4"]);
  await refused(table, /label column: expected one of the columns text, toxic, rude but received "vile"/, {
    label: ["toxic", "vile"],
  });
  await refused(table, /column toxic is asked for twice as label/, { label: ["toxic", "Toxic", 2] });
  await refused(table, /the text and the label cannot both be column text/, {
    ...{ text: "text", label: ["toxic", "text"] },
  });
  await refused(table, /the label and the group cannot both be column rude/, { label, group: "rude" });
  await refused(table, /readLabelSets options: label: expected a column by name/, { label: [] });
});

test("rows without labels are left out where that is asked for, and said", async () => {
  const { rows, notes } = await read("d.jsonl", jsonLines(["a"], [], ["b", "a"], null), {
    skipUnlabelled: true,
  });
  assert.deepEqual(rows, [["a"], ["b", "a"]]);
  assert.deepEqual(notes, ["2 rows have no labels and are left out: row 2, 4"]);
});

test("the map of labels maps each by itself; null takes it off its row", async () => {
  const labelMap = { A: "a", "N/A": null, 1: "one" };
  const lists = jsonLines(["A", "a", "b"], ["N/A", "1.0"], ["N/A"], ["b"]);
  const { rows, notes } = await read("d.jsonl", lists, { labelMap });
  assert.deepEqual(rows, [["a", "b"], ["one"], [], ["b"]]);
  assert.deepEqual(notes, [
    "1 row has no labels: row 3",
    "2 rows lack labels that the map of labels takes off: row 2, 3",
  ]);
});

test("groups stay with their rows", async () => {
  const lines = '{"text":"x","labels":["a"],"by":"u"}\n{"text":"y","labels":[],"by":null}';
  const data = await readLabelSets(memorySource(lines, "d.jsonl"), { group: "by" });
  const rows = [];
  for await (const row of data) rows.push(row);
  assert.deepEqual(rows, [
    { text: "x", labels: ["a"], row: 1, group: "u" },
    { text: "y", labels: [], row: 2 },
  ]);
});

test("lists of anything else, and objects", async () => {
  const nested =
    /1 row has a list as labels .*such as \[\["a"\]\]: row 2\. .*jq -c '\.\["labels"\] \|= flatten'/;
  await refused(jsonLines(["a"], [["a"]]), nested, {}, "d.jsonl");
  await refused(jsonLines(["a"], ["a", null]), /1 row has a list as labels/, {}, "d.jsonl");
  const keyed = /1 row has an object as labels .*keys' OLD > NEW/;
  await refused(jsonLines(["a"], { a: 1 }), keyed, {}, "d.jsonl");
  await refused(jsonLines(["a"], [1e300]), /a number too large to be exact as labels/, {}, "d.jsonl");
});

test("options are refused by name", async () => {
  const wrong = { labelSeperator: ";" } as LabelSetOptions;
  await refused(csv("a"), /"labelSeperator"\. Did you mean labelSeparator\?/, wrong);
  const data = memorySource(csv("a"), "d.csv");
  await assert.rejects(
    async () => readLabelled(data, { labelSeparator: ";" } as object),
    refusal(/readLabelled options: expected an option among .* but received "labelSeparator"/),
  );
});

test("hostile labels: bounded, refused or kept as they are", async () => {
  const started = process.cpuUsage();
  const long = "a".repeat(10_000_000);
  assert.equal((await read("d.csv", `text,tags\nx,${long}\n`)).rows[0]![0]!.length, long.length);
  const many = /1 row has more than 10000 labels as labels .*: row \d\./;
  await refused(csv("a;".repeat(1_000_000), "a"), many, { labelSeparator: ";" });
  await refused(csv(`[${"'a',".repeat(1_000_000)}'b']`), many);
  await refused(`${"__label__a ".repeat(1_000_000)}x\n__label__b y\n`, many, {}, "d.txt");
  await refused([{ text: "x", labels: new Array(1_000_000).fill("a") }], many);
  await refused(jsonLines(new Array(1_000_000).fill("a")), /at most 250000 values/, {}, "d.jsonl");
  await refused(csv("[".repeat(5_000_000) + "]".repeat(5_000_000)), /a malformed list/);
  await refused(csv(`["${"\\".repeat(9_999_999)}"]`), /a malformed list as labels/);
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  await refused([{ text: "x", labels: deep }], /1 row has a list as labels/);
  const circle: unknown[] = [];
  circle.push(circle);
  await refused([{ text: "x", labels: circle }], /1 row has a list as labels/);
  const names = await read("d.csv", csv("__proto__;constructor", "__proto__;toString"));
  assert.deepEqual(names.rows, [
    ["__proto__", "constructor"],
    ["__proto__", "toString"],
  ]);
  const labelMap = JSON.parse('{"__proto__":"p","constructor":null}') as Record<string, string | null>;
  const mapped = await read("d.csv", csv("__proto__;constructor", "__proto__;toString"), { labelMap });
  assert.deepEqual(mapped.rows, [["p"], ["p", "toString"]]);
  // Processor time: a busy machine takes longer by the clock, not more of it.
  assert.ok(process.cpuUsage(started).user < 20_000_000);
});
