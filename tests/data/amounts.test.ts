/** Amounts in place of labels: which numbers are read, decimal commas, and rows that hold none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AmountOptions, type Reject, readAmounts } from "../../src/data/index.js";
import { memorySource } from "../../src/data/source.js";

async function read(name: string, content: string | object[], options: AmountOptions = {}) {
  const data = await readAmounts(
    typeof content === "string" ? memorySource(content, name) : content,
    options,
  );
  const rows: number[] = [];
  for await (const { value } of data) rows.push(value);
  return { ...data.description, notes: data.notes, rows };
}

const csv = (...cells: string[]) => ["text;price", ...cells.map((cell, i) => `text ${i};${cell}`)].join("\n");
const refused = (content: string | object[], message: RegExp, options: AmountOptions = {}) =>
  assert.rejects(() => read("d.csv", content, options), { name: "InputError", message });

test("plain numbers, as files write them", async () => {
  const { rows, found, notes } = await read(
    "d.csv",
    csv("3.5", " +2 ", "-1e3", ".5", "4.", "0", "-0", "1E-2"),
  );
  assert.deepEqual(rows, [3.5, 2, -1000, 0.5, 4, 0, 0, 0.01]);
  assert.equal(found, "text column: text, label column: price (found by name)");
  assert.deepEqual(notes, []);
});

test("every finite number of JSON comes as it is", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }),
      async (values) => {
        const lines = values.map((value) => JSON.stringify({ text: "a", value })).join("\n");
        const plain = values.map((value) => value + 0);
        assert.deepEqual((await read("d.jsonl", lines)).rows, plain);
        const objects = values.map((value) => ({ text: "a", value }));
        assert.deepEqual((await read("", objects)).rows, plain);
      },
    ),
    { seed: 3, numRuns: 60 },
  );
});

test("the one column of numbers is found where no name says it", async () => {
  const { rows, found } = await read("d.csv", "who,body,worth\na,some words,1.5\nb,more words,2.5\n");
  assert.deepEqual(rows, [1.5, 2.5]);
  assert.match(found, /label column: worth \(guessed from content\)/);
  await refused(
    "id,body,worth\n1,some words,1.5\n2,more words,2.5\n",
    /cannot tell which column is the label/,
  );
});

test("what is no finite number is counted and listed, and handed on where that is asked for", async () => {
  const table = csv("5", "12 %", "$5", "1,234.5", "n/a", "1e999", "007", "Infinity", "0x10", "6", "7,5");
  await refused(
    table,
    /^d\.csv: 9 rows have no finite number as amount \(column price\), such as "12 %": row 3, 4, 5, 6, 7, …\. An amount is a plain number, such as 1234\.5/,
  );
  const rejects: Reject[] = [];
  const { rows, notes } = await read("d.csv", table, { onReject: (reject) => rejects.push(reject) });
  assert.deepEqual(rows, [5, 6]);
  assert.deepEqual(rejects[0], { row: 3, reason: "no finite number as amount", cells: ["text 1", "12 %"] });
  assert.equal(rejects.length, 9);
  assert.deepEqual(notes, ["9 rows are left out as unusable: row 3, 4, 5, 6, 7, …"]);
  await refused(
    [
      { text: "a", value: true },
      { text: "b", value: [1, 2] },
      { text: "c", value: new Date(0) },
    ],
    /3 rows have no finite number as amount/,
  );
});

test("empty cells are rows without an amount", async () => {
  await refused(csv("1", "", "2"), /1 row has no amount \(column price\): row 3\. .*skipUnlabelled/);
  const { rows, notes } = await read("d.csv", csv("1", "", "2"), { skipUnlabelled: true });
  assert.deepEqual(rows, [1, 2]);
  assert.deepEqual(notes, ["1 row has no amount and are left out: row 3"]);
  await refused(csv("1", "n/a"), /no finite number/, { skipUnlabelled: true });
});

test("a decimal comma, where all at the head have one or are whole", async () => {
  const { rows, notes } = await read("d.csv", csv("3,5", "1,234", "-0,25", "4", "", "1234,567"), {
    skipUnlabelled: true,
  });
  assert.deepEqual(rows, [3.5, 1.234, -0.25, 4, 1234.567]);
  assert.equal(notes[0], 'amounts are read with a decimal comma: "3,5" is 3.5');
  for (const [cell, value] of [
    ["1,2345", 1.2345],
    ["0,123", 0.123],
    ["1,5e3", 1500],
  ] as const)
    assert.deepEqual((await read("d.csv", csv(cell, "1,234"))).rows, [value, 1.234]);
  // A point beside them may part thousands: neither is guessed.
  await refused(csv("3,5", "3.5"), /1 row has no finite number .*"3,5": row 2/);
  const far = csv(...Array.from({ length: 6000 }, () => "3,5 "), "1.234");
  await refused(far, /1 row has no finite number .*"1\.234": row 6002/);
});

test("commas that may part thousands are refused", async () => {
  await refused(
    csv("1,234", "2,345"),
    /^d\.csv: amount column price: expected numbers that can be read in one way but received "1,234"\. Write 1234 for a thousand and more, or 1\.2340 with/,
  );
  await refused(csv("1,234", "12"), /1 row has no finite number .*"1,234": row 2/);
  await refused(csv("1,234,567", "2,345,678"), /2 rows have no finite number/);
});

test("points that may part thousands are refused, unless one number has decimals", async () => {
  const message =
    /^d\.csv: amount column price: expected numbers that can be read in one way but received "1\.604"\. Write 1604 for a thousand and more, or 1\.6040 with decimals\. One such number/;
  await refused(csv("535", "1.604", "936"), message);
  await refused(csv("1.604", "-2.345"), message);
  await refused(csv("1.604", "1.234.567"), message, { onReject: () => {} });
  await refused(csv("1.604", "2.345,50"), message, { onReject: () => {} });
  const commas = (...cells: string[]) => csv(...cells).replaceAll(";", ",");
  await refused(commas("535", "1.604"), message);
  await refused(commas("1.234.567", "1.604"), message, { onReject: () => {} });
  for (const settled of ["0.604", "12.5", "1.6040", "1604.123", "4.", "1.5e3"]) {
    const { rows, notes } = await read("d.csv", csv("535", "1.604", settled));
    assert.deepEqual([rows, notes], [[535, 1.604, Number(settled)], []]);
  }
  // As exact decimals of one length are written: said.
  const exact = await read("d.csv", commas("1.604", "2.345"));
  assert.deepEqual(exact.rows, [1.604, 2.345]);
  assert.deepEqual(exact.notes, ['amounts are read with a decimal point: "1.604" is 1.604']);
});

test("exact numbers are what they are; texts of JSON may part thousands", async () => {
  const objects = [535, 1.604, -2.345].map((value) => ({ text: "a", value }));
  const lines = objects.map((row) => JSON.stringify(row)).join("\n");
  for (const given of [objects, lines]) {
    const { rows, notes } = await read("d.jsonl", given);
    assert.deepEqual([rows, notes], [[535, 1.604, -2.345], []]);
  }
  const many = [...Array.from({ length: 300 }, () => ({ text: "a", value: 5 })), { text: "b", value: 1.604 }];
  assert.equal((await read("", many)).rows.at(-1), 1.604);
  assert.deepEqual((await read("", many)).notes, []);
  const texts = ["535", "1.604", "1.500"].map((value) => ({ text: "a", value }));
  await refused(texts, /can be read in one way but received "1\.604"/);
});

test("what may be a thousand behind a head that has no such number", async () => {
  const far = (head: string, ...late: string[]) => csv(...Array.from({ length: 6000 }, () => head), ...late);
  const twoWays = (number: string) =>
    new RegExp(
      `1 row has a number that can be read in two ways as amount .*"${number}": row 6002\\. Write 1005 for a thousand and more, or ${number}0 with decimals`,
    );
  await refused(far("534,68", "1,005"), twoWays("1,005"));
  await refused(far("535   ", "1.005"), twoWays("1.005"));
  const { rows, notes } = await read("d.csv", far("534.68", "1.005", "2.005"));
  assert.deepEqual(rows.slice(-2), [1.005, 2.005]);
  assert.deepEqual(notes, [
    '2 rows have an amount such as "1.005", which is read with decimals and may be a thousand and more: row 6002, 6003',
  ]);
  // At the head itself decimal commas show what is meant, and it is said.
  assert.deepEqual((await read("d.csv", csv("3,5", "1,234"))).notes, [
    'amounts are read with a decimal comma: "3,5" is 3.5',
    '1 row has an amount such as "1,234", which is read with decimals and may be a thousand and more: row 3',
  ]);
});

test("options that would do nothing are refused by name", async () => {
  for (const option of [{ labelMap: {} }, { labelSeparator: ";" }, { label: ["price"] }]) {
    await refused(csv("1"), /^readAmounts options/, option as AmountOptions);
  }
});

test("groups, several text columns, and hostile cells", async () => {
  const lines = '{"a":"x","b":"y","value":1,"by":"u"}\n{"a":"z","b":"","value":2}';
  const data = await readAmounts(memorySource(lines, "d.jsonl"), { text: ["a", "b"], group: "by" });
  const rows = [];
  for await (const row of data) rows.push(row);
  assert.deepEqual(rows, [
    { text: "x\ny", value: 1, row: 1, group: "u" },
    { text: "z", value: 2, row: 2 },
  ]);
  const started = process.cpuUsage();
  await refused(csv("1".repeat(10_000_000)), /1 row has no finite number/);
  await refused(csv(`1${",1".repeat(5_000_000)}`), /1 row has no finite number/);
  assert.deepEqual((await read("d.csv", csv(`0.${"1".repeat(1_000_000)}`))).rows, [0.1111111111111111]);
  // Processor time: a busy machine takes longer by the clock, not more of it.
  assert.ok(process.cpuUsage(started).user < 10_000_000);
});
