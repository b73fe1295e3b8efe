/** Two hosts train one network over TCP, and end with the file of one process. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { csv, reviews, small } from "../cli/data.js";
import { cellstate } from "../cli/run.js";
import { Hosts, noHosts } from "./hosts.js";
import { OPEN_MPI, together } from "./mpirun.js";

describe("two hosts, joined by a network", { skip: noHosts() }, () => {
  let folder = "";
  let hosts: Hosts;
  before(async () => {
    hosts = new Hosts();
    folder = await mkdtemp(join(tmpdir(), "cellstate-two-"));
    await writeFile(join(folder, "data.csv"), csv(reviews(300)));
  });
  after(async () => {
    hosts.close();
    await rm(folder, { recursive: true });
  });

  const train = (out: string) => [
    ...["train", "data.csv"],
    ...small("--batch-size", "64", "--engine", "auto", "--threads", "1", "--out", out, "--json"),
  ];

  for (const each of [1, 2]) {
    test(`${2 * each} processes, ${each} on each host, save what one process saves`, async () => {
      assert.equal((await cellstate(train("alone.keras"), { cwd: folder })).code, 0);
      const before = hosts.bytes;
      const out = `hosts-${each}.keras`;
      const { code, stdout, stderr } = await together(OPEN_MPI, 2 * each, train(out), {
        cwd: folder,
        inside: hosts.inside,
        options: hosts.options(each),
      });
      assert.equal(code, 0, stderr);
      const summary = JSON.parse(stdout.trim().split("\n").at(-1)!) as { processes: number; params: number };
      assert.equal(summary.processes, 2 * each);
      const saved = [await readFile(join(folder, "alone.keras")), await readFile(join(folder, out))] as const;
      assert.ok(saved[0].equals(saved[1]), "the same bytes");
      // Twelve steps, in each of which every host sends the other a gradient at the least.
      const gradients = (hosts.bytes - before) / (4 * summary.params);
      assert.ok(gradients > 24, `${gradients} gradients went over the network`);
    });
  }
});
