/**
 * Numbers as shades on a canvas: a column a word, a row a unit. Above 0 they are filled, below 0 hatched, so that the sign
 * reads in grey, too. The pointer or the arrow keys walk its cells.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { figure } from "../state/words.js";
import { asSvg, LEFT, paintCanvas, paintSvg } from "./heat-map-paint.js";

export interface HeatMapProps {
  /** What a screen reader calls it. */
  name: string;
  columns: readonly string[];
  rows: readonly string[];
  /** [columns][rows] */
  values: ArrayLike<ArrayLike<number>>;
  /** The size that is shaded fully; that of the largest by default. */
  full?: number;
  /** The value that is left blank: 0 by default. `full` is then what is above it. */
  blank?: number;
  /** The cell that is marked: column and row. */
  at: readonly [number, number];
  onPick(column: number, row: number): void;
  /** Pixels a row. */
  rowHeight?: number;
}

const LEAST_COLUMN = 18;

export function HeatMap({
  name,
  columns,
  rows,
  values,
  full,
  blank = 0,
  at,
  onPick,
  rowHeight = 12,
}: HeatMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  const over = useSignal<readonly [number, number] | null>(null);
  const [C, R] = [columns.length, rows.length];
  const longest = Math.max(0, ...columns.map((word) => Math.min(14, word.length)));
  const bottom = longest * 7 * 0.75 + 14;
  const column = Math.max(LEAST_COLUMN, Math.min(64, (width.value - LEFT) / Math.max(1, C)));
  const size = { width: LEFT + C * column + 8, height: R * rowHeight + bottom };
  const mark = over.value ?? at;

  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => {
      width.value = Math.floor(entry!.contentRect.width);
    });
    watcher.observe(holder.current!);
    return () => watcher.disconnect();
  }, []);

  useEffect(() => {
    const painted = { columns, rows, values, full, blank, column, rowHeight, size, mark };
    const draw = () => paintCanvas(canvas.current!, painted);
    draw();
    asSvg.set(canvas.current!, () => paintSvg(canvas.current!, painted));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => dark.removeEventListener("change", draw);
  });

  const cellAt = (event: PointerEvent | MouseEvent): readonly [number, number] | null => {
    const box = canvas.current!.getBoundingClientRect();
    const c = Math.floor((event.clientX - box.left - LEFT) / column);
    const r = Math.floor((event.clientY - box.top) / rowHeight);
    return c >= 0 && c < C && r >= 0 && r < R ? [c, r] : null;
  };
  const walk = (dc: number, dr: number) =>
    onPick(Math.max(0, Math.min(C - 1, at[0] + dc)), Math.max(0, Math.min(R - 1, at[1] + dr)));
  const [c, r] = mark;
  const value = values[c]?.[r];
  return (
    <div class="heat" ref={holder}>
      <div
        class="scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        role="application"
        aria-label={`${name}. Arrow keys walk words and units.`}
        aria-roledescription="heat map"
        onKeyDown={(event) => {
          const by = (
            {
              ArrowRight: [1, 0],
              ArrowLeft: [-1, 0],
              ArrowDown: [0, 1],
              ArrowUp: [0, -1],
              Home: [-C, 0],
              End: [C, 0],
            } as Record<string, [number, number]>
          )[event.key];
          if (!by) return;
          event.preventDefault();
          over.value = null;
          walk(...by);
        }}
      >
        <canvas
          ref={canvas}
          onPointerMove={(event) => {
            over.value = cellAt(event);
          }}
          onPointerLeave={() => {
            over.value = null;
          }}
          onClick={(event) => {
            const cell = cellAt(event);
            if (cell) onPick(...cell);
          }}
        />
      </div>
      <p class="quiet" aria-live="polite">
        {value === undefined ? "" : `${columns[c]}, ${rows[r]}: ${figure(value)}`}
      </p>
    </div>
  );
}
