/** An asynchronous engine, to hold the contract to: the reference engine behind a delay. */
import type { Engine, Phase, Program, Values } from "../../src/engines/engine.js";
import { ReferenceEngine } from "../../src/engines/reference.js";

export class DelayedEngine implements Engine {
  readonly name = "delayed";
  readonly synchronous = false;
  readonly threads = 1;
  private readonly inner = new ReferenceEngine();
  readonly elementBytes = this.inner.elementBytes;
  readonly base = this.inner.base;
  /** What was asked last; what is asked next comes after it. */
  private last: Promise<unknown> = Promise.resolve();

  protected later<T>(work: () => T): Promise<T> {
    const done = this.last.then(() => new Promise((go) => setImmediate(go))).then(work);
    // Whoever asked hears of a failure; the next one is not to fail with it.
    this.last = done.catch(() => {});
    return done;
  }

  reserve(bytes: number): void {
    this.later(() => this.inner.reserve(bytes));
  }

  write(at: number, values: Values): void {
    const copy = values.slice();
    this.later(() => this.inner.write(at, copy));
  }

  read(at: number, into: Values): Promise<void> {
    return this.later(() => this.inner.read(at, into));
  }

  load(phases: Phase[]): Program {
    const program = this.inner.load(phases);
    return {
      run: () => this.later(() => program.run()),
      dispose: () => void this.later(() => program.dispose()),
    };
  }

  dispose(): void {
    this.inner.dispose();
  }
}

/** A delayed engine whose next runs can be made to fail. */
export class FailingEngine extends DelayedEngine {
  /** Runs that will fail. */
  failures = 0;

  override load(phases: Phase[]): Program {
    const program = super.load(phases);
    const fail = () =>
      this.later<void>(() => {
        throw new Error("the device is lost");
      });
    return { ...program, run: () => (this.failures-- > 0 ? fail() : program.run()) };
  }
}
