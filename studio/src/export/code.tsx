/** The code that makes the open model again in Node, where it was trained in this page. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { download } from "../parts/files.js";
import { asFile, fileName } from "../state/data.js";
import { type Replay, replay } from "../state/replay.js";
import { isAutomatic } from "../views/train/settings.js";
import { hashOfWeights, repeatCode, START_FILE } from "./repeat.js";
import { Work } from "./work.js";

export function Code() {
  const now = replay.value;
  return (
    <section class="stack" aria-label="The code that makes it again">
      <h3>The code that makes it again</h3>
      {now ? (
        <Lines key={now.run.id} of={now} />
      ) : (
        <p class="quiet">
          Of what is trained in this page there is code for Node that makes the same weights.
        </p>
      )}
    </section>
  );
}

function Lines({ of }: { of: Replay }) {
  const { run, epoch, model } = of;
  const known = useSignal<{ of: Replay; hash: string | null } | null>(null);
  useEffect(() => {
    let isOver = false;
    model
      .getWeights()
      .then(hashOfWeights)
      .then(
        (hash) => void (isOver || (known.value = { of, hash })),
        () => undefined,
      );
    return () => {
      isOver = true;
    };
  }, [of]);
  // The code says nothing of weights that it does not know: those of the epoch before are still there while it asks.
  const weights = known.value?.of === of ? known.value.hash : null;
  const { model: from } = run.options;
  const isAuto = isAutomatic(from);
  const isCut = run.isCutShort.value;
  const file = fileName(run.data);
  const rows = asFile(run.data);
  const code = repeatCode({
    name: run.name,
    file,
    reading: run.data.options,
    options: run.options,
    steps: isCut && !isAuto ? run.step.value : null,
    epoch,
    threshold: run.threshold.value,
    weights,
  });
  const take = async () => {
    download("repeat.mjs", code, "text/javascript");
    if (rows !== null) download(file, rows);
    if (from instanceof Blob) download(START_FILE, new Uint8Array(await from.arrayBuffer()));
  };
  return (
    <>
      <p class="quiet">
        The same data, settings and seed give the same weights, to the bit where both engines multiply and add
        in one step (Cellstate's native one, and WebAssembly in this browser's like), else within 1e-5. Run in
        Node, it says which. {rows === null ? "It reads " : "It comes with "}
        {run.data.source instanceof URL ? (
          <a href={run.data.source.href} download={file}>
            {file}
          </a>
        ) : (
          file
        )}{" "}
        beside it.
        {isCut && isAuto && " It was stopped by hand, which cannot be repeated: this goes on to the end."}
      </p>
      <textarea class="paste" aria-label="Code" readOnly rows={14} spellcheck={false} value={code} />
      <div class="row">
        <Work does={() => navigator.clipboard.writeText(code)}>Copy</Work>
        <Work does={take}>Download repeat.mjs</Work>
      </div>
    </>
  );
}
