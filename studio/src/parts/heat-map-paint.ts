/** A heat map's drawing, onto a canvas or as SVG. */

export interface Painted {
  columns: readonly string[];
  rows: readonly string[];
  /** [columns][rows] */
  values: ArrayLike<ArrayLike<number>>;
  /** The size that is shaded fully; that of the largest where it is undefined. */
  full: number | undefined;
  /** The value that is left blank. */
  blank: number;
  /** Pixels a column. */
  column: number;
  rowHeight: number;
  size: { width: number; height: number };
  /** The cell that is marked: column and row. */
  mark: readonly [number, number];
}

/** A colour of the page, by what it is for. "minus" is hatched, so that the sign reads in grey, too. */
export type Ink = "ground" | "plus" | "minus" | "ink" | "quiet";

/** Where it is drawn. */
export interface Surface {
  box(x: number, y: number, width: number, height: number, ink: Ink, opacity: number): void;
  frame(x: number, y: number, width: number, height: number, lineWidth: number): void;
  /** Ends at (x, y), turned by so many degrees. */
  text(text: string, x: number, y: number, ink: Ink, degrees: number): void;
}

/** Pixels left of the cells, for names of rows. */
export const LEFT = 44;
export const FONT_SIZE = 12;
export const FONT_FAMILY = "system-ui, sans-serif";
const LONGEST_WORD = 14;

export function paint(on: Surface, painted: Painted): void {
  const { columns, rows, values, full, blank, column, rowHeight, mark } = painted;
  const [C, R] = [columns.length, rows.length];
  on.box(LEFT, 0, C * column, R * rowHeight, "ground", 1);
  const most = full ?? largest(painted);
  for (let c = 0; c < C; c++) {
    for (let r = 0; r < R; r++) {
      const value = values[c]![r]! - blank;
      const share = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
      if (share > 0) {
        on.box(LEFT + c * column, r * rowHeight, column, rowHeight, value < 0 ? "minus" : "plus", share);
      }
    }
  }
  const every = Math.ceil(14 / rowHeight);
  for (let r = 0; r < R; r += every) {
    on.text(rows[r]!.replace(/^\D+/, ""), LEFT - 6, (r + 0.5) * rowHeight, "quiet", 0);
  }
  for (let c = 0; c < C; c++) {
    const word = columns[c]!;
    const shown = word.length > LONGEST_WORD ? `${word.slice(0, LONGEST_WORD - 1)}…` : word;
    on.text(shown, LEFT + (c + 0.5) * column + 3, R * rowHeight + 6, "ink", -45);
  }
  on.frame(LEFT + mark[0] * column, 0, column, R * rowHeight, 1.5);
  on.frame(LEFT + mark[0] * column, mark[1] * rowHeight, column, rowHeight, 2.5);
}

function largest({ columns, rows, values, blank }: Painted): number {
  let most = 0;
  for (let c = 0; c < columns.length; c++)
    for (let r = 0; r < rows.length; r++) most = Math.max(most, Math.abs(values[c]![r]! - blank));
  return most;
}

/** The page's colours where an element stands. */
function coloursOf(element: Element): Record<Ink, string> {
  const look = getComputedStyle(element);
  const colour = (token: string) => look.getPropertyValue(token).trim();
  return {
    ground: colour("--cell"),
    plus: colour("--one"),
    minus: colour("--two"),
    ink: colour("--ink"),
    quiet: colour("--quiet"),
  };
}

/** Onto a canvas, as sharp as the screen is. */
export function paintCanvas(canvas: HTMLCanvasElement, painted: Painted): void {
  const { width, height } = painted.size;
  const sharp = devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  canvas.style.setProperty("width", `${width}px`);
  canvas.style.setProperty("height", `${height}px`);
  const to = canvas.getContext("2d")!;
  to.scale(sharp, sharp);
  const colours = coloursOf(canvas);
  const inks = { ...colours, minus: hatch(to, colours.minus) };
  to.font = `${FONT_SIZE}px ${FONT_FAMILY}`;
  to.textAlign = "right";
  to.textBaseline = "middle";
  to.strokeStyle = colours.ink;
  paint(
    {
      box(x, y, w, h, ink, opacity) {
        to.globalAlpha = opacity;
        to.fillStyle = inks[ink];
        to.fillRect(x, y, w, h);
        to.globalAlpha = 1;
      },
      frame(x, y, w, h, lineWidth) {
        to.lineWidth = lineWidth;
        to.strokeRect(x, y, w, h);
      },
      text(text, x, y, ink, degrees) {
        to.save();
        to.fillStyle = inks[ink];
        to.translate(x, y);
        to.rotate((degrees * Math.PI) / 180);
        to.fillText(text, 0, 0);
        to.restore();
      },
    },
    painted,
  );
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

/** What a canvas shows, as an SVG element; of canvases that say it. */
export const asSvg = new WeakMap<HTMLCanvasElement, () => SVGSVGElement>();

const SVG = "http://www.w3.org/2000/svg";

/** The same as an SVG element, in the colours of the page where `canvas` stands. */
export function paintSvg(canvas: HTMLCanvasElement, painted: Painted): SVGSVGElement {
  const colours = coloursOf(canvas);
  const add = (to: Element, name: string, attributes: Record<string, string | number>) => {
    const element = to.appendChild(document.createElementNS(SVG, name));
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const svg = document.createElementNS(SVG, "svg");
  const id = `hatch-${colours.minus.replace(/\W/g, "")}`;
  const pattern = add(svg, "pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" });
  add(pattern, "rect", { width: 6, height: 6, fill: colours.minus, "fill-opacity": 0.55 });
  const d = "M-6 9L6 -3M0 9L12 -3M6 9L18 -3";
  add(pattern, "path", { d, stroke: colours.minus, "stroke-width": 2.6 });
  const inks = { ...colours, minus: `url(#${id})` };
  paint(
    {
      box: (x, y, width, height, ink, opacity) =>
        void add(svg, "rect", { x, y, width, height, fill: inks[ink], "fill-opacity": opacity.toFixed(3) }),
      frame: (x, y, width, height, lineWidth) =>
        void add(svg, "rect", {
          ...{ x, y, width, height, fill: "none" },
          ...{ stroke: colours.ink, "stroke-width": lineWidth },
        }),
      text(text, x, y, ink, degrees) {
        const turned = degrees === 0 ? "" : ` rotate(${degrees})`;
        add(svg, "text", {
          ...{ transform: `translate(${x} ${y})${turned}`, dy: "0.35em", "text-anchor": "end" },
          ...{ fill: inks[ink], "font-size": FONT_SIZE, "font-family": FONT_FAMILY },
        }).textContent = text;
      },
    },
    painted,
  );
  return svg;
}
