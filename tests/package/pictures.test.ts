/** Every picture and page that an entry of the package gives: what can stand on a page of others, beside its like, under a strict policy. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { HeatMapOptions } from "../../src/drawing/canvas.js";
import type { Markup } from "../../src/drawing/markup.js";
import { PICTURE_RULES, PICTURE_STYLE } from "../../src/drawing/picture-style.js";
import { PICTURE_TOKENS } from "../../src/drawing/tokens.js";
import { InputError } from "../../src/index.js";
import { byClass, byName, type Element, parsePage, select } from "../report/page.js";
import { CALLABLES, type Callable, keepState } from "./arguments.js";

const isOptions = (value: unknown): value is HeatMapOptions =>
  typeof value === "object" && value !== null && "idPrefix" in value;

/** The public functions that draw, as the table of arguments has them: their last argument is the options. */
const PAGES = CALLABLES.filter(({ name }) => /^draw\..*Page$|^labPage$/.test(name));
const PICTURES = CALLABLES.filter(({ name }) => /^draw\..*Picture$|^charts\.(?!svg)|^labPicture$/.test(name));

const parsed = (...pictures: Markup[]): Element => parsePage(`<!doctype html>\n${pictures.join("\n")}`);
const idsOf = (root: Element): string[] =>
  select(root, ({ attributes }) => attributes.has("id")).map(({ attributes }) => attributes.get("id")!);

/** A picture with other options than the table's, or with none. */
async function draw(
  { args, call }: Callable,
  options?: (given: HeatMapOptions) => HeatMapOptions | undefined,
) {
  const given = await Promise.all(args());
  const last = given.at(-1);
  assert.ok(isOptions(last), "its last argument is its options");
  return (await call(...given.with(-1, options ? options(last) : last))) as Markup;
}

before(keepState);

test("the table has pictures of all entries", () => {
  assert.deepEqual([PICTURES.length >= 24, PAGES.length >= 7], [true, true]);
});

describe("a picture", () => {
  for (const picture of PICTURES) {
    test(`${picture.name} stands beside its like, with ids of its own`, async () => {
      const [plain, first, second] = [
        await draw(picture, ({ idPrefix: _, interactive: __, ...rest }) => rest),
        await draw(picture, ({ interactive: _, ...rest }) => ({ ...rest, idPrefix: "a-" })),
        await draw(picture, ({ interactive: _, ...rest }) => ({ ...rest, idPrefix: "b-" })),
      ];
      // The reader refuses ids that are given twice, references to none, styles and events in attributes.
      const ids = idsOf(parsed(plain!, first!, second!));
      const own = idsOf(parsed(plain!));
      assert.deepEqual(ids, [...own, ...own.map((id) => `a-${id}`), ...own.map((id) => `b-${id}`)]);
      assert.ok(own.length >= 2);
      assert.equal(first!.source.replaceAll("a-", "").length, plain!.source.replaceAll("a-", "").length);
    });

    test(`${picture.name} refuses prefixes that no id begins with, and options of others`, async () => {
      for (const idPrefix of ["", "1", "a b", "a#", '"']) {
        await assert.rejects(
          draw(picture, (given) => ({ ...given, idPrefix })),
          (error: Error) => error instanceof InputError && error.message.includes("idPrefix"),
        );
      }
      await assert.rejects(
        draw(picture, (given) => ({ ...given, colour: "red" }) as HeatMapOptions),
        InputError,
      );
    });
  }
});

describe("a page", () => {
  for (const { name, args, call } of PAGES) {
    test(name, async () => {
      const source = (await call(...(await Promise.all(args())))) as string;
      assert.equal(byName(parsePage(source), "script").length, 0);
    });
  }
});

describe("a picture with maps that answers to pointers", () => {
  for (const picture of PICTURES) {
    test(picture.name, async () => {
      const asks = await draw(picture, (given) => ({ ...given, interactive: true })).catch(() => null);
      const has = isOptions((await Promise.all(picture.args())).at(-1)) && asks !== null;
      const quiet = parsed(await draw(picture, ({ interactive: _, ...rest }) => rest));
      assert.equal(byClass(quiet, "hit").length, 0);
      assert.equal(has, byClass(quiet, "frame").length > 0, "it is asked of maps alone");
      if (!asks) return;
      const hits = byClass(parsed(asks), "hit");
      assert.ok(hits.length > 0);
      for (const hit of hits) {
        const names = [...hit.attributes.keys()].filter((name) => name.startsWith("data-"));
        assert.ok(names.length >= 1, "a value says which it is");
      }
      const places = hits.map(({ attributes }) => JSON.stringify([...attributes].sort()));
      assert.equal(new Set(places).size, hits.length, "no two say the same in the same place");
    });
  }
});

describe("the style", () => {
  test("touches nothing but pictures and formulas", () => {
    const rules = PICTURE_STYLE.replace(/@media[^{]*\{|@supports[^{]*\{/g, "");
    const selectors = [...rules.matchAll(/([^{}]+)\{[^{}]*\}/g)].flatMap(([, list]) => list!.split(","));
    assert.ok(selectors.length > 80);
    for (const selector of selectors)
      assert.match(selector.replace(/^[\s}]+/, ""), /^\.cellstate(?:-formula)?\b/);
  });

  test("has every colour that it uses, in light and in dark", () => {
    const used = [...PICTURE_RULES.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name!);
    const names = Object.keys(PICTURE_TOKENS.light);
    assert.deepEqual([...new Set(used)].sort(), names.sort());
    assert.deepEqual(Object.keys(PICTURE_TOKENS.dark).sort(), names);
    assert.doesNotMatch(PICTURE_RULES, /#[0-9a-f]{3,6}\b|url\(/, "a colour of its own, or another file");
  });

  test("knows the classes of shapes that are drawn", async () => {
    const known = new Set([...PICTURE_RULES.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name!));
    const drawn = await Promise.all(PICTURES.map((picture) => draw(picture)));
    const used = drawn.flatMap((picture) =>
      select(parsed(picture), ({ name }) => name !== "text" && name !== "tspan" && name !== "g").flatMap(
        ({ attributes }) => attributes.get("class")?.split(" ") ?? [],
      ),
    );
    const unknown = [...new Set(used)].filter((name) => !known.has(name) && !name.startsWith("least-"));
    // Kinds that look as their like do.
    assert.deepEqual(
      unknown.filter((name) => !["minus", "plain", "gate", "axis"].includes(name)),
      [],
    );
  });
});
