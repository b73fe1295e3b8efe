/** What the library has to say of the open model: asked in its worker, kept while the next answer is on its way. */
import type { ReadonlySignal } from "@preact/signals";
import type { ExplainArguments, ExplainResult, ExplanationName, Progress } from "cellstate/worker";
import { useEffect, useMemo } from "preact/hooks";
import { besides } from "./aside.js";
import { latest, type Outcome } from "./latest.js";
import { paced as pacedWork } from "./paced.js";
import { type AnyModel, subject } from "./subject.js";

/** How an explanation is asked. */
export interface Asking {
  /** The model; the open one by default, null for none yet. */
  of?: AnyModel | null;
  /** In a worker of its own, so that what takes seconds keeps nobody waiting: answers come meanwhile. */
  aside?: boolean;
  /** Every question that can be is answered while a value is dragged, in place of the last one alone. */
  paced?: boolean;
  /** Told how far it is, by explanations that tell it. */
  onProgress?(progress: Progress): void;
}

/**
 * An explanation of the open model, asked anew when the model or an argument changes; null for arguments asks nothing.
 * @example const view = useExplained("cellView", [settled.value, { layer }]);
 */
export function useExplained<N extends ExplanationName>(
  name: N,
  args: ExplainArguments<N> | null,
  { of, aside = false, paced = false, onProgress }: Asking = {},
): ReadonlySignal<Outcome<ExplainResult<N>>> {
  const work = useMemo(() => {
    const run = async (signal: AbortSignal, model: AnyModel, given: ExplainArguments<N>) => {
      const asked = aside ? await besides(model) : model;
      const options = { signal, ...(onProgress ? { onProgress } : {}) };
      return (asked as { explain: Explain }).explain(name, ...withOptions(given, options));
    };
    return paced ? pacedWork(run) : latest(run);
  }, [name, aside, paced]);
  const open = of === undefined ? subject.value?.model : of;
  useEffect(() => {
    if (open && args) work.ask(open, args);
    else work.clear();
  }, [work, open, JSON.stringify(args)]);
  // What nobody looks at any more is not worked on.
  useEffect(() => () => work.clear(), [work]);
  return work.outcome as ReadonlySignal<Outcome<ExplainResult<N>>>;
}

type Explain = <N extends ExplanationName>(
  name: N,
  ...args: ExplainArguments<N>
) => Promise<ExplainResult<N>>;

/** Signal and listener go among the options, which come last. */
function withOptions<A extends readonly unknown[]>(args: A, more: object): A {
  const last = args.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const options = { ...(hasOptions ? last : {}), ...more };
  return [...(hasOptions ? args.slice(0, -1) : args), options] as unknown as A;
}
