/** Loading a server: as fast as it answers (wrk), or at a rate (autocannon). */
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** What a load came to; latencies in milliseconds. */
export interface Loaded {
  perSecond: number;
  p50: number;
  p99: number;
  p999: number;
  /** Answers that were none. */
  failed: number;
}

export interface Load {
  url: string;
  body: string;
  connections: number;
  seconds: number;
  /** Requests a second; left out: as many as are answered. */
  rate?: number;
}

const hasWrk = !spawnSync("wrk", ["--version"]).error;

/** The program that loads. */
export const LOADER = hasWrk ? "wrk" : "autocannon";

/** @param folder where a script may be put */
export const load = (what: Load, folder: string): Promise<Loaded> =>
  hasWrk && what.rate === undefined ? byWrk(what, folder) : byAutocannon(what);

async function byWrk({ url, body, connections, seconds }: Load, folder: string): Promise<Loaded> {
  const script = join(folder, "load.lua");
  writeFileSync(
    script,
    `wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = [==[${body}]==]
function done(summary, latency)
  local e = summary.errors
  print(string.format("RESULT %f %f %f %f %d", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
`,
  );
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", script, url];
  const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  await new Promise((resolve) => child.once("close", resolve));
  const found = /^RESULT (.*)$/m.exec(said);
  if (!found) throw new Error(`wrk said nothing of it: ${said}`);
  const [perSecond, p50, p99, p999, failed] = found[1]!.split(" ").map(Number);
  return { perSecond: perSecond!, p50: p50!, p99: p99!, p999: p999!, failed: failed! };
}

/** As much of autocannon's interface as is used. */
type Autocannon = (options: object) => Promise<{
  requests: { average: number };
  latency: { p50: number; p99: number; p99_9: number };
  errors: number;
  non2xx: number;
}>;

async function byAutocannon({ url, body, connections, seconds, rate }: Load): Promise<Loaded> {
  const autocannon = createRequire(import.meta.url)("autocannon") as Autocannon;
  const { requests, latency, errors, non2xx } = await autocannon({
    ...{ url, body, connections, duration: seconds, method: "POST", workers: 1 },
    ...{
      headers: { "content-type": "application/json" },
      ...(rate === undefined ? {} : { overallRate: rate }),
    },
  });
  const { p50, p99, p99_9: p999 } = latency;
  return { perSecond: requests.average, p50, p99, p999, failed: errors + non2xx };
}
