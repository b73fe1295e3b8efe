/** `mpirun cellstate predict MODEL DATA --out FILE`: what several processes write and say is what one does. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { TextClassifier } from "../../src/index.js";
import { reviews } from "./data.js";
import { cellstate, MAIN, type Outcome } from "./run.js";

/** The launchers that are here, by the name of their MPI. */
const LAUNCHERS = {
  "Open MPI": ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe"],
  MPICH: ["mpirun.mpich"],
};
type Mpi = keyof typeof LAUNCHERS;
const isHere = (mpi: Mpi) => spawnSync(LAUNCHERS[mpi][0]!, ["--version"]).status === 0;
const HERE = (Object.keys(LAUNCHERS) as Mpi[]).filter(isHere);
const skip = HERE.length === 0 && "no mpirun.openmpi and no mpirun.mpich here";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellstate-"));
  const classifier = await TextClassifier.train(reviews(60), {
    ...{ model: "lstm", vocabulary: 60, length: 12, epochs: 2, seed: 5, threads: 1 },
  });
  await classifier.save(join(folder, "m.keras"));
});
after(() => rm(folder, { recursive: true }));

const predict = (data: string, out: string, ...flags: string[]) => [
  ...["predict", "m.keras", data, "--out", out, "--threads", "1", ...flags],
];

/** @param programs the words of each process, or those that all `size` have */
function launched(
  mpi: Mpi,
  programs: number | readonly (readonly string[])[],
  words: readonly string[] = [],
  onStart?: (child: ChildProcess) => void,
): Promise<Outcome> {
  const [program, ...flags] = LAUNCHERS[mpi] as [string, ...string[]];
  const started =
    typeof programs === "number"
      ? ["-n", String(programs), process.execPath, MAIN, ...words]
      : programs.flatMap((own, i) => [
          ...(i > 0 ? [":"] : []),
          "-n",
          "1",
          ...own,
          process.execPath,
          MAIN,
          ...words,
        ]);
  const child = spawn(program, [...flags, ...started], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => void (stdout += data));
  child.stderr.on("data", (data) => void (stderr += data));
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

const inFolder = (name: string) => join(folder, name);
const beginnings = async () => (await readdir(folder)).filter((name) => name.endsWith(".tmp"));

/** What is said of the table, without what is said of the processes. */
const saidOf = ({ stderr }: Outcome, data: string) =>
  stderr.split("\n").filter((line) => line.startsWith(data) || line.startsWith("cellstate: "));

const ROWS = reviews(9000);
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const western = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Tables of several pieces of 64 Ki bytes each. */
const TABLES: Record<string, { name: string; content: string | Uint8Array; out: string; flags?: string[] }> =
  {
    "CSV with line ends in quotes, blank lines, and rows without a text or known words": {
      name: "a.csv",
      content: `\uFEFFid,text\r\n${ROWS.map(({ text }, r) => {
        if (r % 97 === 0) return `${r},"a ""b""\n\n""c"",\r\n,"\r\n\r\n`;
        return r % 89 === 0 ? `${r},=x\r\n` : `${r},${quoted(text)}\r\n`;
      }).join("")}`,
      out: "a-out.csv",
    },
    "rows that cannot be used": {
      name: "rejected.csv",
      content: `id,text\n${ROWS.map(({ text }, r) => `${r},${quoted(text)}${r % 401 === 7 ? ",more" : ""}\n`).join("")}`,
      out: "rejected-out.csv",
      flags: ["--rejects", "rejects.jsonl"],
    },
    "JSON lines": {
      name: "a.jsonl",
      content: ROWS.map(({ text }, r) => `${JSON.stringify({ r, text })}\n${r % 50 === 0 ? " \n" : ""}`).join(
        "",
      ),
      out: "a-out.jsonl",
    },
    "JSON lines into a list": {
      name: "list.jsonl",
      content: ROWS.map(({ text }, r) => `${JSON.stringify({ r, text })}\n`).join(""),
      out: "list-out.json",
    },
    "the answers alone, by their rows": {
      name: "alone.tsv",
      content: `id\ttext\n${ROWS.map(({ text }, r) => `${r}\t${text}\n`).join("")}`,
      out: "alone-out.jsonl",
      flags: ["--json", "--id", "id"],
    },
    "quotes that are kept, as those at the head do not show": {
      name: "quotes.tsv",
      content: `id\ttext\n${ROWS.map(({ text }, r) => `${r}\t${r > 7000 ? `"${text}"` : text.replaceAll('"', "")}\n`).join("")}`,
      out: "quotes-out.tsv",
    },
    "one text a line": {
      name: "lines.txt",
      content: ROWS.map(({ text }, r) => (r % 60 === 0 ? "\n" : `${text}\r\n`)).join(""),
      out: "lines-out.csv",
    },
    "two columns of text, in Windows-1252 from the last part on": {
      name: "western.csv",
      content: western(
        `title,body,n\n${ROWS.map(({ text }, r) => `${r > 8900 ? "caf\u00e9" : "great"},${quoted(text)},${r}\n`).join("")}`,
      ),
      out: "western-out.csv",
      flags: ["--text", "title", "--text", "body"],
    },
  };

describe("the file is that of one process, byte for byte, and what is said of it", { skip }, () => {
  for (const [i, [what, { name, content, out, flags = [] }]] of Object.entries(TABLES).entries()) {
    // Of either kind of MPI, each with another number of processes.
    const mpi = HERE[i % HERE.length]!;
    const size = 2 + (i % 3);
    test(`${what}: ${size} processes of ${mpi}`, async () => {
      await writeFile(inFolder(name), content);
      const alone = await cellstate(predict(name, `one-${out}`, ...flags), { cwd: folder });
      assert.equal(alone.code, 0, alone.stderr);
      const rejects = () => (flags.includes("--rejects") ? readFile(inFolder("rejects.jsonl"), "utf8") : "");
      const rejected = await rejects();
      const together = await launched(mpi, size, predict(name, out, ...flags));
      assert.equal(together.code, 0, together.stderr);
      assert.ok((await readFile(inFolder(out))).equals(await readFile(inFolder(`one-${out}`))));
      assert.equal(await rejects(), rejected);
      assert.deepEqual(saidOf(together, name), saidOf(alone, name));
      assert.match(together.stderr, new RegExp(`  ${size} processes \\(${mpi}.*here of 1 thread`));
      assert.deepEqual(await beginnings(), []);
    });
  }

  test("of a table that is too short for all of them", async () => {
    await writeFile(inFolder("short.csv"), "text\nlovely\nawful\n");
    const alone = await cellstate(predict("short.csv", "one-short.csv"), { cwd: folder });
    const together = await launched(HERE[0]!, 3, predict("short.csv", "short-out.csv"));
    assert.equal(together.code, 0, together.stderr);
    assert.deepEqual(saidOf(together, "short.csv"), saidOf(alone, "short.csv"));
    assert.equal(
      await readFile(inFolder("short-out.csv"), "utf8"),
      await readFile(inFolder("one-short.csv"), "utf8"),
    );
  });
});

describe("what goes wrong leaves no file", { skip }, () => {
  for (const mpi of HERE) {
    test(`the first bad row of several parts is told of, as by one process: ${mpi}`, async () => {
      const rows = ROWS.map(({ text }, r) => `${r},${quoted(text)}${r > 5000 && r % 700 === 0 ? "x" : ""}\n`);
      await writeFile(inFolder("bad.csv"), `id,text\n\n${rows.join("")}`);
      const alone = await cellstate(predict("bad.csv", "bad-out.csv"), { cwd: folder });
      assert.equal(alone.code, 2);
      const together = await launched(mpi, 3, predict("bad.csv", "bad-out.csv"));
      assert.equal(together.code, 2);
      assert.match(alone.stderr, /bad\.csv, row 5602 \(line 5603\): expected a delimiter or line end/);
      assert.deepEqual(
        saidOf(together, "bad.csv").filter((line) => line.startsWith("cellstate: ")),
        saidOf(alone, "bad.csv").filter((line) => line.startsWith("cellstate: ")),
      );
      assert.ok(!existsSync(inFolder("bad-out.csv")));
      assert.deepEqual(await beginnings(), []);
    });

    test(`a process that is killed ends all, and its part is removed later: ${mpi}`, async () => {
      const content = `text\n${ROWS.map(({ text }) => `${quoted(text)}\n`).join("")}`;
      await writeFile(inFolder("killed.csv"), content.repeat(8));
      await writeFile(inFolder("killed-out.csv"), "what was there");
      let looking: NodeJS.Timeout | undefined;
      const killed = await launched(mpi, 2, predict("killed.csv", "killed-out.csv"), (child) => {
        // As soon as both have begun their parts.
        looking = setInterval(async () => {
          if ((await beginnings()).length < 2 || !looking) return;
          clearInterval(looking);
          looking = undefined;
          for (const pid of programsOf(child.pid!).slice(-1)) process.kill(pid, "SIGKILL");
        }, 20);
      });
      clearInterval(looking);
      assert.notEqual(killed.code, 0, killed.stderr);
      assert.equal(await readFile(inFolder("killed-out.csv"), "utf8"), "what was there");
      const left = await beginnings();
      assert.ok(left.length > 0 && left.every((name) => name.startsWith(".killed-out.csv.")), left.join());
      const before = new Date(Date.now() - 2 * 3_600_000);
      for (const name of left) await utimes(inFolder(name), before, before);
      await writeFile(inFolder("killed.csv"), "text\nlovely\n");
      const again = await launched(mpi, 2, predict("killed.csv", "killed-out.csv"));
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual(await beginnings(), []);
    });
  }
});

/** The processes of this program below a launcher. */
function programsOf(launcher: number): number[] {
  const { stdout } = spawnSync("ps", ["-e", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const all = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  const below = new Set([String(launcher)]);
  for (let grown = 0; grown < below.size; ) {
    grown = below.size;
    for (const [, pid, parent] of all) if (below.has(parent!)) below.add(pid!);
  }
  return all
    .filter(
      ([, pid, , words]) => below.has(pid!) && words!.startsWith(process.execPath) && words!.includes(MAIN),
    )
    .map(([, pid]) => Number(pid));
}

describe("what several processes cannot do is refused in words", { skip }, () => {
  const mpi = HERE[0]!;
  const refused = async (words: readonly string[], said: RegExp) => {
    const { code, stderr } = await launched(mpi, 2, words);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  };

  test("texts, lines and standard output", async () => {
    const said = (found: string) =>
      new RegExp(`predict with mpirun: expected a table's file .*, found ${found}`);
    await refused(["predict", "m.keras", "lovely"], said("none: without --out"));
    await refused(["predict", "m.keras", "-", "--out", "x.csv"], said("standard input"));
    await refused(["predict", "m.keras", "a.csv", "--out", "-"], said("--out -"));
  });

  test("a file that is read from its beginning only", async () => {
    await writeFile(inFolder("packed.csv.gz"), gzipSync("text\nlovely\nawful\n"));
    await refused(
      predict("packed.csv.gz", "x.csv"),
      /packed\.csv\.gz: expected a file that can be read in parts, found gzip/,
    );
  });

  test("other files by the same names, and folders that are not shared", async () => {
    for (const host of ["one", "two"]) {
      await mkdir(inFolder(host), { recursive: true });
      await writeFile(join(folder, host, "a.csv"), `text\nlovely\n${host === "one" ? "" : "awful\n"}`);
    }
    const hosts = [
      ["-wdir", inFolder("one")],
      ["-wdir", inFolder("two")],
    ];
    const model = inFolder("m.keras");
    const unlike = await launched(mpi, hosts, ["predict", model, "a.csv", "--out", "x.csv"]);
    assert.equal(unlike.code, 2, unlike.stderr);
    assert.match(
      unlike.stderr,
      /a\.csv of the same size and date in every process, found 12 bytes of .* 18 bytes of/,
    );
    const apart = await launched(mpi, hosts, ["predict", model, inFolder("one/a.csv"), "--out", "x.csv"]);
    assert.equal(apart.code, 2, apart.stderr);
    assert.match(apart.stderr, /--out x\.csv: expected a folder that all processes share/);
    assert.deepEqual(await readdir(inFolder("two")), ["a.csv"]);
  });
});
