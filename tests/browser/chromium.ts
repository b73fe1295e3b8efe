/** A Chromium that opens one page and is ended when the page has reported. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The first of programs by these names on the path, or the one that an environment variable names; null where there is none. */
export function findProgram(variable: string, names: readonly string[]): string | null {
  const given = process.env[variable];
  if (given) return given;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

export const findChromium = (): string | null => findProgram("CHROMIUM", NAMES);

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Site {
  files: ReadonlyMap<string, { type: string; body: string | Uint8Array }>;
  /** Sent with every file. */
  headers?: Record<string, string>;
}

function serve({ files, headers = {} }: Site, onReport: (body: string) => void): Server {
  return createServer((request, response) => {
    if (request.method === "POST") {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.end();
        onReport(Buffer.concat(chunks).toString());
      });
      return;
    }
    const file = files.get(request.url ?? "");
    response.writeHead(file ? 200 : 404, { "content-type": file?.type ?? "text/plain", ...headers });
    response.end(file?.body);
  });
}

/** Opens the site's "/" and resolves to what it posts. @throws when Chromium ends before */
export async function visit(chromium: string, site: Site): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "cellstate-chromium-"));
  let posted: (body: string) => void = () => {};
  const server = serve(site, (body) => posted(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(chromium, [...FLAGS, `--user-data-dir=${profile}`, url], {
    stdio: "ignore",
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    browser.once("exit", () => resolve());
    browser.once("error", () => resolve());
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      posted = resolve;
      browser.once("error", reject);
      void ended.then(() => reject(new Error("Chromium ended before the page reported")));
    });
  } finally {
    // Its helpers too: they are of its process group.
    killGroup(browser.pid);
    await ended;
    server.closeAllConnections();
    server.close();
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    } catch {
      // A helper that is still ending writes there: the folder is the system's to clear.
    }
  }
}

export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
