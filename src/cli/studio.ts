/** cellstate studio: the web page in which models are trained and looked into. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { inputError } from "../base/errors.js";
import { readBeside, readBytes } from "../base/node-files.js";
import { loadFile } from "../model/load.js";
import { type SiteFile, serveSite } from "../serve/site.js";
import { EXIT, Exit, note, say, whole } from "./context.js";

interface Flags {
  port: number;
  host: string;
  open: boolean;
}

/** Where `npm run studio` puts the page. */
const PAGE = fileURLToPath(new URL("../../web/", import.meta.url));

export function studioCommand(program: Command): void {
  program
    .command("studio")
    .description("a page in which to train, look into and take along a classifier; it runs in your browser")
    .argument("[model]", "a model file to open in it")
    .option("--port <n>", "the port it is served at (default: one that is free)", whole("port", 0, 65535), 0)
    .option(
      "--host <address>",
      "the address it is served at; others than localhost let other machines in",
      "localhost",
    )
    .option("--no-open", "only say where it is")
    .action(studioAction);
}

async function studioAction(model: string | undefined, { port, host, open }: Flags): Promise<void> {
  if (!existsSync(join(PAGE, "index.html"))) {
    throw inputError({ expected: "the studio's files", where: PAGE, next: "Build them: npm run studio" });
  }
  const files = model === undefined ? [] : await modelFiles(model);
  const site = await serveSite({ folder: PAGE, files, port, host });
  const address = model === undefined ? site.url : `${site.url}#open=${encodeURIComponent(basename(model))}`;
  say(address);
  note("Ctrl-C ends it. What is trained and opened there stays in the browser.");
  if (open && process.stdout.isTTY) openInBrowser(address);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await site.close();
  throw new Exit(EXIT.interrupted);
}

/** A model's file, and those that it names beside it. @throws InputError for what is no model, before a page shows nothing of it */
async function modelFiles(path: string): Promise<SiteFile[]> {
  const files: SiteFile[] = [];
  const served = (name: string, bytes: Uint8Array) => {
    files.push({ path: `/open/${encodeURIComponent(name)}`, bytes });
    return bytes;
  };
  const beside = async (name: string) => served(name, await readBeside(path, name));
  await loadFile(served(basename(path), await readBytes(path)), { name: path, beside, onWarning: null });
  return files;
}

/** Where no browser can be opened, the address that is printed serves as well. */
function openInBrowser(address: string): void {
  const [command, ...rest] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler"]
        : ["xdg-open"];
  spawn(command!, [...rest, address], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
