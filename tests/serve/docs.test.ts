/** docs/serve.md tells of options, addresses and numbers that there are, and of all of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Command } from "commander";
import { serveCommand } from "../../src/cli/serve.js";
import { inCode, settingsOf } from "../../src/serve/options.js";
import { ROUTES } from "../../src/serve/routes.js";
import { ask, serving } from "./asking.js";
import * as made from "./models.js";

const text = readFileSync(new URL("../../../docs/serve.md", import.meta.url), "utf8");

describe("docs/serve.md", () => {
  const program = new Command();
  serveCommand(program);
  const { options } = program.commands[0]!;

  test("every option is told of, but those of all commands; none is that there is not", () => {
    const known = options.map(({ long }) => long!);
    const told = [
      ...new Set([...text.matchAll(/`(?:cellstate serve )?(--[a-z-]+)/g)].map(([, flag]) => flag!)),
    ];
    const elsewhere = ["--json", "--python"];
    assert.deepEqual(
      told.filter((flag) => !known.includes(flag) && !elsewhere.includes(flag)),
      [],
    );
    const common = ["--engine", "--port"];
    assert.deepEqual(
      known.filter((flag) => !told.includes(flag) && !common.includes(flag)),
      [],
    );
  });

  test("the defaults are those of the command, and of createServer", () => {
    const settings = settingsOf({}, inCode("test"));
    const by = Object.fromEntries(
      options.map((option) => [option.attributeName(), option.defaultValue as unknown]),
    );
    for (const name of [
      "maxBody",
      "maxBodies",
      "maxTexts",
      "maxCharacters",
      "maxQueue",
      "batchSize",
      "batchWait",
    ] as const) {
      assert.equal(by[name], settings[name], name);
    }
    for (const row of [
      "`--max-texts` a request | 1000",
      "a row) | 100,000",
      "texts that wait, a worker | 10,000",
      "until they are answered | 64 MiB",
      "`--max-body` | 1 MiB",
    ]) {
      assert.ok(text.includes(row), row);
    }
    assert.deepEqual([by["maxBody"], by["timeout"], by["maxConnections"]], [2 ** 20, 30, 10_000]);
  });

  test("every address is told of", () => {
    const written = text.replace(/\[\/versions\/V\]/g, "");
    for (const { path } of ROUTES) {
      if (path.includes(":version") || path === "/v2/") continue;
      assert.ok(written.includes(`${path.replace(":name", "NAME")}\``), path);
    }
  });

  test("every number is told of", async () => {
    await serving({ spam: made.spam() }, {}, async (url) => {
      const metrics = (await ask(url, "/metrics")).text;
      for (const [, name] of metrics.matchAll(/^# TYPE (cellstate_\w+)/gm))
        assert.ok(text.includes(name!), name);
    });
  });
});
