/** A Chromium whose pages' consoles are read, through its debugging pipe: what pages say, and what goes wrong in them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { FLAGS, killGroup } from "./chromium.js";

/** What came of a page. */
export interface Seen {
  /** The line that was waited for. */
  line: string;
  /** Errors of its console: what it throws, what it may not do, what cannot be loaded. */
  problems: string[];
}

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, string>;
  error?: { message: string };
}

/** What an event says of a console's line, or of something gone wrong. */
function heard({ method, params }: Message): { line?: string; problem?: string } {
  if (method === "Runtime.consoleAPICalled") {
    const { type, args } = params as { type: string; args: { value?: unknown; description?: string }[] };
    const line = args.map(({ value, description }) => String(value ?? description)).join(" ");
    return type === "error" ? { problem: line } : { line };
  }
  if (method === "Runtime.exceptionThrown") {
    const { exceptionDetails } = params as {
      exceptionDetails: { text: string; exception?: { description?: string } };
    };
    return { problem: `${exceptionDetails.text} ${exceptionDetails.exception?.description ?? ""}` };
  }
  if (method === "Log.entryAdded") {
    const { entry } = params as { entry: { level: string; text: string; url?: string } };
    return entry.level === "error" ? { problem: `${entry.text} ${entry.url ?? ""}` } : {};
  }
  return {};
}

export class Browser {
  private readonly profile = mkdtempSync(join(tmpdir(), "cellstate-chromium-"));
  private readonly process: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly waiting = new Map<number, (answer: Message) => void>();
  private readonly listeners = new Set<(event: Message) => void>();
  private asked = 0;
  private unread = "";

  constructor(chromium: string) {
    this.process = spawn(chromium, [...FLAGS, `--user-data-dir=${this.profile}`, "--remote-debugging-pipe"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      detached: true,
    });
    this.ended = new Promise((resolve) => {
      this.process.once("exit", () => resolve());
      this.process.once("error", () => resolve());
    });
    for (const stream of this.process.stdio) stream?.on("error", () => {}); // of a pipe whose other end is gone
    // Messages are lines of JSON that end in a zero.
    (this.process.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const messages = (this.unread + text).split("\0");
      this.unread = messages.pop()!;
      for (const message of messages) this.take(JSON.parse(message) as Message);
    });
  }

  /**
   * Opens an address and waits until its page says a line that is wanted. Pages share what the browser keeps: service
   * workers, caches.
   * @throws when the browser ends before
   */
  async visit(url: string, wanted: (line: string) => boolean): Promise<Seen> {
    const { targetId } = await this.ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.ask("Target.attachToTarget", { targetId, flatten: true });
    const problems: string[] = [];
    let listener: (event: Message) => void = () => {};
    const said = new Promise<string>((resolve, reject) => {
      listener = (event) => {
        if (event.sessionId !== sessionId) return;
        const { line, problem } = heard(event);
        if (problem !== undefined) problems.push(problem.trim());
        if (line !== undefined && wanted(line)) resolve(line);
      };
      void this.ended.then(() => reject(new Error(`Chromium ended. ${problems.join("\n")}`)));
    });
    this.listeners.add(listener);
    try {
      for (const domain of ["Runtime", "Log"]) await this.ask(`${domain}.enable`, {}, sessionId);
      await this.ask("Page.navigate", { url }, sessionId);
      return { line: await said, problems };
    } finally {
      this.listeners.delete(listener);
      await this.ask("Target.closeTarget", { targetId }).catch(() => {});
    }
  }

  async close(): Promise<void> {
    // Its helpers too: they are of its process group.
    killGroup(this.process.pid);
    await this.ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20 });
  }

  private ask(method: string, params: object, sessionId?: string): Promise<Record<string, string>> {
    const id = ++this.asked;
    const answer = new Promise<Record<string, string>>((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result!),
      );
      void this.ended.then(() => reject(new Error(`${method}: Chromium ended`)));
    });
    (this.process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return answer;
  }

  private take(message: Message): void {
    if (message.id === undefined) for (const listener of this.listeners) listener(message);
    else this.waiting.get(message.id)?.(message);
  }
}
