/** A button for what takes a moment and may fail. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Problem } from "../parts/problem.js";

export function Work({ children, does }: { children: ComponentChildren; does(): Promise<void> | void }) {
  const isAtIt = useSignal(false);
  const problem = useSignal<Error | null>(null);
  const begin = async () => {
    isAtIt.value = true;
    problem.value = null;
    try {
      await does();
    } catch (error) {
      problem.value = error as Error;
    } finally {
      isAtIt.value = false;
    }
  };
  return (
    <>
      <button type="button" disabled={isAtIt.value} onClick={() => void begin()}>
        {children}
      </button>
      {problem.value && <Problem error={problem.value} />}
    </>
  );
}
