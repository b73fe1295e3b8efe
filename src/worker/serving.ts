/** The worker's side: calls come, a host answers them. */
import type { OwnPort } from "#worker-port";
import { inputError } from "../base/errors.js";
import { packError } from "./errors.js";
import {
  type Context,
  type Events,
  type FromWorker,
  type Hosts,
  PROTOCOL,
  type ToWorker,
} from "./protocol.js";
import { buffersOf } from "./transfer.js";

type Host = Readonly<Record<string, (context: Context, ...args: readonly unknown[]) => unknown>>;

/** Each loads what it needs: who only asks a model loads nothing that trains. */
const LOADERS: { readonly [H in keyof Hosts]: () => Promise<Hosts[H]> } = {
  trainer: async () => new (await import("./trainer-host.js")).TrainerHost(),
  model: async () => new (await import("./model-host.js")).ModelHost(),
};

/** Answers what comes in at a port. */
export function serve(port: OwnPort): void {
  const hosts = new Map<string, Promise<Host>>();
  const running = new Map<number, AbortController>();
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.post(message, transfer);

  const hostOf = (name: string): Promise<Host> => {
    const known = hosts.get(name);
    if (known) return known;
    if (!Object.hasOwn(LOADERS, name)) throw unknownCall(name);
    const loading = LOADERS[name as keyof Hosts]() as Promise<unknown> as Promise<Host>;
    hosts.set(name, loading);
    return loading;
  };

  const answer = async ({ id, host: name, call, args }: Extract<ToWorker, { call: string }>) => {
    const controller = new AbortController();
    running.set(id, controller);
    const moved: ArrayBuffer[] = [];
    const move = <R>(result: R): R => {
      moved.push(...buffersOf(result));
      return result;
    };
    const tell = <E extends keyof Events>(event: E, ...told: Events[E]) => post({ id, event, args: told });
    try {
      const host = await hostOf(name);
      if (!isCall(host, call)) throw unknownCall(`${name}.${call}`);
      const result = await host[call]!({ signal: controller.signal, tell, move }, ...args);
      post({ id, result }, moved);
    } catch (error) {
      post({ id, error: packError(error) });
    } finally {
      running.delete(id);
    }
  };

  port.listen((message) => {
    const given = message as Partial<
      Extract<ToWorker, { abort: true }> & Extract<ToWorker, { call: string }>
    >;
    if (typeof given?.id !== "number") return;
    if (given.abort) running.get(given.id)?.abort();
    else if (typeof given.call === "string") void answer(given as Extract<ToWorker, { call: string }>);
    else post({ id: given.id, error: packError(unknownCall("a message")) });
  });
  post({ ready: PROTOCOL });
}

/** The calls of a host are the methods of its class. */
const isCall = (host: object, call: string): boolean =>
  call !== "constructor" && Object.hasOwn(Object.getPrototypeOf(host) as object, call);

const unknownCall = (received: string) =>
  inputError({
    expected: "a call that this program knows",
    where: "cellstate/worker-program",
    received,
    next: "Let the page and its worker have the same version of cellstate.",
  });
