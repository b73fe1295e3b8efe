/** A worker among several: what it and the process that started it tell each other. */
import cluster from "node:cluster";
import type { Registry } from "prom-client";
import { InputError } from "../base/errors.js";
import type { Together } from "./serving.js";

/** What a worker tells the process that started it. */
export type FromWorker =
  | { readonly serves: string }
  | { readonly failed: string; readonly isUsers: boolean }
  | { readonly asks: number }
  | { readonly numbers: readonly object[]; readonly of: number };

/** What it is told. */
export type ToWorker =
  | { readonly stop: true }
  | { readonly answers: number; readonly text: string }
  | { readonly tell: number };

/** Tells a worker at which port all of them serve: whoever comes when all others are gone serves there, too. */
export const PORT = "CELLSTATE_SERVE_PORT";
/** Whether this process is a worker of another that serves. */
export const isWorker = (): boolean => cluster.isWorker;

/** A worker's side: what it tells, and when it is to end. */
export interface WorkerSide {
  /** Where all of them serve. */
  readonly port: number;
  serves(url: string): void;
  failed(error: unknown): void;
  /** Resolves when it is to end: told to, or left alone. Signals are for who started it: a terminal sends them to all. */
  readonly stopped: Promise<void>;
  /** The numbers of all. */
  readonly together: Together;
  /** Tells its own numbers to who adds them up. */
  counts(registry: Registry): void;
}

export function workerSide(): WorkerSide {
  const waiting = new Map<number, (text: string) => void>();
  // Where nobody listens any more there is nobody to tell.
  const send = (message: FromWorker) =>
    process.connected && process.send!(message, undefined, undefined, () => {});
  let asked = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  const stopped = new Promise<void>((resolve) => {
    process.on("disconnect", () => {
      for (const told of waiting.values()) told("");
      resolve();
    });
    process.on("message", (message: ToWorker) => {
      if ("stop" in message) resolve();
      else if ("answers" in message) {
        waiting.get(message.answers)?.(message.text);
        waiting.delete(message.answers);
      }
    });
  });
  return {
    port: Number(process.env[PORT]),
    serves(url) {
      const self = cluster.worker!;
      // Node ends a worker whose first process is gone; it is to answer what it took before.
      self.once("disconnect", () => {
        self.exitedAfterDisconnect = true;
      });
      send({ serves: url });
    },
    failed(error) {
      const isUsers = error instanceof InputError;
      const failed = isUsers ? (error.typed ?? error.message) : String((error as Error).message);
      send({ failed, isUsers });
    },
    stopped,
    together: () =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve);
        send({ asks: asked });
      }),
    counts(registry) {
      process.on("message", async (message: ToWorker) => {
        if ("tell" in message) send({ numbers: await registry.getMetricsAsJSON(), of: message.tell });
      });
    },
  };
}
