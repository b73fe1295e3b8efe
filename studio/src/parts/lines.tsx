/** Lines over a common axis, told apart by colour and dashes; a point under the pointer or the arrow keys is read out. */
import { useSignal } from "@preact/signals";
import { extent } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { useId } from "preact/hooks";
import { figure } from "../state/words.js";
import { Picture } from "./picture.js";

export interface Line {
  name: string;
  /** [points] x and y; a y that is no number is a gap. */
  points: readonly (readonly [number, number])[];
}

export interface LinesProps {
  title: string;
  says: string;
  xName: string;
  yName: string;
  lines: readonly Line[];
  /** Whether y is on a logarithmic axis; values from 0 down are then left out. */
  log?: boolean;
  /** Bounds of y that are there whatever the lines are. */
  yRange?: readonly [number, number];
  /** What a place on the x axis is called, where a number is not it: a word. */
  xLabel?: (x: number) => string;
  /** A place that is marked. */
  at?: number | null;
  /** Told which x was pressed or gone to. */
  onPick?: (x: number) => void;
}

const WIDTH = 640;
const HEIGHT = 240;
const EDGE = { left: 58, right: 12, top: 12, bottom: 40 };

export function Lines(props: LinesProps) {
  const { title, says, xName, yName, lines, log = false, yRange, xLabel = String, at = null, onPick } = props;
  const id = useId();
  const over = useSignal<number | null>(null);
  const shows = (y: number) => Number.isFinite(y) && (!log || y > 0);
  const all = lines.flatMap(({ points }) => points.filter(([, y]) => shows(y)));
  const [x0 = 0, x1 = 1] = extent(all, ([x]) => x);
  const [y0 = 0, y1 = 1] = extent([...all.map(([, y]) => y), ...(yRange ?? [])]);
  const places = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b);
  const x = scaleLinear([x0, x1 > x0 ? x1 : x0 + 1], [EDGE.left, WIDTH - EDGE.right]);
  const heights = [HEIGHT - EDGE.bottom, EDGE.top] as const;
  const y = log
    ? scaleLog([y0, y1 > y0 ? y1 : y0 * 10], heights)
    : scaleLinear([y0, y1 > y0 ? y1 : y0 + 1], heights).nice();
  const yTicks = log ? powers(y.ticks()) : y.ticks(5);
  const path = line<readonly [number, number]>()
    .defined(([, value]) => shows(value))
    .x(([place]) => x(place))
    .y(([, value]) => y(value));
  const shown = over.value ?? at;
  const nearest = (wanted: number) =>
    places.reduce(
      (best, place) => (Math.abs(place - wanted) < Math.abs(best - wanted) ? place : best),
      places[0] ?? 0,
    );
  const placeOf = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return nearest(x.invert(((event.clientX - box.left) / box.width) * WIDTH));
  };
  const step = (by: number) => {
    const k = shown === null ? -1 : places.indexOf(nearest(shown));
    const next = places[Math.max(0, Math.min(places.length - 1, k + by))];
    if (next === undefined) return;
    over.value = next;
    onPick?.(next);
  };
  const valueAt = ({ points }: Line, place: number) => points.find(([p]) => p === place)?.[1];
  return (
    <Picture
      title={title}
      says={says}
      table={{
        headers: [xName, ...lines.map(({ name }) => name)],
        rows: places.map((place) => [
          xLabel(place),
          ...lines.map((each) => {
            const value = valueAt(each, place);
            return value === undefined ? "–" : figure(value);
          }),
        ]),
      }}
    >
      <svg
        class="lines"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-labelledby={`${id}-title`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onPointerMove={(event) => {
          over.value = places.length > 0 ? placeOf(event) : null;
        }}
        onPointerLeave={() => {
          over.value = null;
        }}
        onClick={(event) =>
          places.length > 0 &&
          onPick?.(placeOf(event as unknown as PointerEvent & { currentTarget: SVGSVGElement }))
        }
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowLeft: -1, Home: -places.length, End: places.length }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          step(by);
        }}
      >
        <title id={`${id}-title`}>{title}</title>
        {yTicks.map((tick) => (
          <g key={tick} class="tick">
            <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
            <text x={EDGE.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
              {log ? tick.toExponential(0).replace("-", "−") : String(tick).replace("-", "−")}
            </text>
          </g>
        ))}
        {x
          .ticks(Math.min(8, Math.max(1, places.length - 1)))
          .filter((tick) => Number.isInteger(tick) || x1 - x0 < 2)
          .map((tick) => (
            <text key={tick} class="mark" x={x(tick)} y={HEIGHT - EDGE.bottom + 16} text-anchor="middle">
              {xLabel(tick)}
            </text>
          ))}
        <text class="axis" x={(EDGE.left + WIDTH) / 2} y={HEIGHT - 4} text-anchor="middle">
          {xName}
        </text>
        <text class="axis" transform={`translate(14 ${HEIGHT / 2}) rotate(-90)`} text-anchor="middle">
          {yName}
        </text>
        {shown !== null && places.length > 0 && (
          <line class="cursor" x1={x(shown)} x2={x(shown)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
        )}
        {lines.map((each, k) => (
          <g key={each.name} class={`series s${k % 6}`}>
            <path d={path(each.points) ?? ""} />
            {each.points.length === 1 && shows(each.points[0]![1]) && (
              <circle cx={x(each.points[0]![0])} cy={y(each.points[0]![1])} r="3" />
            )}
          </g>
        ))}
      </svg>
      <ul class="legend" aria-live="polite">
        {lines.map((each, k) => {
          const value = shown === null ? undefined : valueAt(each, shown);
          return (
            <li key={each.name}>
              <svg class={`series s${k % 6}`} viewBox="0 0 28 8" aria-hidden="true">
                <path d="M1 4H27" />
              </svg>
              {each.name}
              {value !== undefined && <b>{figure(value)}</b>}
            </li>
          );
        })}
        {shown !== null && places.length > 0 && <li class="quiet">{`${xName} ${xLabel(shown)}`}</li>}
      </ul>
    </Picture>
  );
}

/** Of many ticks of a logarithmic axis the powers of ten, and of many of these every second or third. */
function powers(ticks: readonly number[]): readonly number[] {
  if (ticks.length <= 6) return ticks;
  const tens = ticks.filter((tick) => Number.isInteger(Math.round(1e6 * Math.log10(tick)) / 1e6));
  const every = Math.ceil(tens.length / 6);
  return tens.filter((_, k) => k % every === 0);
}
