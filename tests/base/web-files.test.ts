/** Files from servers that do not end, stall, lie or send one elsewhere. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readBytes } from "../../src/base/web-files.js";
import { InputError, loadModel } from "../../src/index.js";

const chunk = Buffer.alloc(2 ** 16, 32);

function endless(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}

const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));

const ANSWERS: Record<string, (response: ServerResponse, base: string) => void> = {
  "/small": (response) => response.end("contents"),
  "/endless": endless,
  "/lying": (response) => response.writeHead(200, { "content-length": 10 }).end("only"),
  "/vast": (response) => response.writeHead(200, { "content-length": 2 ** 40 }).write("a"),
  "/stalled": (response) => response.writeHead(200, { "content-length": 10 }).write("a"),
  "/silent": () => {},
  "/packed": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
  "/moved": (response) => response.writeHead(302, { location: "/small" }).end(),
  "/away": (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/around": (response) => response.writeHead(302, { location: "/around" }).end(),
  "/broken": (response) => response.writeHead(500).end("no"),
  "/partial": (response) =>
    response.writeHead(200, { "content-length": 100 }).write("a", () => response.destroy()),
};

const server = createServer((request, response) => {
  const answer = ANSWERS[request.url!];
  if (answer) answer(response, base);
  else response.writeHead(404).end();
});
let base = "";
before(async () => {
  await once(server.listen(0), "listening");
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const text = async (path: string, patience?: number) =>
  Buffer.from(await readBytes(`${base}${path}`, patience)).toString();

describe("a file from a server", () => {
  test("comes whole, from where the server says it is now", async () => {
    assert.equal(await text("/small"), "contents");
    assert.equal(await text("/moved"), "contents");
  });

  test("is refused where it is too much, and the server's answer is said", async () => {
    const refusals: [string, RegExp][] = [
      ["/vast", /vast: expected a file of less than 2 GiB but received "1099511627776 bytes"/],
      ["/broken", /expected a file that can be fetched but received "500 Internal Server Error"/],
      ["/none", /received "404 Not Found"/],
      ["/packed", /at most 100663296 bytes/],
    ];
    for (const [path, message] of refusals) {
      await assert.rejects(
        text(path),
        (error) => error instanceof InputError && message.test(error.message),
        path,
      );
    }
  });

  test("asked for by https does not come by http", async (t) => {
    t.mock.method(globalThis, "fetch", async () => {
      const response = new Response("contents");
      return Object.defineProperty(response, "url", { value: "http://example.org/f" });
    });
    await assert.rejects(readBytes("https://example.org/f"), /stays with https but received "http:/);
    assert.equal(Buffer.from(await readBytes("http://example.org/f")).toString(), "contents");
  });

  test("that does not come is given up, with the reason", async () => {
    for (const path of ["/stalled", "/silent"]) {
      await assert.rejects(text(path, 300), /could not be fetched \(nothing came for 0\.3 s\)/, path);
    }
    for (const path of ["/away", "/around", "/partial", "/lying"]) {
      await assert.rejects(text(path), /could not be fetched \(.+\)\.$/, path);
    }
    await assert.rejects(readBytes("http://localhost:1/x"), /could not be fetched/);
    await assert.rejects(loadModel(`${base}/away`), /could not be fetched/);
  });

  test("that never ends is refused, in bounded memory", async () => {
    const module = new URL("../../src/base/web-files.js", import.meta.url).href;
    const script = `import { readBytes } from ${JSON.stringify(module)};
      await readBytes(process.argv[1]).catch((error) => console.log(error.name + ": " + error.message));
      console.log(process.resourceUsage().maxRSS);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, `${base}/endless`]);
    let said = "";
    child.stdout.on("data", (data) => (said += data));
    await once(child, "close");
    const [message, kilobytes] = said.trim().split("\n");
    assert.match(message!, /^InputError: .*endless: expected at most 100663296 bytes but received "more"/);
    const idle = spawnSync(process.execPath, ["-e", "console.log(process.resourceUsage().maxRSS)"]);
    const above = (Number(kilobytes) - Number(idle.stdout)) / 1024;
    assert.ok(above < 200, `${above} MB over the idle process`);
  });
});
