/** The page around the views: what is open, the sentence with its answer, and the way from view to view. */
import { signal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { exporting } from "./export/open.js";
import { Problem } from "./parts/problem.js";
import { Scrubber } from "./parts/scrubber.js";
import { Sentence } from "./parts/sentence.js";
import { Top } from "./parts/top.js";
import { routed } from "./state/route.js";
import { openProblem } from "./state/subject.js";

/** The views in the order in which one goes through them, each loaded when it is first shown. */
const VIEWS = {
  data: { title: "Data", load: async () => (await import("./views/data.js")).View },
  train: { title: "Train", load: async () => (await import("./views/train.js")).View },
  cell: { title: "Cell", load: async () => (await import("./views/cell.js")).View },
  parameters: {
    title: "Parameters",
    load: async () => (await import("./views/parameters.js")).View,
  },
  memory: { title: "Memory", load: async () => (await import("./views/memory.js")).View },
  gradient: { title: "Gradient", load: async () => (await import("./views/gradient.js")).View },
  lab: { title: "Lab", load: async () => (await import("./views/lab.js")).View },
} satisfies Record<string, { title: string; load: () => Promise<ComponentType> }>;
type ViewName = keyof typeof VIEWS;

const chosen = routed("view", "cell");
const viewName = (): ViewName => (Object.hasOwn(VIEWS, chosen.value) ? (chosen.value as ViewName) : "cell");

/** The component of the view, once it is here. */
const shown = signal<{ name: ViewName; Component: ComponentType } | { failed: Error } | null>(null);

async function show(name: ViewName): Promise<void> {
  try {
    const Component = await VIEWS[name].load();
    if (viewName() === name) shown.value = { name, Component };
  } catch (error) {
    shown.value = { failed: error as Error };
  }
}

export function App() {
  useSignalEffect(() => void show(viewName()));
  const name = viewName();
  return (
    <>
      <Top />
      <Sentence />
      <Scrubber />
      <div class="page">
        <nav aria-label="Views">
          <ul>
            {(Object.keys(VIEWS) as ViewName[]).map((each) => (
              <li key={each}>
                <a
                  href={`#view=${each}`}
                  aria-current={each === name ? "page" : undefined}
                  onClick={(event) => {
                    // The rest of the address stays as it is.
                    event.preventDefault();
                    chosen.value = each;
                  }}
                >
                  {VIEWS[each].title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <main aria-label={VIEWS[name].title}>
          <Shown />
        </main>
      </div>
      <Export />
    </>
  );
}

/** What can be taken along is loaded when it is first asked for. */
const dialog = signal<ComponentType | null>(null);

function Export() {
  useSignalEffect(() => {
    if (!exporting.value || dialog.peek()) return;
    import("./export/dialog.js").then(
      ({ ExportDialog }) => void (dialog.value = ExportDialog),
      (error: Error) => {
        exporting.value = false;
        openProblem.value = error;
      },
    );
  });
  const Dialog = dialog.value;
  return exporting.value && Dialog ? <Dialog /> : null;
}

function Shown() {
  const now = shown.value;
  if (!now) return <p class="quiet">…</p>;
  if ("failed" in now) return <Problem error={now.failed} />;
  return <now.Component key={now.name} />;
}
