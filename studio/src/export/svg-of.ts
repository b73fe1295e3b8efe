/**
 * A part of the page as an SVG file of its own: what is seen there, as it is seen. Drawings are taken over with the colours and
 * letters that the page gives them; words, boxes and bars around them are drawn where they stand.
 */
import { asSvg } from "../parts/heat-map-paint.js";

const SVG = "http://www.w3.org/2000/svg";

/** Properties of a drawing that style sheets may set. All but the last three are handed down. */
const LOOKS = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray"],
  ...["stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "font-style"],
  ...["text-anchor", "visibility", "paint-order", "dominant-baseline"],
  ...["opacity", "display", "vector-effect"],
];
const NOT_HANDED_DOWN: Readonly<Record<string, string>> = {
  ...{ opacity: "1", display: "inline", "vector-effect": "none", "dominant-baseline": "auto" },
};

/** Pixels of the page's own colour around it. */
const MARGIN = 16;

/** @param title what the picture is called, for those who do not see it */
export function svgOf(root: Element, title: string): string {
  const box = root.getBoundingClientRect();
  const [left, top] = [box.left - MARGIN, box.top - MARGIN];
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN];
  const svg = create("svg", { width, height, viewBox: `0 0 ${round(width)} ${round(height)}`, role: "img" });
  svg.append(Object.assign(create("title", {}), { textContent: title }));
  svg.append(create("rect", { width, height, fill: groundBehind(root) }));
  draw(root, svg, { left, top });
  return new XMLSerializer().serializeToString(svg);
}

interface Origin {
  left: number;
  top: number;
}

const round = (value: number) => Math.round(value * 100) / 100;

function create(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === "number" ? String(round(value)) : value);
  }
  return element;
}

const isClear = (colour: string) => colour === "transparent" || /^rgba\(.*, 0\)$/.test(colour);

/** The colour of the page behind an element. */
function groundBehind(element: Element | null): string {
  if (!element) return "Canvas";
  const colour = getComputedStyle(element).backgroundColor;
  return isClear(colour) ? groundBehind(element.parentElement) : colour;
}

/** Whether it takes part in what is seen. */
function isSeen(box: DOMRect, look: CSSStyleDeclaration): boolean {
  if (look.display === "contents") return true;
  const isHidden =
    look.visibility === "hidden" || look.opacity === "0" || look.clipPath.startsWith("inset(50");
  return look.display !== "none" && !isHidden && box.width > 0 && box.height > 0;
}

function draw(element: Element, to: Element, origin: Origin): void {
  const look = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (!isSeen(box, look)) return;
  const drawing = drawingOf(element);
  if (drawing) {
    place(drawing, box, to, origin);
    return;
  }
  drawBox(box, look, to, origin);
  if (isField(element)) {
    drawField(element, box, look, to, origin);
    return;
  }
  if (element.localName === "mfrac") drawFraction(element, look, to, origin);
  const inside = look.overflowX === "visible" ? to : clipped(box, to, origin);
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(child, inside, origin);
    else if (child instanceof Text) drawText(child, look, inside, origin);
  }
}

/** What scrolls is cut off as it is on the page. The group's own coordinates stay those of the picture. */
function clipped({ left, top, width, height }: DOMRect, to: Element, origin: Origin): Element {
  const [x, y] = [left - origin.left, top - origin.top];
  const viewBox = [x, y, width, height].map(round).join(" ");
  return to.appendChild(create("svg", { x, y, width, height, viewBox }));
}

function place(svg: SVGElement, box: DOMRect, to: Element, origin: Origin): void {
  const { left, top, width, height } = box;
  for (const [name, value] of Object.entries({ x: left - origin.left, y: top - origin.top, width, height })) {
    svg.setAttribute(name, String(round(value)));
  }
  to.append(svg);
}

/** What is a drawing by itself; null for what is drawn by its parts. */
function drawingOf(element: Element): SVGElement | null {
  if (element instanceof SVGSVGElement) return copyOf(element);
  if (!(element instanceof HTMLCanvasElement)) return null;
  return asSvg.get(element)?.() ?? create("image", { href: element.toDataURL() });
}

/** A drawing with all that the page's style sheets say of it written into it. */
function copyOf(svg: SVGSVGElement): SVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  settle(svg, copy, null);
  return copy;
}

function settle(from: Element, to: Element, above: CSSStyleDeclaration | null): void {
  const look = getComputedStyle(from);
  for (const name of LOOKS) {
    const value = look.getPropertyValue(name);
    const inherited = NOT_HANDED_DOWN[name] ?? above?.getPropertyValue(name);
    if (value !== inherited || to.hasAttribute(name)) to.setAttribute(name, value);
  }
  for (const name of ["class", "style", "tabindex"]) to.removeAttribute(name);
  for (const [i, child] of [...from.children].entries()) settle(child, to.children[i]!, look);
}

function drawBox(box: DOMRect, look: CSSStyleDeclaration, to: Element, origin: Origin): void {
  const [x, y] = [box.left - origin.left, box.top - origin.top];
  const { width, height } = box;
  const sides = (["Top", "Right", "Bottom", "Left"] as const).map((side) => ({
    width: look[`border${side}Style`] === "none" ? 0 : Number.parseFloat(look[`border${side}Width`]),
    colour: look[`border${side}Color`],
  }));
  const [first] = sides;
  const isEven = sides.every((side) => side.width === first!.width && side.colour === first!.colour);
  const hasFrame = isEven && first!.width > 0 && !isClear(first!.colour);
  if (hasFrame || !isClear(look.backgroundColor)) {
    const fill = isClear(look.backgroundColor) ? "none" : look.backgroundColor;
    const rx = Math.min(Number.parseFloat(look.borderTopLeftRadius) || 0, height / 2);
    const rect = create("rect", { x, y, width, height, rx, fill });
    if (hasFrame) rect.setAttribute("stroke", first!.colour);
    if (hasFrame) rect.setAttribute("stroke-width", String(first!.width));
    to.append(rect);
  }
  if (isEven) return;
  const lines = [
    [x, y, x + width, y],
    [x + width, y, x + width, y + height],
    [x, y + height, x + width, y + height],
    [x, y, x, y + height],
  ] as const;
  for (const [i, side] of sides.entries()) {
    if (side.width === 0 || isClear(side.colour)) continue;
    const [x1, y1, x2, y2] = lines[i]!;
    to.append(create("line", { x1, y1, x2, y2, stroke: side.colour, "stroke-width": side.width }));
  }
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isField = (element: Element): element is Field =>
  element instanceof HTMLInputElement ||
  element instanceof HTMLSelectElement ||
  element instanceof HTMLTextAreaElement;

/** What stands in a field; of a slider its place, of a tick whether it is there. */
function drawField(field: Field, box: DOMRect, look: CSSStyleDeclaration, to: Element, origin: Origin): void {
  const [x, y] = [box.left - origin.left, box.top - origin.top];
  const middle = y + box.height / 2;
  const colour = look.color;
  if (field instanceof HTMLInputElement && field.type === "range") {
    const [least, most] = [Number(field.min || 0), Number(field.max || 100)];
    const at = x + (box.width * (Number(field.value) - least)) / (most - least || 1);
    to.append(
      create("line", { x1: x, y1: middle, x2: x + box.width, y2: middle, stroke: colour, "stroke-width": 2 }),
    );
    to.append(create("circle", { cx: at, cy: middle, r: 7, fill: colour }));
    return;
  }
  if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
    const size = Math.min(box.width, box.height);
    const fill = field.checked ? colour : "none";
    to.append(create("rect", { x, y, width: size, height: size, rx: 2, fill, stroke: colour }));
    return;
  }
  const shown =
    field instanceof HTMLSelectElement
      ? (field.selectedOptions[0]?.textContent ?? "")
      : field.value || field.placeholder;
  const inside = clipped(box, to, origin);
  const indent = Number.parseFloat(look.paddingLeft) || 0;
  if (!(field instanceof HTMLTextAreaElement)) {
    inside.append(written(shown, x + indent, middle, look));
    return;
  }
  const line = Number.parseFloat(look.lineHeight) || 1.5 * Number.parseFloat(look.fontSize);
  const first = y + (Number.parseFloat(look.paddingTop) || 0) + line / 2;
  for (const [i, text] of shown.split("\n").entries()) {
    inside.append(written(text, x + indent, first + i * line, look));
  }
}

/** A line of text whose middle is at y. */
function written(text: string, x: number, middle: number, look: CSSStyleDeclaration): SVGElement {
  const y = middle + 0.35 * Number.parseFloat(look.fontSize);
  const element = create("text", {
    ...{ x, y, fill: look.color, "font-size": look.fontSize, "font-family": look.fontFamily },
    ...(look.fontWeight === "400" ? {} : { "font-weight": look.fontWeight }),
    ...(look.fontStyle === "normal" ? {} : { "font-style": look.fontStyle }),
    "xml:space": "preserve",
  });
  element.textContent = text;
  return element;
}

/** The bar of a fraction, which MathML draws without an element of its own. */
function drawFraction(element: Element, look: CSSStyleDeclaration, to: Element, origin: Origin): void {
  const [above, below] = [...element.children].map((child) => child.getBoundingClientRect());
  if (!above || !below) return;
  const box = element.getBoundingClientRect();
  const y = (above.bottom + below.top) / 2 - origin.top;
  const [x1, x2] = [box.left - origin.left, box.right - origin.left];
  to.append(create("line", { x1, y1: y, x2, y2: y, stroke: look.color, "stroke-width": 1 }));
}

/** A text, line by line as it is broken. */
function drawText(node: Text, look: CSSStyleDeclaration, to: Element, origin: Origin): void {
  const range = document.createRange();
  const lines: { text: string; box: DOMRect }[] = [];
  for (const { 0: word, index } of node.data.matchAll(/\s*\S+/g)) {
    const last = lines.at(-1);
    range.setStart(node, last ? index : index + word.length - word.trimStart().length);
    range.setEnd(node, index + word.length);
    // Where a line ends before the word, the last of its boxes is the word's.
    const box = [...range.getClientRects()].at(-1);
    if (!box || box.width === 0) continue;
    if (last && Math.abs(last.box.top - box.top) < 2) last.text += word.replace(/\s+/g, " ");
    else lines.push({ text: word.trim(), box });
  }
  for (const { text, box } of lines) {
    to.append(written(text, box.left - origin.left, (box.top + box.bottom) / 2 - origin.top, look));
  }
}
