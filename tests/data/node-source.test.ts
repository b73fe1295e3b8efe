/** Files, standard input and folders. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { standardInput } from "../../src/data/node-files.js";
import { readLabelledPath, readTextsPath } from "../../src/data/node-source.js";
import { readLabelled } from "../../src/data/read.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-data-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string, content: string | Uint8Array) => {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function rowsOf(rows: AsyncIterable<{ text: string; label?: string; row: number }>) {
  const all: (string | number | undefined)[][] = [];
  for await (const { text, label, row } of rows) all.push([text, label, row]);
  return all;
}

test("a file, plain and gzipped, in one member or two", async () => {
  const rows = [
    ["a", "x", 2],
    ["b", "y", 3],
  ];
  assert.deepEqual(await rowsOf(await readLabelledPath(at("d.csv", "text,label\na,x\nb,y\n"))), rows);
  const gzipped = await readLabelledPath(at("d.csv.gz", gzipSync("text,label\na,x\nb,y\n")));
  assert.deepEqual(await rowsOf(gzipped), rows);
  assert.equal(gzipped.description.compression, "gzip");
  const members = Buffer.concat([gzipSync("text,label\na,x\n"), gzipSync("b,y\n")]);
  assert.deepEqual(await rowsOf(await readLabelledPath(at("two.csv.gz", members))), rows);
});

test("standard input, told by its content", async () => {
  const read = async (content: string | Buffer) =>
    rowsOf(await readLabelled(standardInput(Readable.from([Buffer.from(content)]))));
  const rows = [
    ["a", "x", 2],
    ["b", "y", 3],
  ];
  assert.deepEqual(await read("label\ttext\nx\ta\ny\tb\n"), rows);
  assert.deepEqual(await read(gzipSync("text,label\na,x\nb,y\n")), rows);
});

test("a folder of label/*.txt", async () => {
  at("reviews/pos/1.txt", "good\nvery good");
  at("reviews/pos/0.txt", "\ufeffgréat");
  at("reviews/neg/7.txt", "");
  at("reviews/neg/notes.md", "not a text");
  at("reviews/README.txt", "not a text");
  at("reviews/.hidden/x.txt", "not a text");
  symlinkSync(join(folder, "reviews", "pos"), join(folder, "reviews", "linked"));
  const data = await readLabelledPath(join(folder, "reviews"));
  assert.equal(data.description.found, "a text a file, labels from the folders: linked, neg, pos");
  assert.deepEqual(await rowsOf(data), [
    ["gréat", "linked", 1],
    ["good\nvery good", "linked", 2],
    ["", "neg", 3],
    ["gréat", "pos", 4],
    ["good\nvery good", "pos", 5],
  ]);
});

test("a folder whose links lead out of it, to a file, a folder or a device, is refused", async () => {
  at("elsewhere/secret.txt", "secret");
  const ways: [string, string, string][] = [
    ["file", "pos/1.txt", join(folder, "elsewhere", "secret.txt")],
    ["device", "pos/1.txt", "/dev/zero"],
    ["folder", "pos", join(folder, "elsewhere")],
  ];
  for (const [what, link, target] of ways) {
    at(`links-${what}/neg/0.txt`, "fine");
    mkdirSync(join(folder, `links-${what}`, "pos"), { recursive: link.includes("/") });
    if (!link.includes("/")) rmSync(join(folder, `links-${what}`, "pos"), { recursive: true });
    symlinkSync(target, join(folder, `links-${what}`, link));
    await assert.rejects(
      readLabelledPath(join(folder, `links-${what}`)).then(rowsOf),
      { name: "InputError", message: /a file in the folder .* received "a link that leads out of it"/ },
      what,
    );
  }
});

test("bad input: paths", async () => {
  const bad = (run: () => Promise<unknown>, message: RegExp) =>
    assert.rejects(run, { name: "InputError", message });
  await bad(() => readLabelledPath(join(folder, "none.csv")), /none\.csv: there is no such file or folder/);
  await bad(() => readTextsPath(folder), /expected a file, found a folder/);
  at("empty/readme.txt", "x");
  await bad(() => readLabelledPath(join(folder, "empty")), /expected folders named after the labels/);
  at("latin/a/1.txt", Uint8Array.from([0x63, 0xe9]));
  await bad(
    async () => rowsOf(await readLabelledPath(join(folder, "latin"))),
    /1\.txt, byte 1: expected UTF-8/,
  );
  const cut = at("cut.csv.gz", gzipSync("text,label\n".repeat(99)).subarray(0, 30));
  await bad(async () => rowsOf(await readLabelledPath(cut)), /cut\.csv\.gz: expected a whole gzip file/);
});

test("bad input: what is no file is refused, not waited for or read without end", async () => {
  const bad = (path: string, message: RegExp) =>
    assert.rejects(async () => rowsOf(await readLabelledPath(path)), { name: "InputError", message });
  const pipe = join(folder, "pipe.csv");
  execFileSync("mkfifo", [pipe]);
  await bad(pipe, /pipe\.csv: expected a file, found a named pipe\. To read what it gives: cat /);
  await bad("/dev/zero", /^\/dev\/zero: expected a file, found a device/);
  await assert.rejects(async () => rowsOf(await readTextsPath("/dev/zero")), /found a device/);
  at("piped/a/1.txt", "one");
  execFileSync("mkfifo", [join(folder, "piped", "a", "2.txt")]);
  await bad(join(folder, "piped"), /2\.txt: expected a file, found a named pipe/);
  symlinkSync("round.csv", join(folder, "round.csv"));
  await bad(join(folder, "round.csv"), /round\.csv: a symbolic link that leads in a circle/);
});

const noBash = spawnSync("bash", ["-c", "true"]).status === 0 ? false : "no bash here";

test("what a shell has opened is read: standard input by its file, and <(command)", { skip: noBash }, () => {
  const script = `import { readLabelledPath } from ${JSON.stringify(new URL("../../src/data/node-source.js", import.meta.url).href)};
    for (const path of process.argv.slice(1)) {
      const rows = [];
      for await (const { text, label } of await readLabelledPath(path)) rows.push([text, label]);
      console.log(JSON.stringify(rows));
    }`;
  const line = `"$0" --input-type=module -e "$1" /dev/stdin <(printf 'text,label\\nc,z\\nd,y\\n')`;
  const said = execFileSync("bash", ["-c", line, process.execPath, script], {
    input: "text,label\na,x\nb,y\n",
  });
  assert.equal(said.toString(), '[["a","x"],["b","y"]]\n[["c","z"],["d","y"]]\n');
});

test("the SMS Spam Collection in examples/data", async () => {
  const path = fileURLToPath(new URL("../../../examples/data/sms-spam.tsv", import.meta.url));
  const data = await readLabelledPath(path);
  assert.equal(data.description.found, "text column: SMS, label column: Label (found by name)");
  const rows = await rowsOf(data);
  assert.equal(rows.length, 5574);
  assert.equal(rows.filter(([, label]) => label === "spam").length, 747);
  assert.equal(rows.filter(([text]) => String(text).startsWith('"')).length, 54); // quotes are the writers' own
});
