/** A folder as a site: what it gives, what it refuses, and what it says of itself. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { serveSite } from "../../src/serve/site.js";

const inside = mkdtempSync(join(tmpdir(), "cellstate-site-"));
after(() => rmSync(inside, { recursive: true, force: true }));
const folder = join(inside, "site");
mkdirSync(folder);
writeFileSync(join(folder, "index.html"), "<!doctype html><title>Here</title>");
writeFileSync(join(folder, "program.js"), "export {};");
writeFileSync(join(folder, ".hidden"), "secret");
writeFileSync(join(inside, "outside.txt"), "secret");

const MODEL = { path: "/open/m.keras", bytes: Uint8Array.of(1, 2, 3) };
const serve = (host = "localhost", port = 0) => serveSite({ folder, files: [MODEL], host, port });

/** As it is written: fetch would tidy the path up. */
function ask(url: string, path: string, { method = "GET", host }: { method?: string; host?: string } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const headers = host === undefined ? {} : { host };
      const asking = request({ hostname, port, path, method, headers, agent: false }, (response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      });
      asking.on("error", reject);
      asking.end();
    },
  );
}

test("gives the folder's files and those that are added, isolated and under a policy", async () => {
  const site = await serve();
  try {
    const index = await ask(site.url, "/");
    assert.equal(index.status, 200);
    assert.match(index.body, /<title>Here/);
    assert.match(String(index.headers["content-type"]), /text\/html/);
    assert.equal(index.headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(index.headers["cross-origin-embedder-policy"], "require-corp");
    assert.match(String(index.headers["content-security-policy"]), /default-src 'none'.*'wasm-unsafe-eval'/);
    assert.doesNotMatch(String(index.headers["content-security-policy"]), /unsafe-inline|'unsafe-eval'/);
    assert.match(String((await ask(site.url, "/program.js")).headers["content-type"]), /javascript/);
    assert.equal((await ask(site.url, MODEL.path)).body, "\x01\x02\x03");
    assert.equal((await ask(site.url, MODEL.path, { method: "HEAD" })).headers["content-length"], "3");
  } finally {
    await site.close();
  }
});

test("gives nothing else", async () => {
  const site = await serve();
  try {
    for (const path of [
      ...["/none.txt", "/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/.hidden"],
      ...[
        "//outside.txt",
        "/%",
        "//",
        "http://[",
        "/open/../../outside.txt",
        "/index.html/../../outside.txt",
      ],
    ]) {
      const { status, body } = await ask(site.url, path);
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      assert.doesNotMatch(body, /secret/);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
      assert.equal((await ask(site.url, "/", { method })).status, 405);
  } finally {
    await site.close();
  }
});

test("a name that somebody made lead here is not answered", async () => {
  const site = await serve();
  const { port } = new URL(site.url);
  try {
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "localhost.evil.example",
      "127.0.0.1.evil.example",
    ])
      assert.equal((await ask(site.url, "/", { host })).status, 403, host);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "localhost"])
      assert.equal((await ask(site.url, "/", { host })).status, 200, host);
  } finally {
    await site.close();
  }
});

test("a port that is taken and a host that is another's are said", async () => {
  const site = await serve();
  try {
    const port = Number(new URL(site.url).port);
    await assert.rejects(serve("localhost", port), /--port: expected a port that is free but received \d+/);
    await assert.rejects(serve("192.0.2.1"), /--host: expected an address of this machine/);
  } finally {
    await site.close();
  }
});
