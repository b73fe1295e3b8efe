import { objectOf, textOf } from "../base/arguments.js";
import { inputError, knownOptions } from "../base/errors.js";
import { type Content, html, type Markup } from "./markup.js";
import { LEAST_WIDTHS } from "./style.js";
import { type Data, data, px } from "./svg.js";

/** What can be asked of a picture. */
export interface PictureOptions {
  /**
   * Stands before every id in the picture, so that two of a kind can be on one page: a letter, then letters, digits,
   * hyphens and underscores. Default: none.
   */
  idPrefix?: string;
}

/** What can be asked of a picture with values as shades. */
export interface HeatMapOptions extends PictureOptions {
  /**
   * Lays a transparent rectangle over every value, with `data-unit` and `data-step`, for a page that answers to pointers.
   * Default false: the picture is small, and its parts, words and layers alone have data.
   */
  interactive?: boolean;
}

/** The names of those options. */
export const PICTURE = ["idPrefix"];
export const MAP = ["idPrefix", "interactive"];

const PREFIX = /^[A-Za-z][\w-]*$/;

/** @throws InputError for options that a picture does not have, and for a prefix that no id can begin with */
export function checkPictureOptions(options: HeatMapOptions, where: string, known: readonly string[]): void {
  objectOf(options, `${where} options`);
  knownOptions(options, known, where);
  const { idPrefix, interactive } = options;
  if (idPrefix !== undefined && !PREFIX.test(textOf(idPrefix, `${where} idPrefix`)))
    throw inputError({
      expected: 'a letter, then letters, digits, "-" and "_"',
      where: `${where} idPrefix`,
      received: idPrefix,
    });
  if (interactive !== undefined && typeof interactive !== "boolean")
    throw inputError({ expected: "true or false", where: `${where} interactive`, received: interactive });
}

/** What a drawing says of itself. */
export interface About {
  title: string;
  description: string;
  width: number;
  height: number;
  /** What all of it is of. */
  data?: Data;
}

/** One drawing in the making: its ids, which begin alike, and whether its values answer to pointers. */
export class Canvas {
  /** Its own on the page; ids within it begin with it. */
  readonly id: string;
  readonly interactive: boolean;
  #hatched = false;

  constructor(name: string, { idPrefix = "", interactive = false }: HeatMapOptions = {}) {
    // Names of layers may have spaces, at which a list of ids would be parted.
    this.id = `${idPrefix}${idOf(name)}`;
    this.interactive = interactive;
  }

  /** The attribute of what is filled with hatching, as negative values are. */
  hatched(): Markup {
    this.#hatched = true;
    return html` fill="url(#${this.id}-hatch)"`;
  }

  /** The SVG element itself, named and described for those who do not see it. */
  drawing({ title, description, width, height, data: of = {} }: About, ...parts: Content[]): Markup {
    const { id } = this;
    return html`<svg class="cellstate least-${leastWidth(width)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-labelledby="${id}-title ${id}-desc"${data(of)}>
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${this.#hatched && hatch(id)}${parts}</svg>`;
  }
}

const hatch = (id: string): Markup =>
  html`<defs><pattern id="${id}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="5" height="5"/><line class="hatch-line" x1="0" x2="0" y1="0" y2="5"/></pattern></defs>`;

/** The width in pixels, by twenties, under which a drawing's letters, of 11 and more, would no longer be read. */
const leastWidth = (width: number) =>
  Math.min(LEAST_WIDTHS.at(-1)!, Math.max(LEAST_WIDTHS[0]!, 20 * Math.floor((0.86 * width) / 20)));

/** A name as an id, or as its end. */
export const idOf = (name: string): string => name.replace(/[^A-Za-z0-9_-]+/g, "-");
