/** What a server counts, for Prometheus. */
import type { Registry } from "prom-client";
import { loadPromClient } from "./packages.js";
import type { ShelfWatcher } from "./shelf.js";

/** What the numbers are read from when they are asked for. */
export interface Gauges {
  queue(): number;
  bodies(): number;
}

/** The numbers of this process. */
export interface Metrics extends ShelfWatcher {
  readonly registry: Registry;
  request(method: string, route: string, status: number, seconds: number): void;
  /** As Prometheus reads them, and of which type that is. */
  text(): Promise<{ type: string; text: string }>;
}

/** Where nobody counts. */
export const UNCOUNTED: Omit<Metrics, "registry" | "text"> = { request() {}, batch() {}, load() {} };

/** From half a millisecond to ten seconds. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024];

/**
 * prom-client's numbers of this process, once for all servers in it: it watches collections and the event loop, and has no way to
 * end that.
 */
let processNumbers: Registry | null = null;

/** @throws InputError where prom-client is not installed */
export async function countedBy(gauges: Gauges): Promise<Metrics> {
  const { Registry, Counter, Gauge, Histogram, collectDefaultMetrics } = await loadPromClient();
  if (processNumbers === null) {
    processNumbers = new Registry();
    collectDefaultMetrics({ register: processNumbers });
  }
  const own = new Registry();
  const registers = [own];
  const requests = new Counter({
    name: "cellstate_requests_total",
    help: "Requests, by method, route and status of the answer.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const latency = new Histogram({
    name: "cellstate_request_seconds",
    help: "Seconds from a request's first byte to its answer's last, by route.",
    labelNames: ["route"],
    buckets: SECONDS,
    registers,
  });
  const batchRows = new Histogram({
    name: "cellstate_batch_rows",
    help: "Texts or rows that were answered together, by model.",
    labelNames: ["model"],
    buckets: ROWS,
    registers,
  });
  const batchSeconds = new Histogram({
    name: "cellstate_batch_seconds",
    help: "Seconds that answering together took, by model.",
    labelNames: ["model"],
    buckets: SECONDS,
    registers,
  });
  const loads = new Counter({
    name: "cellstate_model_loads_total",
    help: "Times a model's file was read, by model and outcome (loaded, failed).",
    labelNames: ["model", "outcome"],
    registers,
  });
  const loadedAt = new Gauge({
    name: "cellstate_model_loaded_timestamp_seconds",
    help: "When the version that answers was loaded, by model and version.",
    labelNames: ["model", "version"],
    aggregator: "max",
    registers,
  });
  new Gauge({
    name: "cellstate_queue_rows",
    help: "Texts and rows that wait for their answers.",
    registers,
    collect() {
      this.set(gauges.queue());
    },
  });
  new Gauge({
    name: "cellstate_body_bytes",
    help: "Bytes of bodies that are being read, or wait for their answers.",
    registers,
    collect() {
      this.set(gauges.bodies());
    },
  });
  const versions = new Map<string, string>();
  const registry = Registry.merge([own, processNumbers]);
  return {
    registry,
    request(method, route, status, seconds) {
      requests.inc({ method, route, status });
      latency.observe({ route }, seconds);
    },
    batch(model, rows, seconds) {
      batchRows.observe({ model }, rows);
      batchSeconds.observe({ model }, seconds);
    },
    load(model, outcome, version) {
      loads.inc({ model, outcome });
      if (version === null) return;
      const before = versions.get(model);
      if (before !== undefined) loadedAt.remove({ model, version: before });
      versions.set(model, version);
      loadedAt.set({ model, version }, Date.now() / 1000);
    },
    text: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
