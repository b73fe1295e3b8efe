/**
 * Numbers as shades on a canvas: a column a word, a row a unit. Above 0 they are filled, below 0 hatched, so that the sign
 * reads in grey, too. The pointer or the arrow keys walk its cells.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { figure } from "../state/words.js";

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

const FONT = "12px system-ui, sans-serif";
const LEFT = 44;
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
    const draw = () =>
      paint(canvas.current!, { columns, rows, values, full, blank, column, rowHeight, size, mark });
    draw();
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

interface Painted
  extends Required<Pick<HeatMapProps, "columns" | "rows" | "values" | "rowHeight" | "blank">> {
  full: number | undefined;
  column: number;
  size: { width: number; height: number };
  mark: readonly [number, number];
}

function paint(canvas: HTMLCanvasElement, painted: Painted): void {
  const { columns, rows, values, full, blank, column, rowHeight, size, mark } = painted;
  const sharp = devicePixelRatio || 1;
  canvas.width = Math.round(size.width * sharp);
  canvas.height = Math.round(size.height * sharp);
  canvas.style.setProperty("width", `${size.width}px`);
  canvas.style.setProperty("height", `${size.height}px`);
  const look = getComputedStyle(canvas);
  const colour = (token: string) => look.getPropertyValue(token).trim();
  const to = canvas.getContext("2d")!;
  to.scale(sharp, sharp);
  const [C, R] = [columns.length, rows.length];
  to.fillStyle = colour("--cell");
  to.fillRect(LEFT, 0, C * column, R * rowHeight);
  let most = full ?? 0;
  if (full === undefined) {
    for (let c = 0; c < C; c++)
      for (let r = 0; r < R; r++) most = Math.max(most, Math.abs(values[c]![r]! - blank));
  }
  const [plus, minus] = [colour("--one"), hatch(to, colour("--two"))];
  for (let c = 0; c < C; c++) {
    for (let r = 0; r < R; r++) {
      const value = values[c]![r]! - blank;
      to.globalAlpha = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
      to.fillStyle = value < 0 ? minus : plus;
      to.fillRect(LEFT + c * column, r * rowHeight, column, rowHeight);
    }
  }
  to.globalAlpha = 1;
  to.font = FONT;
  to.fillStyle = colour("--quiet");
  to.textAlign = "right";
  to.textBaseline = "middle";
  const every = Math.ceil(14 / rowHeight);
  for (let r = 0; r < R; r += every)
    to.fillText(rows[r]!.replace(/^\D+/, ""), LEFT - 6, (r + 0.5) * rowHeight);
  to.fillStyle = colour("--ink");
  for (let c = 0; c < C; c++) {
    to.save();
    to.translate(LEFT + (c + 0.5) * column + 3, R * rowHeight + 6);
    to.rotate(-Math.PI / 4);
    const word = columns[c]!;
    to.fillText(word.length > 14 ? `${word.slice(0, 13)}…` : word, 0, 0);
    to.restore();
  }
  to.strokeStyle = colour("--ink");
  to.lineWidth = 1.5;
  to.strokeRect(LEFT + mark[0] * column, 0, column, R * rowHeight);
  to.lineWidth = 2.5;
  to.strokeRect(LEFT + mark[0] * column, mark[1] * rowHeight, column, rowHeight);
}

/** Slanted lines: the sign of what is below 0. */
function hatch(to: CanvasRenderingContext2D, colour: string): CanvasPattern {
  const tile = new OffscreenCanvas(6, 6);
  const on = tile.getContext("2d")!;
  on.strokeStyle = colour;
  on.lineWidth = 2.6;
  on.beginPath();
  for (const x of [-3, 3, 9]) {
    on.moveTo(x - 3, 9);
    on.lineTo(x + 9, -3);
  }
  on.stroke();
  on.globalAlpha = 0.55;
  on.fillStyle = colour;
  on.fillRect(0, 0, 6, 6);
  return to.createPattern(tile, "repeat")!;
}
