/** A Firefox that is driven through Marionette, which every Firefox has: a socket, and no library. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram, killGroup } from "../browser/chromium.js";

const NAMES = ["firefox", "firefox-esr"];

export const findFirefox = (): string | null => findProgram("FIREFOX", NAMES);

/** A port that is free; nothing of Firefox's own from the network; and what pages say on their consoles, told. */
const SETTINGS = {
  "marionette.port": 0,
  "devtools.console.stdout.content": true,
  "app.update.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
};

/** Where Firefox writes which port it took. */
const PORT_FILE = "MarionetteActivePort";
/** Looks for something that is to come, so far apart. */
const LOOK_MS = 100;

type Answer = [kind: 1, id: number, error: { error: string; message: string } | null, result: unknown];

export class Firefox {
  private readonly profile = mkdtempSync(join(tmpdir(), "cellstate-firefox-"));
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown>;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private socket: Socket | null = null;
  private unread = Buffer.alloc(0);
  private asked = 0;
  private isOver = false;
  private said = "";

  private constructor(firefox: string) {
    const lines = Object.entries(SETTINGS).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
    );
    writeFileSync(join(this.profile, "user.js"), lines.join("\n"));
    const flags = ["--headless", "--marionette", "--remote-allow-system-access", "--new-instance"];
    this.process = spawn(firefox, [...flags, "--profile", this.profile], {
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    this.process.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.said += text;
    });
    this.ended = once(this.process, "exit").finally(() => {
      this.isOver = true;
    });
  }

  /** @throws when it ends before */
  static async start(path: string): Promise<Firefox> {
    const firefox = new Firefox(path);
    try {
      const file = join(firefox.profile, PORT_FILE);
      while (!existsSync(file) || readFileSync(file, "utf8") === "") {
        if (firefox.isOver) throw new Error(`Firefox ended. ${firefox.said}`);
        await pause(LOOK_MS);
      }
      firefox.socket = connect(Number(readFileSync(file, "utf8")), "127.0.0.1");
      firefox.socket.on("data", (data) => firefox.take(data));
      firefox.socket.on("error", () => {});
      await once(firefox.socket, "connect");
      await firefox.ask("WebDriver:NewSession", {});
      await firefox.ask("WebDriver:SetTimeouts", { script: 60_000, pageLoad: 300_000 });
      return firefox;
    } catch (error) {
      await firefox.close();
      throw error;
    }
  }

  async open(url: string): Promise<void> {
    await this.ask("WebDriver:Navigate", { url });
  }

  /** Runs the body of a function on the page. */
  async run<Result>(script: string, ...args: unknown[]): Promise<Result> {
    const { value } = (await this.ask("WebDriver:ExecuteScript", { script, args })) as { value: Result };
    return value;
  }

  /** Waits until a script gives something true: that, no element, which may be gone by then. The test's time is its bound. */
  async until<Result>(script: string, ...args: unknown[]): Promise<Result> {
    for (;;) {
      const found = await this.run<Result>(script, ...args);
      if (found) return found;
      await pause(LOOK_MS);
    }
  }

  /** What pages of an address said was wrong: thrown, forbidden by their policy, or told on the console as an error. */
  async problems(url: string): Promise<string[]> {
    await this.ask("Marionette:SetContext", { value: "chrome" });
    const messages = await this.run<string[]>(MESSAGES, url);
    await this.ask("Marionette:SetContext", { value: "content" });
    // Each with the lines below it: Firefox tells its own errors there too, with where in Firefox they arose.
    const told = this.said.match(/^console\.error:.*(?:\n(?!console\.).+)*/gm) ?? [];
    return [...messages, ...told.filter((error) => !/@(?:resource|chrome):/.test(error))];
  }

  async close(): Promise<void> {
    this.socket?.destroy();
    // Its helpers too: they are of its process group.
    killGroup(this.process.pid);
    await this.ended.catch(() => {});
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20 });
  }

  private ask(command: string, parameters: object): Promise<unknown> {
    const id = ++this.asked;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, ([, , error, result]) =>
        error ? reject(new Error(`${command}: ${error.error}: ${error.message}`)) : resolve(result),
      );
      void this.ended.then(() => reject(new Error(`${command}: Firefox ended`)), reject);
    });
    const text = JSON.stringify([0, id, command, parameters]);
    this.socket!.write(`${Buffer.byteLength(text)}:${text}`);
    return answer;
  }

  /** Messages come as "LENGTH:JSON"; the first is a greeting. */
  private take(data: Buffer): void {
    this.unread = Buffer.concat([this.unread, data]);
    for (;;) {
      const colon = this.unread.indexOf(":");
      const end = colon + 1 + Number(this.unread.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.unread.length < end) return;
      const message = JSON.parse(this.unread.subarray(colon + 1, end).toString()) as Answer | object;
      this.unread = this.unread.subarray(end);
      if (Array.isArray(message)) this.waiting.get((message as Answer)[1])?.(message as Answer);
    }
  }
}

/** Of Firefox's own console: errors of a page, with what its policy forbade, be that an error or a warning. */
const MESSAGES = `
  const [url] = arguments;
  return Services.console.getMessageArray().flatMap((message) => {
    if (!(message instanceof Ci.nsIScriptError) || !message.sourceName.startsWith(url)) return [];
    const { errorMessage, sourceName, lineNumber, category, flags } = message;
    const isPolicy = /CSP|Content.Security/.test(category + errorMessage);
    if (flags & Ci.nsIScriptError.warningFlag && !isPolicy) return [];
    return [category + ": " + errorMessage + " " + sourceName + ":" + lineNumber];
  });
`;
