/** The files of deploy/: they are read as what they are, name options and addresses that there are, and give no more than is needed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { serveCommand } from "../../src/cli/serve.js";
import { ROUTES } from "../../src/serve/routes.js";

const FOLDER = fileURLToPath(new URL("../../../deploy/", import.meta.url));
const read = (name: string) => readFileSync(FOLDER + name, "utf8");

type Yaml = null | string | number | boolean | Yaml[] | { [key: string]: Yaml };

/** As much of YAML as these files are written in: maps and lists by indentation, JSON in lines. @throws Error for anything else */
function readYaml(text: string): Yaml[] {
  return text.split(/^---$/m).map((document) => {
    const lines = document.split("\n").flatMap((line) => {
      const bare = line.replace(/(^|\s)#.*$/, "").trimEnd();
      return bare === "" ? [] : [{ indent: bare.search(/\S/), text: bare.trim() }];
    });
    const [value, rest] = block(lines);
    assert.equal(rest.length, 0, `not read: ${rest[0]?.text}`);
    return value;
  });
}

interface Line {
  indent: number;
  text: string;
}

function block(lines: readonly Line[]): [Yaml, readonly Line[]] {
  const { indent, text } = lines[0]!;
  const isList = text.startsWith("- ");
  const list: Yaml[] = [];
  const map: { [key: string]: Yaml } = {};
  let rest = lines;
  while (rest[0]?.indent === indent && rest[0].text.startsWith("- ") === isList) {
    const [line, ...after] = rest as [Line, ...Line[]];
    if (isList) {
      const inner = { indent: indent + 2, text: line.text.slice(2) };
      if (/^[\w./-]+:(\s|$)/.test(inner.text)) {
        const [value, left] = block([inner, ...after]);
        list.push(value);
        rest = left;
      } else {
        list.push(scalar(inner.text));
        rest = after;
      }
      continue;
    }
    const [, key, given] = /^([\w./-]+):(?:\s+(.*))?$/.exec(line.text) ?? assert.fail(`no key: ${line.text}`);
    assert.ok(!Object.hasOwn(map, key!), `${key} comes twice`);
    if (given !== undefined) {
      map[key!] = scalar(given);
      rest = after;
    } else {
      assert.ok(after[0] && after[0].indent > indent, `${key} holds nothing`);
      const [value, left] = block(after);
      map[key!] = value;
      rest = left;
    }
  }
  assert.ok(!rest[0] || rest[0].indent < indent, `indented otherwise: ${rest[0]?.text}`);
  return [isList ? list : map, rest];
}

function scalar(text: string): Yaml {
  if (/^[["{]/.test(text)) return JSON.parse(text) as Yaml;
  if (/^(true|false|null|\d+)$/.test(text) && !/^0\d/.test(text)) return JSON.parse(text) as Yaml;
  return text;
}

/** What stands at a path of keys and places. */
const at = (value: Yaml, ...path: (string | number)[]): Yaml =>
  path.reduce<Yaml>(
    (inner, key) => (inner as Record<string | number, Yaml>)[key] ?? assert.fail(`no ${path.join(".")}`),
    value,
  );

/** Takes the arguments of `cellstate serve` as the command does. */
function parseServe(args: readonly string[]): void {
  const program = new Command().exitOverride();
  serveCommand(program);
  const command = program.commands[0]!.exitOverride().action(() => {});
  command.parse([...args], { from: "user" });
}

const PATHS = ROUTES.map(({ path }) => path);

describe("deploy/", () => {
  test("kubernetes.yaml: probes of addresses that there are, a user of no rights, a disk that is read", () => {
    const [deployment, service, budget] = readYaml(read("kubernetes.yaml"));
    assert.deepEqual(
      [deployment, service, budget].map((one) => at(one!, "kind")),
      ["Deployment", "Service", "PodDisruptionBudget"],
    );
    const pod = at(deployment!, "spec", "template", "spec");
    const container = at(pod, "containers", 0);
    for (const [probe, path] of [
      ["startupProbe", "ready"],
      ["readinessProbe", "ready"],
      ["livenessProbe", "live"],
    ] as const) {
      assert.equal(at(container, probe, "httpGet", "path"), `/v2/health/${path}`);
      assert.ok(PATHS.includes(`/v2/health/${path}`));
    }
    assert.equal(at(pod, "securityContext", "runAsNonRoot"), true);
    assert.deepEqual(at(container, "securityContext"), {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.ok(
      at(container, "resources", "limits", "memory") && at(container, "resources", "requests", "cpu"),
    );
    assert.ok(
      PATHS.includes(
        String(at(deployment!, "spec", "template", "metadata", "annotations", "prometheus.io/path")),
      ),
    );
    // Who scrapes by annotations has no token to send.
    const args = at(container, "args") as string[];
    assert.ok(!args.includes("--token-file") || args.includes("--public-metrics"), args.join(" "));
    const labels = at(deployment!, "spec", "template", "metadata", "labels");
    for (const selector of [
      at(deployment!, "spec", "selector", "matchLabels"),
      at(service!, "spec", "selector"),
      at(budget!, "spec", "selector", "matchLabels"),
    ]) {
      assert.deepEqual(selector, labels);
    }
    const volumes = (at(pod, "volumes") as Yaml[]).map((volume) => at(volume, "name"));
    for (const mount of at(container, "volumeMounts") as Yaml[])
      assert.ok(volumes.includes(at(mount, "name")));
    parseServe(at(container, "args") as string[]);
    // The pause before the end, and the ten seconds for what was taken, are over before it is killed.
    assert.ok(Number(at(pod, "terminationGracePeriodSeconds")) > 5 + 10);
  });

  test("compose.yaml", () => {
    const [compose] = readYaml(read("compose.yaml"));
    const service = at(compose!, "services", "cellstate");
    assert.deepEqual([at(service, "read_only"), at(service, "cap_drop")], [true, ["ALL"]]);
    assert.ok(String(at(service, "volumes", 0)).endsWith(":ro"));
    assert.deepEqual(Object.keys(at(compose!, "secrets") as object), at(service, "secrets"));
    parseServe(at(service, "command") as string[]);
  });

  test("Dockerfile: two stages, nobody's user, the server as the first process", () => {
    const lines = read("Dockerfile")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    const known = /^(FROM|WORKDIR|COPY|RUN|ENV|USER|EXPOSE|ENTRYPOINT|HEALTHCHECK) /;
    assert.deepEqual(
      lines.filter((line) => !known.test(line)),
      [],
    );
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
    assert.ok(last.includes("USER node"));
    const entry = JSON.parse(last.find((line) => line.startsWith("ENTRYPOINT "))!.slice(11)) as string[];
    const { bin } = JSON.parse(readFileSync(`${FOLDER}../package.json`, "utf8")) as {
      bin: { cellstate: string };
    };
    assert.deepEqual(entry.slice(0, 3), ["node", `node_modules/cellstate/${bin.cellstate}`, "serve"]);
    parseServe([...entry.slice(3), "/models/spam.keras"]);
    const check = JSON.parse(
      /CMD (\[.*\])$/.exec(last.find((line) => line.startsWith("HEALTHCHECK "))!)![1]!,
    ) as string[];
    assert.ok(PATHS.includes(new URL(/'(http:[^']*)'/.exec(check[2]!)![1]!).pathname));
    assert.doesNotThrow(() => new Function(check[2]!));
  });

  test("cellstate.service", () => {
    const text = read("cellstate.service");
    const [, command] = /^ExecStart=(.*)$/m.exec(text)!;
    const [node, program, serve, ...args] = command!.split(" ");
    assert.equal(node, "/usr/bin/node");
    assert.ok(program!.endsWith("cellstate/dist/src/bin/cellstate.js"));
    assert.equal(serve, "serve");
    parseServe(args);
    for (const line of ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "KillMode=mixed"]) {
      assert.ok(text.split("\n").includes(line), line);
    }
    // WebAssembly and V8 write code that they run.
    assert.doesNotMatch(text, /^MemoryDenyWriteExecute=(?!no)/m);
    const found = spawnSync(
      "systemd-analyze",
      ["security", "--offline=true", "--threshold=20", `${FOLDER}cellstate.service`],
      { encoding: "utf8" },
    );
    if (!found.error) assert.equal(found.status, 0, found.stdout + found.stderr);
  });

  test("nginx.conf and Caddyfile pass on a name that the server in their first line is told of", () => {
    for (const name of ["nginx.conf", "Caddyfile"]) {
      const text = read(name);
      const [, args] = /^# .*`cellstate serve ([^`]*)`/.exec(text)!;
      parseServe(["spam.keras", ...args!.split(" ")]);
      const [, allowed] = /--allow-host (\S+)$/.exec(args!)!;
      const [, called] = /^(?: *server_name )?([\w.]+)(?:;| \{)$/m.exec(text.replace(/^server \{$/m, ""))!;
      assert.equal(called, allowed, name);
      assert.match(text, /(?:proxy_pass http:\/\/|reverse_proxy )127\.0\.0\.1:8080/);
      assert.equal(text.split("{").length, text.split("}").length);
    }
    assert.match(read("nginx.conf"), /proxy_set_header Host \$host;/);
  });

  test("what they say of files is so where the package is installed, and in a checkout", () => {
    const { files, bin } = JSON.parse(readFileSync(`${FOLDER}../package.json`, "utf8")) as {
      files: string[];
      bin: { cellstate: string };
    };
    assert.ok(files.includes("deploy"), "the package brings them");
    for (const name of readdirSync(FOLDER)) {
      const text = read(name);
      for (const [, inside] of text.matchAll(/node_modules\/cellstate\/([\w./]+)/g))
        assert.ok(existsSync(`${FOLDER}../${inside}`) || inside === bin.cellstate, `${name}: ${inside}`);
      // Of a folder of the project: it says that it has to be copied to there, or which file says so.
      if (!/(?<!cellstate\/)\bdeploy\//.test(text)) continue;
      for (const [, other] of text.matchAll(/(?<!cellstate\/)\bdeploy\/([\w.]+\w)/g))
        assert.ok(existsSync(FOLDER + other), `${name}: ${other}`);
      assert.match(
        text,
        /cp -r node_modules\/cellstate\/deploy \.|was copied to, as\n# deploy\/Dockerfile says/,
        name,
      );
    }
  });

  test("what is no YAML of theirs is not read", () => {
    for (const wrong of ["a: 1\na: 2", "a:\nb: 1", "a: 1\n  b: 2", "- 1\nb: 2", "a: [1, 2"])
      assert.throws(() => readYaml(wrong), wrong);
  });
});
