import assert from "node:assert/strict";

/**
 * A small strict reader of the pages and pictures that the library writes: every element closed, every attribute quoted, every id
 * its own, what is referred to there; and nothing that a strict content security policy forbids in them.
 */
export interface Element {
  name: string;
  attributes: Map<string, string>;
  children: (Element | string)[];
}

const VOID = new Set(["meta", "input"]);
const TAG = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/y;

export function parsePage(source: string): Element {
  assert.ok(source.startsWith("<!doctype html>\n"));
  const root: Element = { name: "#root", attributes: new Map(), children: [] };
  const open = [root];
  let at = "<!doctype html>\n".length;
  while (at < source.length) {
    const top = open[open.length - 1]!;
    if (source[at] !== "<" || top.name === "style") {
      const end = source.indexOf(top.name === "style" ? "</style>" : "<", at);
      const text = source.slice(at, end === -1 ? source.length : end);
      top.children.push(decode(text));
      at += text.length;
      if (top.name !== "style") continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(source);
    assert.ok(tag, `no tag at ${at}: ${source.slice(at, at + 80)}`);
    at += tag[0].length;
    const [, closing, name, attributes, selfClosing] = tag;
    if (closing) {
      assert.equal(open.pop()!.name, name, `</${name}> closes another element at ${at}`);
      continue;
    }
    const element: Element = { name: name!, attributes: attributesOf(attributes!), children: [] };
    top.children.push(element);
    if (!selfClosing && !VOID.has(name!)) open.push(element);
  }
  assert.equal(open.length, 1, `<${open.at(-1)!.name}> is never closed`);
  checkAttributes(root);
  return root;
}

/** @throws AssertionError for styles and events in attributes, ids given twice, and references to none */
function checkAttributes(root: Element): void {
  const all = select(root, () => true);
  const ids = all.flatMap(({ attributes }) => attributes.get("id") ?? []);
  assert.deepEqual(
    ids.filter((id, k) => ids.indexOf(id) !== k),
    [],
    "ids given twice",
  );
  for (const { name, attributes } of all) {
    for (const [attribute, value] of attributes) {
      assert.doesNotMatch(attribute, /^(?:style$|on)/, `<${name} ${attribute}="${value}">`);
      const named = attribute === "aria-labelledby" || attribute === "for" ? value.split(" ") : [];
      for (const id of [...named, ...[...value.matchAll(/url\(#(.*?)\)/g)].map(([, own]) => own!)])
        assert.ok(ids.includes(id), `${attribute}="${value}" refers to nothing`);
    }
  }
}

function attributesOf(text: string): Map<string, string> {
  const found = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, decode(value!)]);
  assert.equal(new Set(found.map(([name]) => name)).size, found.length, `attribute given twice: ${text}`);
  return new Map(found as [string, string][]);
}

const CHARACTERS: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decode(text: string): string {
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot|#39);)/, "an ampersand that is not escaped");
  // Spaces that do not break are compared as spaces.
  return text.replaceAll("\u00a0", " ").replace(/&([^;]+);/g, (_, name: string) => CHARACTERS[name]!);
}

/** All elements below one, itself included, that a test picks. */
export function select(element: Element, wanted: (element: Element) => boolean): Element[] {
  const below = element.children.flatMap((child) => (typeof child === "string" ? [] : select(child, wanted)));
  return wanted(element) ? [element, ...below] : below;
}

export function byName(element: Element, name: string): Element[] {
  return select(element, (each) => each.name === name);
}

export function byClass(element: Element, kind: string): Element[] {
  return select(element, (each) => (each.attributes.get("class") ?? "").split(" ").includes(kind));
}

export function byId(element: Element, id: string): Element | undefined {
  return select(element, (each) => each.attributes.get("id") === id)[0];
}

export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

/** Text without tooltips and titles. */
export function visibleText(element: Element): string {
  const shown = element.children.filter((child) => typeof child === "string" || child.name !== "title");
  return shown.map((child) => (typeof child === "string" ? child : visibleText(child))).join("");
}

export function numberOf(element: Element, attribute: string): number {
  const value = element.attributes.get(attribute);
  assert.ok(value !== undefined && value !== "" && Number.isFinite(Number(value)), `${attribute}="${value}"`);
  return Number(value);
}
