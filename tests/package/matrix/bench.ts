/** One installation of the packed package and of every tool that tests need, and a fresh project in it for each. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser, type Seen } from "../../browser/console.js";
import { pack, project } from "../projects.js";
import { finish } from "./processes.js";
import { type Site, served } from "./site.js";

/** Packages that are installed within this time or not at all. */
const INSTALL_SECONDS = 240;

const nameOf = (tool: string): string => /^@?[^@]+/.exec(tool)![0];

export class Bench {
  private readonly inside = mkdtempSync(join(tmpdir(), "cellstate-matrix-"));
  /** The packed package. */
  readonly archive = pack(this.inside);
  private readonly needed = new Set<string>();
  private readonly missing = new Map<string, string>();
  private installed: Promise<void> | null = null;
  private browser: Browser | null = null;

  constructor(private readonly chromium: string | null) {}

  /** Says before the first test which tools a test will want. */
  need(...tools: readonly string[]): void {
    for (const tool of tools) this.needed.add(tool);
  }

  /** Installs what is needed, once. */
  ready(): Promise<void> {
    this.installed ??= this.install();
    return this.installed;
  }

  /** The package with all tools at once; where that fails, each by itself, to know which cannot be had. */
  private async install(): Promise<void> {
    const all = await this.npm(this.archive, ...this.needed);
    if (all.status === 0) return;
    const alone = await this.npm(this.archive);
    assert.equal(alone.status, 0, alone.said);
    for (const tool of this.needed) {
      const { status, said } = await this.npm(tool);
      if (status !== 0) this.missing.set(tool, said.split("\n").find((line) => /error/.test(line)) ?? said);
    }
  }

  /** Why a row with these tools cannot be run, or null. */
  lack(tools: readonly string[], inBrowser: boolean): string | null {
    if (inBrowser && this.chromium === null) return "no Chromium here";
    const tool = tools.find((name) => this.missing.has(name));
    return tool === undefined ? null : `${tool} cannot be had: ${this.missing.get(tool)}`;
  }

  /** What was installed: "vite 8.4.0". */
  version(tool: string): string {
    const text = readFileSync(join(this.modules, nameOf(tool), "package.json"), "utf8");
    return `${nameOf(tool)} ${(JSON.parse(text) as { version: string }).version}`;
  }

  /** A tool's program. */
  bin(name: string): string {
    return join(this.modules, ".bin", name);
  }

  get modules(): string {
    return join(this.inside, "node_modules");
  }

  /** A project that knows the package from the folder above it. */
  project(name: string, files: Readonly<Record<string, string>>): string {
    return project(this.inside, name.replace(/\W+/g, "-").toLowerCase(), {
      "package.json": JSON.stringify({ name: "row", private: true, type: "module" }),
      ...files,
    });
  }

  /** What a page says first that looks like a report. */
  async open(address: string): Promise<Seen> {
    this.browser ??= new Browser(this.chromium!);
    return this.browser.visit(address, (line) => line.startsWith("{"));
  }

  openSite(site: Site): Promise<Seen> {
    return served(site, (address) => this.open(address));
  }

  /** Ends the browser: what it still waits for, fails. */
  async endBrowser(): Promise<void> {
    await this.browser?.close();
    this.browser = null;
  }

  async close(): Promise<void> {
    await this.endBrowser();
    if (existsSync(this.inside)) rmSync(this.inside, { recursive: true, force: true, maxRetries: 5 });
  }

  private npm(...what: string[]) {
    const options = ["--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1", "--prefix", "."];
    return finish(this.inside, "npm", ["install", ...options, ...what], INSTALL_SECONDS);
  }
}
