/** Two hosts on one machine: network namespaces that a pair of virtual cables joins. Linux, as root, with iproute2. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPEN_MPI } from "./mpirun.js";

/** Runs a command. @throws Error where it fails, with what it said */
function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Two hosts with an address each. */
export class Hosts {
  readonly names: readonly [string, string];
  readonly addresses: readonly [string, string];
  /** Each host's end of the cable. */
  readonly interfaces: readonly [string, string];
  private readonly net: string;
  private readonly gone = () => this.close();
  private readonly ended = () => process.exit(130);
  private readonly folder = mkdtempSync(join(tmpdir(), "cellstate-hosts-"));

  /** @throws Error where namespaces may not be made here */
  constructor() {
    // Others on this machine may have hosts of their own.
    const id = process.pid % 65_000;
    this.names = [`cs-${id}-0`, `cs-${id}-1`];
    this.net = `10.${200 + (id % 50)}.${id % 251}`;
    this.interfaces = [`cs${id}a`, `cs${id}b`];
    this.addresses = [`${this.net}.1`, `${this.net}.2`];
    // Should nobody come to take them away.
    process.once("exit", this.gone);
    for (const signal of SIGNALS) process.once(signal, this.ended);
    try {
      this.build();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private build(): void {
    const { interfaces: ends } = this;
    for (const name of this.names) run("ip", "netns", "add", name);
    run(
      "ip",
      "link",
      "add",
      ends[0],
      "netns",
      this.names[0],
      "type",
      "veth",
      "peer",
      "name",
      ends[1],
      "netns",
      this.names[1],
    );
    for (const host of [0, 1] as const) {
      const inside = (...args: string[]) => run("ip", "-n", this.names[host], ...args);
      inside("addr", "add", `${this.addresses[host]}/24`, "dev", ends[host]);
      inside("link", "set", ends[host], "up");
      inside("link", "set", "lo", "up");
    }
    const cases = this.names.map(
      (name, host) => `${this.addresses[host]}) exec ip netns exec ${name} sh -c "$*" ;;`,
    );
    writeFileSync(
      this.agent,
      `#!/bin/sh\nhost=$1; shift\ncase $host in\n${cases.join("\n")}\nesac\nexit 1\n`,
    );
    chmodSync(this.agent, 0o755);
  }

  /** What Open MPI starts its processes on another host with, in place of ssh. */
  private get agent(): string {
    return join(this.folder, "agent.sh");
  }

  /** What goes in front of mpirun: it is started on the first host. */
  get inside(): string[] {
    return ["ip", "netns", "exec", this.names[0]];
  }

  /** Options of Open MPI's mpirun for so many processes on each host. */
  options(each: number): string[] {
    const set = (name: string, value: string) => ["-mca", name, value];
    return [
      ...set("plm_rsh_agent", this.agent),
      ...set("btl", "tcp,self"),
      ...set("btl_tcp_if_include", `${this.net}.0/24`),
      ...set("oob_tcp_if_include", `${this.net}.0/24`),
      ...["--host", this.addresses.map((address) => `${address}:${each}`).join(",")],
    ];
  }

  /** Bytes that have gone over the cable, both ways together. */
  get bytes(): number {
    const { stdout } = spawnSync("ip", ["-n", this.names[0], "-s", "-j", "link", "show", "type", "veth"], {
      encoding: "utf8",
    });
    const [link] = JSON.parse(stdout) as { stats64: Record<"rx" | "tx", { bytes: number }> }[];
    return link!.stats64.rx.bytes + link!.stats64.tx.bytes;
  }

  /** Takes the hosts away, whatever there is of them. */
  close(): void {
    process.off("exit", this.gone);
    for (const signal of SIGNALS) process.off(signal, this.ended);
    for (const name of this.names) spawnSync("ip", ["netns", "del", name]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Why there can be no two hosts here; false where there can. */
export function noHosts(): string | false {
  if (OPEN_MPI.skip) return OPEN_MPI.skip;
  if (process.getuid?.() !== 0) return "network namespaces need root";
  try {
    new Hosts().close();
    return false;
  } catch (error) {
    return `no network namespaces here: ${(error as Error).message.trim()}`;
  }
}
