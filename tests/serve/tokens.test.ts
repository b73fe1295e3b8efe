/** Tokens: who has none is refused, but for what tells nothing of the models. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createServer } from "../../src/serve/index.js";
import { ROUTES } from "../../src/serve/routes.js";
import { Tokens } from "../../src/serve/tokens.js";
import { ask, refused, serving } from "./asking.js";
import * as made from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "cellstate-tokens-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const FIRST = "first-token-of-this-test";
const SECOND = "second-token-of-this-test";
const tokenFile = join(folder, "tokens");
writeFileSync(tokenFile, `# who may ask\n${FIRST}\r\n\n  ${SECOND}\n`);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("every route asks for one, but health, the page and the description", async () => {
  await serving({ spam: made.spam() }, { tokenFile }, async (url) => {
    const open = ["/", "/openapi.json", "/v2/health/live", "/v2/health/ready"];
    for (const { method, path, isOpen } of ROUTES) {
      const where = path.replace(":name", "spam").replace(":version", "1");
      const options = method === "POST" ? { body: {} } : {};
      const bare = await ask(url, where, options);
      assert.equal(isOpen, open.includes(path), path);
      assert.equal(bare.status, isOpen ? 200 : 401, path);
      if (isOpen) continue;
      assert.equal(bare.headers["www-authenticate"], "Bearer");
      assert.match(
        bare.text,
        /Expected a token that this server knows: send \\"authorization: Bearer TOKEN\\"/,
      );
      for (const token of [FIRST, SECOND]) {
        const { status } = await ask(url, where, { ...options, headers: bearer(token) });
        assert.equal(status, method === "POST" ? 400 : 200, path);
      }
    }
    // What there is none of tells nothing either.
    assert.equal((await refused(url, "/none"))[0], 401);
    assert.equal((await refused(url, "/none", { headers: bearer(FIRST) }))[0], 404);
  });
});

test("numbers may be public: to who scrapes without a token, and nothing else", async () => {
  type Described = { paths: Record<string, Record<string, { security?: object[]; responses: object }>> };
  await serving({ spam: made.spam() }, { tokenFile, publicMetrics: true }, async (url) => {
    const { status, text } = await ask(url, "/metrics");
    assert.deepEqual([status, /^cellstate_queue_rows 0$/m.test(text)], [200, true]);
    for (const path of ["/models", "/v2", "/predict", "/metrics/", "/metrics/none"])
      assert.equal((await ask(url, path, path === "/predict" ? { body: {} } : {})).status, 401, path);
    const { paths } = (await ask(url, "/openapi.json")).json<Described>();
    const asks = Object.keys(paths).filter((path) => Object.values(paths[path]!)[0]!.security);
    assert.deepEqual(
      asks,
      ROUTES.filter(({ isOpen, path }) => !isOpen && path !== "/metrics").map(({ path }) =>
        path.replace(/:(\w+)/g, "{$1}"),
      ),
    );
  });
  for (const [options, message] of [
    [{ publicMetrics: true }, /createServer publicMetrics: expected to be left out without tokens/],
    [
      { publicMetrics: true, metrics: false, tokenFile },
      /publicMetrics: expected to be left out where there are no metrics/,
    ],
  ] as const) {
    await assert.rejects(createServer({ spam: made.spam() }, options), { name: "InputError", message });
  }
});

test("only a whole token is one", async () => {
  const tokens = await Tokens.read(tokenFile, () => {});
  for (const right of [`Bearer ${FIRST}`, `bearer  ${SECOND} `]) assert.ok(tokens.allow(right), right);
  for (const wrong of [
    ...[
      undefined,
      "",
      "Bearer",
      "Bearer ",
      FIRST,
      `Basic ${FIRST}`,
      `Bearer ${FIRST.slice(1)}`,
      `Bearer ${FIRST}x`,
    ],
    ...[
      `Bearer ${FIRST} ${SECOND}`,
      `Bearer ${FIRST.toUpperCase()}`,
      "Bearer # who may ask",
      `Bearer ${FIRST},${SECOND}`,
    ],
  ]) {
    assert.ok(!tokens.allow(wrong), String(wrong));
  }
});

test("the file is read again when it changes; one that is wrong, once it stays so: what it holds counts", async () => {
  const file = join(folder, "changing");
  writeFileSync(file, FIRST);
  const said: string[] = [];
  const tokens = await Tokens.read(file, ({ level, message }) => said.push(`${level} ${message}`));
  const allowed = () => [FIRST, SECOND].map((token) => tokens.allow(`Bearer ${token}`));
  writeFileSync(file, `${SECOND}\n`);
  await tokens.look();
  assert.deepEqual(allowed(), [false, true]);
  assert.deepEqual(said.splice(0), [`info ${file}: 1 token`]);
  const refused = /^error .*Until it holds a token, whoever asks is refused\.$/;
  const wrong: [text: string | null, then: boolean[], message: RegExp][] = [
    ["", [false, false], refused],
    ["short\n", [false, false], refused],
    ["# none\n", [false, false], refused],
    [
      `${FIRST}\nshort\n`,
      [true, false],
      /^error .*line 2: expected .* Of what it holds, 1 token may be asked with\.$/,
    ],
    [null, [false, false], /^error .*changing: expected a path that exists.* whoever asks is refused\.$/],
  ];
  for (const [text, then, message] of wrong) {
    writeFileSync(file, `${SECOND}\n`);
    await tokens.look();
    said.length = 0;
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
    await tokens.look();
    assert.deepEqual([allowed(), said], [[false, true], []], "it may still be written");
    await tokens.look();
    assert.deepEqual(allowed(), then, String(text));
    await tokens.look();
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, message);
    assert.doesNotMatch(said[0]!, /of-this-test/);
  }
  // Taken away and put back between two looks, it was never gone.
  writeFileSync(file, `${FIRST}\n`);
  await tokens.look();
  assert.deepEqual(allowed(), [true, false]);
});

test("it is read again where models are not", async () => {
  const file = join(folder, "revoked");
  writeFileSync(file, `${FIRST}\n${SECOND}\n`);
  await serving({ spam: made.spam() }, { tokenFile: file, reloadEvery: 0 }, async (url) => {
    assert.equal((await ask(url, "/models", { headers: bearer(FIRST) })).status, 200);
    writeFileSync(file, `${SECOND}\n`);
    let asked = 0;
    while ((await ask(url, "/models", { headers: bearer(FIRST) })).status !== 401)
      assert.ok(++asked < 100_000, "it goes on with a token that was taken back");
    assert.equal((await ask(url, "/models", { headers: bearer(SECOND) })).status, 200);
  });
});

test("files without tokens are refused before anything is served, and no message holds a token", async () => {
  const file = join(folder, "wrong");
  for (const [text, message] of [
    ["", /wrong: expected a token a line but received "none"\. Make one: openssl rand -hex 32 > /],
    [`${FIRST}\nsecret\n`, /wrong: line 2: expected a token of at least 16 characters without spaces\./],
    [`${FIRST} ${SECOND}\n`, /line 1: expected a token/],
  ] as const) {
    writeFileSync(file, text);
    await assert.rejects(createServer({ spam: made.spam() }, { tokenFile: file }), (error: Error) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret|of-this-test/);
      return error.name === "InputError";
    });
  }
  await assert.rejects(
    createServer({ spam: made.spam() }, { tokenFile: join(folder, "none") }),
    /a path that exists/,
  );
});
