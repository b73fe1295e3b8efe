import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readBeside, readBytes, writeAtomic } from "../../src/base/node-files.js";
import { InputError } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const loop = fileURLToPath(new URL("write-loop.js", import.meta.url));
const bytes = (text: string) => new TextEncoder().encode(text);
const fresh = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
};
const posix = process.platform === "win32" ? "needs a POSIX system" : false;

describe("writing a file whole", () => {
  test("makes it, replaces it, and leaves nothing beside it", async () => {
    const home = fresh("plain");
    const path = join(home, "model.keras");
    await writeAtomic(path, bytes("one"));
    await writeAtomic(path, bytes("two, longer"));
    assert.equal(readFileSync(path, "utf8"), "two, longer");
    assert.deepEqual(readdirSync(home), ["model.keras"]);
  });

  test("keeps permissions, and a symbolic link stays one", { skip: posix }, async () => {
    const home = fresh("links");
    const target = join(home, "target");
    const link = join(home, "link");
    writeFileSync(target, "old");
    chmodSync(target, 0o640);
    symlinkSync(target, link);
    await writeAtomic(link, bytes("new"));
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readFileSync(target, "utf8"), "new");
    assert.equal(statSync(target).mode & 0o777, 0o640);
  });

  test("two at once do not meet", async () => {
    const home = fresh("race");
    const path = join(home, "f");
    const contents = Array.from({ length: 10 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(contents.map((text) => writeAtomic(path, bytes(text))));
    assert.ok(contents.includes(readFileSync(path, "utf8")));
    assert.deepEqual(readdirSync(home), ["f"]);
  });

  test("what was left behind an hour ago is cleared away, whoever wrote it; what is younger is not", async () => {
    const home = fresh("left");
    const left = (name: string, hours: number) => {
      const path = join(home, name);
      writeFileSync(path, "half");
      const then = Date.now() / 1000 - 3600 * hours;
      utimesSync(path, then, then);
    };
    // A process of another container may have the id of a dead or a living one here.
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    left(`.f.${process.pid}-1.tmp`, 1.1);
    left(".f.0123456789ab.tmp", 30);
    left(`.f.${dead}-1.tmp`, 0.9);
    left(".f.ba9876543210.tmp", 0);
    left(".f.notes.tmp", 30);
    left(".other.0123456789ab.tmp", 30);
    mkdirSync(join(home, ".f.aa.tmp"));
    await writeAtomic(join(home, "f"), bytes("whole"));
    const kept = [`.f.${dead}-1.tmp`, ".f.aa.tmp", ".f.ba9876543210.tmp", ".f.notes.tmp"];
    assert.deepEqual(readdirSync(home).sort(), [...kept, ".other.0123456789ab.tmp", "f"].sort());
  });

  test("a path may be a file: URL, as an object or a text; other addresses and no path are refused", async () => {
    const home = fresh("addresses");
    const path = join(home, "a b");
    await writeAtomic(pathToFileURL(path), bytes("one"));
    assert.equal(readFileSync(path, "utf8"), "one");
    await writeAtomic(String(pathToFileURL(path)), bytes("two"));
    assert.equal(readFileSync(path, "utf8"), "two");
    for (const wrong of ["https://example.org/f", new URL("http://x/f"), "", 5, null, undefined, {}]) {
      await assert.rejects(writeAtomic(wrong as string, bytes("x")), InputError, String(wrong));
    }
    assert.deepEqual(readdirSync(home), ["a b"]);
  });

  test("a path that cannot be is the user's mistake, and nothing is made", async () => {
    const home = fresh("wrong");
    writeFileSync(join(home, "file"), "x");
    for (const path of [
      join(home, "none", "f"),
      home,
      join(home, "file", "f"),
      join(home, "x".repeat(300)),
    ]) {
      await assert.rejects(writeAtomic(path, bytes("x")), InputError, path);
    }
    assert.deepEqual(readdirSync(home), ["file"]);
  });
});

/** Runs a write of `size` bytes in a shell that limits it; returns what it said. */
function writeUnder(limit: string, path: string, size: number): string {
  const module = pathToFileURL(fileURLToPath(new URL("../../src/base/node-files.js", import.meta.url))).href;
  const script = `import { writeAtomic } from ${JSON.stringify(module)};
    await writeAtomic(${JSON.stringify(path)}, new Uint8Array(${size})).then(
      () => console.log("written"), (error) => console.log(error.name + ": " + error.message));`;
  const command = `${limit}; exec "$0" --input-type=module -e "$1"`;
  return execFileSync("sh", ["-c", command, process.execPath, script], { encoding: "utf8" });
}

describe("a disk that fails", { skip: posix }, () => {
  test("over the limit on a file's size, the earlier file stays and nothing is left", () => {
    const home = fresh("limit");
    const path = join(home, "model.keras");
    writeFileSync(path, "earlier");
    const said = writeUnder("trap '' XFSZ; ulimit -f 64", path, 1_000_000);
    assert.match(said, /^Error: .*could not be written \(EFBIG.*What was there before is unchanged/);
    assert.equal(readFileSync(path, "utf8"), "earlier");
    assert.deepEqual(readdirSync(home), ["model.keras"]);
  });

  test("a full disk likewise", (t) => {
    const disk = fresh("disk");
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    if (mounted.status !== 0) return t.skip("a small disk can only be mounted by root");
    try {
      const path = join(disk, "model.keras");
      writeFileSync(path, "earlier");
      const said = writeUnder("true", path, 1_000_000);
      assert.match(said, /^Error: .*could not be written \(ENOSPC.*What was there before is unchanged/);
      assert.equal(readFileSync(path, "utf8"), "earlier");
      assert.deepEqual(readdirSync(disk), ["model.keras"]);
      assert.match(writeUnder("true", path, 100_000), /^written/);
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});

describe("a process that is killed while it writes", { skip: posix }, () => {
  test("leaves a whole file, 20 times at moments of its own", async () => {
    const home = fresh("killed");
    const path = join(home, "f");
    const size = 3_000_000;
    let cutShort = 0;
    // On a busy machine a writer may be waiting at every one of the moments: then there are more.
    for (let i = 0; i < 20 || (cutShort === 0 && i < 200); i++) {
      const child = spawn(process.execPath, [loop, path, String(size)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, (i * 37) % 29));
      child.kill("SIGKILL");
      await once(child, "exit");
      const found = readFileSync(path);
      assert.equal(found.length, size);
      assert.ok(found.equals(Buffer.alloc(size, found[0])), "one version, not two");
      cutShort += readdirSync(home).filter((name) => name.endsWith(".tmp")).length;
    }
    assert.ok(cutShort > 0, "at least one was killed within a write");
    const long = Date.now() / 1000 - 7200;
    for (const name of readdirSync(home)) if (name !== "f") utimesSync(join(home, name), long, long);
    await writeAtomic(path, bytes("done"));
    assert.deepEqual(readdirSync(home), ["f"]);
  });
});

describe("reading a file", () => {
  test("by path, file URL and http URL", async () => {
    const path = join(fresh("read"), "f");
    writeFileSync(path, "contents");
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/f" ? 200 : 404;
      response.end("contents");
    }).listen(0);
    await once(server, "listening");
    const base = `http://localhost:${(server.address() as AddressInfo).port}`;
    for (const source of [
      path,
      pathToFileURL(path),
      String(pathToFileURL(path)),
      `${base}/f`,
      new URL(`${base}/f`),
    ]) {
      assert.deepEqual(Buffer.from(await readBytes(source)).toString(), "contents", String(source));
    }
    await assert.rejects(readBytes(`${base}/none`), /expected a file that can be fetched but received "404/);
    server.close();
  });

  test("what is missing, a folder or a device is the user's mistake", async () => {
    await assert.rejects(readBytes(join(folder, "none")), /none: expected a path that exists/);
    await assert.rejects(readBytes(folder), InputError);
    if (!posix)
      await assert.rejects(readBytes("/dev/null"), /expected a file but received "a folder or device"/);
  });

  test("a named pipe is refused at once, not waited for", { skip: posix }, async () => {
    const path = join(fresh("pipe"), "f");
    execFileSync("mkfifo", [path]);
    assert.ok(existsSync(path));
    await assert.rejects(readBytes(path), /expected a file/);
  });
});

describe("a file beside another", () => {
  test("may be a link within the folder, and is refused where a link leads out, to a device or a pipe", {
    skip: posix,
  }, async () => {
    const home = fresh("beside");
    const model = join(home, "model.json");
    writeFileSync(model, "{}");
    writeFileSync(join(home, "one.bin"), "one");
    writeFileSync(join(folder, "secret"), "secret");
    mkdirSync(join(home, "parts"));
    writeFileSync(join(home, "parts", "two.bin"), "two");
    symlinkSync("one.bin", join(home, "link.bin"));
    symlinkSync(join("parts", "two.bin"), join(home, "deeper.bin"));
    const read = async (from: string | URL, name: string) =>
      Buffer.from(await readBeside(from, name)).toString();
    for (const from of [model, pathToFileURL(model), String(pathToFileURL(model))]) {
      assert.equal(await read(from, "link.bin"), "one");
      assert.equal(await read(from, "deeper.bin"), "two");
    }
    const ways: [string, string][] = [
      ["up.bin", "../secret"],
      ["absolute.bin", join(folder, "secret")],
      ["zero.bin", "/dev/zero"],
      ["twice.bin", "up.bin"],
      ["folder.bin", ".."],
    ];
    for (const [name, target] of ways) {
      symlinkSync(target, join(home, name));
      await assert.rejects(
        read(model, name),
        /expected a file in the folder .* received "a link that leads out/,
      );
    }
    execFileSync("mkfifo", [join(home, "pipe.bin")]);
    await assert.rejects(read(model, "pipe.bin"), /pipe\.bin: expected a file but/);
    symlinkSync("circle.bin", join(home, "circle.bin"));
    await assert.rejects(read(model, "circle.bin"), InputError);
    symlinkSync("nothing", join(home, "nowhere.bin"));
    await assert.rejects(read(model, "nowhere.bin"), /nowhere\.bin: expected a path that exists/);
    // The folder itself may be reached by a link.
    symlinkSync(home, join(folder, "linked"));
    assert.equal(await read(join(folder, "linked", "model.json"), "one.bin"), "one");
  });
});
