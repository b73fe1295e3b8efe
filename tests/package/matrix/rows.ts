/** The environments, a row each: what is installed, what the project looks like, how it is made and where it answers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Seen } from "../../browser/console.js";
import type { Bench } from "./bench.js";
import { during, finish, freePort } from "./processes.js";
import { PRINT, work } from "./program.js";
import { served } from "./site.js";

/** A program, or a page, that takes longer has failed. */
export const SECONDS = 300;

/** Where a row is run. */
export interface Place {
  bench: Bench;
  folder: string;
}

export interface Row {
  name: string;
  /** Packages beside this one, with the versions that are tried. */
  tools?: readonly string[];
  files: Readonly<Record<string, string>>;
  /** What it answers; an environment of two sides, twice. */
  run: (place: Place) => Promise<Seen[]>;
  /** Whether that needs Chromium. */
  browser?: boolean;
  /** Too long for every change: run when all are asked for. */
  long?: boolean;
  /** Where it is not WebAssembly's. */
  engine?: "reference";
  /** A page that may share memory between threads, and is to begin some. */
  threads?: boolean;
  /** Errors of the console that belong to what is tried. */
  problems?: RegExp;
}

/** Runs a program that has to end well, and that has nothing to say of our files. */
async function succeed({ folder, bench }: Place, tool: string, ...args: string[]): Promise<string> {
  const program = tool === "node" ? process.execPath : tool === "npx" ? tool : bench.bin(tool);
  const { status, said } = await finish(folder, program, args, SECONDS);
  assert.equal(status, 0, said);
  assert.doesNotMatch(said, /node_modules\/cellstate\//, "a tool complains of what is in the package");
  return said;
}

/** Programs that end; the last prints. */
const prints =
  (...commands: [tool: string, ...args: string[]][]) =>
  async (place: Place): Promise<Seen[]> => {
    let said = "";
    for (const [tool, ...args] of commands) said = await succeed(place, tool, ...args);
    const line = said.split("\n").find((one) => one.startsWith("{"));
    assert.ok(line !== undefined, said);
    return [{ line, problems: [] }];
  };

/** Programs that make a site, of which a page is opened. */
const builds =
  (site: string, ...commands: [tool: string, ...args: string[]][]) =>
  async (place: Place): Promise<Seen[]> => {
    for (const [tool, ...args] of commands) await succeed(place, tool, ...args);
    return [await place.bench.openSite({ folder: join(place.folder, site) })];
  };

/** Files as they are, beside the folder of packages. */
const shows =
  (headers: Record<string, string> = {}) =>
  async ({ folder, bench }: Place): Promise<Seen[]> => [
    await bench.openSite({ folder, headers, also: { "/node_modules/": bench.modules } }),
  ];

const html = (script: string, head = ""): string =>
  `<!doctype html><html lang="en"><title>Row</title><link rel="icon" href="data:,">${head}<script type="module" src="${script}"></script></html>`;

/** A page that bundlers begin with; what they make goes to site/. */
const BUNDLED = { "work.js": work(), "page.js": PRINT, "site/index.html": html("./page.js") };
/** The same for those that begin with HTML. */
const PAGE = { "work.js": work(), "page.js": PRINT, "index.html": html("./page.js") };

const WORKER_PAGE = `
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => console.log(data);
worker.onerror = ({ message }) => console.error(message);
`;
const WORKER = `import { report } from "./work.js";\nreport().then((line) => postMessage(line));\n`;

/** By path, as workers and pages with a strict policy have to: import maps are for pages, and are inline scripts. */
const BY_PATH = {
  index: "/node_modules/cellstate/dist/web/index.js",
  predict: "/node_modules/cellstate/dist/web/predict.js",
  explain: "/node_modules/cellstate/dist/web/explain.js",
};

/** As docs/web.md says it. */
export const IMPORT_MAP = `<script type="importmap">
{
  "imports": {
    "cellstate": "/node_modules/cellstate/dist/web/index.js",
    "cellstate/explain": "/node_modules/cellstate/dist/web/explain.js",
    "cellstate/predict": "/node_modules/cellstate/dist/web/predict.js"
  }
}
</script>`;

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const STRICT = "default-src 'none'; connect-src 'self'; script-src 'self'";

/** A service worker that keeps what is asked for, and answers from that. */
const KEEPER = `
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
async function answer(request) {
  const cache = await caches.open("row");
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  await cache.put(request, fresh.clone());
  return fresh;
}
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
`;
const controlled = (then: string) => `
const { serviceWorker } = navigator;
await serviceWorker.register("/sw.js");
if (!serviceWorker.controller) await new Promise((resolve) => { serviceWorker.oncontrollerchange = resolve; });
${then}`;

/** Opens a page twice, the second time with its server gone. */
async function twice({ folder, bench }: Place): Promise<Seen[]> {
  const site = { folder, also: { "/node_modules/": bench.modules } };
  return served(site, async (address, stop) => {
    const first = await bench.open(address);
    await stop();
    return [first, await bench.open(address)];
  });
}

const WORKERD = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
);
`;

async function fetched(address: string): Promise<Seen> {
  const response = await fetch(address);
  return { line: await response.text(), problems: response.ok ? [] : [`status ${response.status}`] };
}

/** A server that a tool has; its page is opened. */
const page =
  (tool: string, args: (port: number) => string[], ready: RegExp, routes: readonly string[] = []) =>
  async ({ folder, bench }: Place): Promise<Seen[]> => {
    const port = await freePort();
    return during([folder, bench.bin(tool), args(port)], ready, async () => [
      await bench.open(`http://127.0.0.1:${port}/`),
      ...(await Promise.all(routes.map((route) => fetched(`http://127.0.0.1:${port}${route}`)))),
    ]);
  };

const webpack = (...args: string[]): [string, ...string[]] => [
  "webpack",
  ...["./page.js", "--mode", "production", "-o", "site", "--no-performance", "--stats", "errors-warnings"],
  ...args,
];

const NEXT_FILES = {
  "app/work.js": work(),
  "app/layout.jsx": `export const metadata = { icons: "data:," };
export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }\n`,
  "app/page.jsx": `"use client";
import { useEffect } from "react";
import { report } from "./work.js";
export default function Page() {
  useEffect(() => { report().then((line) => console.log(line)); }, []);
  return <p>A row</p>;
}
`,
  "app/report/route.js": `import { report } from "../work.js";
export const dynamic = "force-dynamic";
export const GET = async () => new Response(await report());
`,
};

const SVELTE_FILES = {
  "index.html": html("/src/main.js", '<body><div id="app"></div></body>'),
  "vite.config.js": `import { svelte } from "@sveltejs/vite-plugin-svelte";\nexport default { plugins: [svelte()] };\n`,
  "src/work.js": work(),
  "src/main.js": `import { mount } from "svelte";\nimport App from "./App.svelte";\nmount(App, { target: document.querySelector("#app") });\n`,
  "src/App.svelte": `<script>
  import { report } from "./work.js";
  let line = $state("");
  report().then((said) => { line = said; console.log(said); });
</script>
<p>{line}</p>
`,
};

const NODE_FILES = { "work.js": work(), "page.js": PRINT };

const node = (version: number): Row => ({
  name: `Node ${version}`,
  files: NODE_FILES,
  run: prints(["npx", "--yes", "--prefer-offline", "--package", `node@${version}`, "--", "node", "page.js"]),
});

export const ROWS: readonly Row[] = [
  node(20),
  node(22),
  node(24),
  { name: "Bun", tools: ["bun@1"], files: NODE_FILES, run: prints(["bun", "page.js"]) },
  {
    name: "Deno",
    tools: ["deno@2"],
    files: NODE_FILES,
    run: prints(["deno", "run", "--no-prompt", "page.js"]),
  },
  {
    name: "workerd",
    tools: ["workerd@1", "esbuild@0.28"],
    files: {
      "work.js": work(),
      "main.js": `import { report } from "./work.js";\nexport default { fetch: async () => new Response(await report()) };\n`,
      "config.capnp": WORKERD,
    },
    engine: "reference",
    run: async (place) => {
      const outside = "--conditions=workerd,worker,browser";
      await succeed(place, "esbuild", "main.js", "--bundle", "--format=esm", outside, "--outfile=worker.js");
      return during(
        [place.folder, place.bench.bin("workerd"), ["serve", "config.capnp", "--control-fd=1"]],
        /"port":(\d+)/,
        async (port) => [await fetched(`http://127.0.0.1:${port}/`)],
      );
    },
  },
  {
    name: "esbuild",
    tools: ["esbuild@0.28"],
    files: BUNDLED,
    browser: true,
    run: builds("site", ["esbuild", "page.js", "--bundle", "--splitting", "--format=esm", "--outdir=site"]),
  },
  {
    name: "esbuild, an ES module for Node",
    tools: ["esbuild@0.28"],
    files: NODE_FILES,
    run: prints(
      ["esbuild", "page.js", "--bundle", "--platform=node", "--format=esm", "--outfile=out.mjs"],
      ["node", "out.mjs"],
    ),
  },
  {
    name: "esbuild, CommonJS for Node",
    tools: ["esbuild@0.28"],
    files: NODE_FILES,
    run: prints(
      ["esbuild", "page.js", "--bundle", "--platform=node", "--format=cjs", "--outfile=out.cjs"],
      ["node", "out.cjs"],
    ),
  },
  {
    name: "Vite, built",
    tools: ["vite@8"],
    files: PAGE,
    browser: true,
    run: builds("dist", ["vite", "build"]),
  },
  {
    name: "Vite, a module worker, built",
    tools: ["vite@8"],
    files: { ...PAGE, "page.js": WORKER_PAGE, "worker.js": WORKER },
    browser: true,
    run: builds("dist", ["vite", "build"]),
  },
  {
    name: "Vite, development server",
    tools: ["vite@8"],
    files: PAGE,
    browser: true,
    run: page("vite", (port) => ["--host", "127.0.0.1", "--port", String(port), "--strictPort"], /ready in/),
  },
  {
    name: "Svelte with Vite",
    tools: ["svelte@5", "@sveltejs/vite-plugin-svelte@7", "vite@8"],
    files: SVELTE_FILES,
    browser: true,
    run: builds("dist", ["vite", "build"]),
  },
  {
    name: "Rollup",
    tools: ["rollup@4", "@rollup/plugin-node-resolve@16"],
    files: BUNDLED,
    browser: true,
    run: builds("site", ["rollup", "page.js", "-d", "site", "-f", "es", "-p", "node-resolve={browser:true}"]),
  },
  {
    name: "webpack",
    tools: ["webpack@5", "webpack-cli@7"],
    long: true,
    files: { ...BUNDLED, "site/index.html": html("./main.js") },
    browser: true,
    run: builds("site", webpack()),
  },
  {
    name: "webpack, source-map-loader",
    tools: ["webpack@5", "webpack-cli@7", "source-map-loader@5"],
    files: {
      ...BUNDLED,
      "site/index.html": html("./main.js"),
      "webpack.config.js": `export default { module: { rules: [{ test: /\\.js$/, enforce: "pre", use: ["source-map-loader"] }] } };\n`,
    },
    browser: true,
    run: builds("site", webpack("--devtool", "source-map")),
  },
  {
    name: "webpack, for Node",
    tools: ["webpack@5", "webpack-cli@7"],
    long: true,
    files: { ...NODE_FILES, "package.json": "{}" },
    run: prints(webpack("--target", "node"), ["node", "site/main.js"]),
  },
  {
    name: "Parcel",
    tools: ["parcel@2"],
    files: PAGE,
    browser: true,
    run: builds("dist", ["parcel", "build", "index.html", "--no-cache"]),
  },
  {
    name: "Next, a client page and a route of the server",
    tools: ["next@16", "react@19", "react-dom@19"],
    files: NEXT_FILES,
    browser: true,
    long: true,
    run: async (place) => {
      await succeed(place, "next", "build");
      return page("next", (port) => ["start", "-p", String(port)], /Ready in/, ["/report"])(place);
    },
  },
  {
    name: "import map",
    files: { ...PAGE, "index.html": html("./page.js", IMPORT_MAP) },
    browser: true,
    run: shows(),
  },
  {
    name: "module worker",
    files: { ...PAGE, "work.js": work(BY_PATH), "page.js": WORKER_PAGE, "worker.js": WORKER },
    browser: true,
    run: shows(),
  },
  {
    name: "isolated page with threads",
    files: { ...PAGE, "work.js": work(BY_PATH, "{ threads: 3 }") },
    browser: true,
    threads: true,
    run: shows(ISOLATED),
  },
  {
    name: "policy that allows WebAssembly",
    files: { ...PAGE, "work.js": work(BY_PATH) },
    browser: true,
    run: shows({ "content-security-policy": `${STRICT} 'wasm-unsafe-eval'; img-src data:` }),
  },
  {
    name: "policy that forbids WebAssembly",
    files: { ...PAGE, "work.js": work(BY_PATH) },
    browser: true,
    engine: "reference",
    problems: /WebAssembly/,
    run: shows({ "content-security-policy": `${STRICT}; img-src data:` }),
  },
  {
    name: "page offline, by a service worker",
    files: {
      "work.js": work(BY_PATH),
      "page.js": controlled(
        `await Promise.all(["/", "/page.js"].map((path) => fetch(path)));\nconst { report } = await import("./work.js");\nconsole.log(await report());`,
      ),
      "index.html": html("./page.js"),
      "sw.js": KEEPER,
    },
    browser: true,
    run: twice,
  },
  {
    name: "service worker that answers",
    tools: ["esbuild@0.28"],
    files: {
      "work.js": work(),
      "worker.js": `${KEEPER.replace("event.respondWith(answer(event.request))", 'event.respondWith(event.request.url.endsWith("/report") ? report().then((line) => new Response(line)) : answer(event.request))')}\nimport { report } from "./work.js";`,
      "site/page.js": controlled(`console.log(await (await fetch("/report")).text());`),
      "site/index.html": html("./page.js"),
    },
    browser: true,
    run: builds("site", ["esbuild", "worker.js", "--bundle", "--outfile=site/sw.js"]),
  },
];
