/** Whose model is open, and a slider over the epochs of its training, which every view follows. */
import { before, goBack, replay, show } from "../state/replay.js";

export function Scrubber() {
  const now = replay.value;
  const back = before.value;
  if (!now) return null;
  const { run, epoch } = now;
  const { kept } = run;
  const last = kept.length - 1;
  const best = run.summary.value?.training.bestEpoch;
  const place = epoch === null ? last : kept.indexOf(epoch);
  const go = (index: string, isLive: boolean) => void show(run, kept[Number(index)]!, isLive);
  const says =
    epoch === null
      ? run.isLive
        ? "as it is now"
        : best
          ? `as it ended: the best epoch, ${best}`
          : "as it ended"
      : epoch === 0
        ? "before the first step"
        : `after epoch ${epoch} of ${kept.at(-1)}`;
  return (
    <section class="page scrubber row" aria-label="Epochs">
      {kept.length > 1 && (
        <>
          <label for="epoch">Run {run.name}</label>
          <input
            id="epoch"
            type="range"
            min={0}
            max={last}
            value={place}
            aria-valuetext={says}
            onInput={({ currentTarget }) => go(currentTarget.value, true)}
            onChange={({ currentTarget }) => go(currentTarget.value, false)}
          />
        </>
      )}
      <output class="quiet">{kept.length > 1 ? says : `Run ${run.name}, ${says}`}</output>
      {epoch !== null && (
        <button type="button" class="plain" onClick={() => void show(run, null)}>
          {run.isLive ? "As it is now" : "As it ended"}
        </button>
      )}
      {back && (
        <button type="button" class="plain words" onClick={() => void goBack()}>
          Back to {back.name}
        </button>
      )}
    </section>
  );
}
