import { pictured } from "../base/text.js";

/** A piece of HTML or SVG that is safe to put into a page. Made by `html` only, which escapes whatever goes in. */
export class Markup {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  toString(): string {
    return this.source;
  }
}

/** What may stand between `${` and `}`; nothing is written for undefined and false. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/**
 * html`<p>${text}</p>`: text and attribute values (in double quotes) are escaped, markup and lists of it are kept.
 * Control characters become their pictures, so that no value can do more than be read.
 */
export function html(parts: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < values.length ? render(values[i]) : "")).join(""));
}

function render(value: Content): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.source;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeText(value);
  return value.map(render).join("");
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeText(text: string): string {
  return pictured(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Text that came from data: its direction and overrides stay its own. */
export function foreign(text: string): Markup {
  return html`<bdi>${text}</bdi>`;
}
