/** What the library has to say of the open model: asked in its worker, kept while the next answer is on its way. */
import type { ReadonlySignal } from "@preact/signals";
import type { ExplainArguments, ExplainResult, ExplanationName } from "cellstate/worker";
import { useEffect, useMemo } from "preact/hooks";
import { besides } from "./aside.js";
import { latest, type Outcome } from "./latest.js";
import { paced as pacedWork } from "./paced.js";
import { type AnyModel, subject } from "./subject.js";

/** How an explanation is asked. */
export interface Asking {
  /** In a worker of its own, so that what takes seconds keeps nobody waiting: answers come meanwhile. */
  aside?: boolean;
  /** Every question that can be is answered while a value is dragged, in place of the last one alone. */
  paced?: boolean;
}

/**
 * An explanation of the open model, asked anew when the model or an argument changes; null for arguments asks nothing.
 * @example const view = useExplained("cellView", [settled.value, { layer }]);
 */
export function useExplained<N extends ExplanationName>(
  name: N,
  args: ExplainArguments<N> | null,
  { aside = false, paced = false }: Asking = {},
): ReadonlySignal<Outcome<ExplainResult<N>>> {
  const work = useMemo(() => {
    const run = async (signal: AbortSignal, model: AnyModel, given: ExplainArguments<N>) => {
      const asked = aside ? await besides(model) : model;
      return (asked as { explain: Explain }).explain(name, ...withSignal(given, signal));
    };
    return paced ? pacedWork(run) : latest(run);
  }, [name, aside, paced]);
  const open = subject.value;
  useEffect(() => {
    if (open && args) work.ask(open.model, args);
    else work.clear();
  }, [work, open, JSON.stringify(args)]);
  return work.outcome as ReadonlySignal<Outcome<ExplainResult<N>>>;
}

type Explain = <N extends ExplanationName>(
  name: N,
  ...args: ExplainArguments<N>
) => Promise<ExplainResult<N>>;

/** The signal goes among the options, which come last. */
function withSignal<A extends readonly unknown[]>(args: A, signal: AbortSignal): A {
  const last = args.at(-1);
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const options = { ...(hasOptions ? last : {}), signal };
  return [...(hasOptions ? args.slice(0, -1) : args), options] as unknown as A;
}
