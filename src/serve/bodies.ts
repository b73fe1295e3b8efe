/** Bodies of requests: read while all of them together are counted, before memory is taken for them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { Refusal } from "./refusal.js";

/** What a request holds. */
interface Held {
  bytes: number;
  isOver: boolean;
}

/** How much is read. */
export interface BodyBounds {
  /** Bytes of a body. */
  readonly maxBody: number;
  /** Of all at once. */
  readonly maxBodies: number;
}

/**
 * A body is held from its first byte until its request is answered, or gone: what is read from it is about as large. However slowly
 * bodies come, and however many, no more is held than may be.
 */
export class Bodies {
  readonly #bounds: BodyBounds;
  readonly #of = new WeakMap<IncomingMessage, Held>();
  #held = 0;

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds;
  }

  /** Bytes of all that are held. */
  get held(): number {
    return this.#held;
  }

  /** Counts what a request holds, until its answer is sent or nobody waits for it. Before `read`. */
  count(request: IncomingMessage, response: ServerResponse): void {
    const held: Held = { bytes: 0, isOver: false };
    this.#of.set(request, held);
    const over = () => {
      if (held.isOver) return;
      held.isOver = true;
      this.#held -= held.bytes;
    };
    response.once("finish", over).once("close", over);
  }

  /** @throws Refusal where it, or all of them, are more than is held */
  read(request: IncomingMessage, payload: Readable): Promise<Buffer> {
    const { maxBody, maxBodies } = this.#bounds;
    const held = this.#of.get(request)!;
    const length = Number(request.headers["content-length"]);
    if (length > maxBody) throw tooLarge();
    if (length > maxBodies - this.#held) throw tooMany();
    return new Promise((resolve, reject) => {
      // One piece of memory: a body of many small parts would hold one for each.
      let bytes = Buffer.alloc(0);
      let received = 0;
      const settled = (settle: () => void) => {
        payload.off("data", onData).off("end", onEnd).off("error", onError).off("close", onError);
        settle();
      };
      const onData = (data: Buffer | string) => {
        const chunk = typeof data === "string" ? Buffer.from(data) : data;
        const needed = received + chunk.length;
        if (needed > maxBody) return settled(() => reject(tooLarge()));
        if (needed > bytes.length) {
          const size = Math.max(needed, Math.min(2 * bytes.length, maxBody));
          if (held.isOver || !this.#take(held, size - bytes.length)) return settled(() => reject(tooMany()));
          const larger = Buffer.allocUnsafeSlow(size);
          bytes.copy(larger, 0, 0, received);
          bytes = larger;
        }
        chunk.copy(bytes, received);
        received = needed;
      };
      const onEnd = () => settled(() => resolve(bytes.subarray(0, received)));
      const onError = () => settled(() => reject(new Refusal(400, "The body ended before it was whole.")));
      payload.on("data", onData).on("end", onEnd).on("error", onError).on("close", onError);
    });
  }

  #take(held: Held, bytes: number): boolean {
    if (this.#held + bytes > this.#bounds.maxBodies) return false;
    this.#held += bytes;
    held.bytes += bytes;
    return true;
  }
}

const tooLarge = (): Refusal =>
  new Refusal(
    413,
    "The body is larger than this server takes. Send fewer or shorter texts a request, or start it with a larger --max-body (in code: maxBody).",
  );

const tooMany = (): Refusal =>
  new Refusal(
    503,
    "The bodies of all requests at once are more than this server holds. Ask again after the time in Retry-After, with fewer or smaller requests at once, or start it with a larger --max-bodies (in code: maxBodies).",
    1,
  );
