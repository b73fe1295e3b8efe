/** The colours of pictures and pages, by what they are for: light and dark. */

/**
 * What a colour is for: the ground and panels set off from it; text (ink), what recedes (quiet), rules; the series in blue, orange and
 * green, and an orange that can be read as text; what lies behind the shades of a map (cell); text on a full colour, and on a shade.
 */
export type TokenName =
  | "ground"
  | "panel"
  | "ink"
  | "quiet"
  | "rule"
  | "one"
  | "two"
  | "three"
  | "two-ink"
  | "cell"
  | "on-fill"
  | "on-shade";

/**
 * Colours of every picture, `{ light, dark }`, by the names that they have in the style: `ink` is `var(--ink)`. The series are
 * Okabe and Ito's blue, orange and green for colour blindness, set to the ground's lightness.
 */
export const PICTURE_TOKENS: Readonly<Record<"light" | "dark", Readonly<Record<TokenName, string>>>> = {
  light: {
    ...{ ground: "#ffffff", panel: "#f6f7f9", ink: "#1b1f24", quiet: "#59636e", rule: "#d8dde3" },
    ...{ one: "#0068a8", two: "#d07a00", three: "#00805f", "two-ink": "#975800" },
    ...{ cell: "#eef0f3", "on-fill": "#ffffff", "on-shade": "#1b1f24" },
  },
  dark: {
    ...{ ground: "#14171c", panel: "#1d2127", ink: "#e6e9ed", quiet: "#9aa5b1", rule: "#363d46" },
    ...{ one: "#62b0ee", two: "#f0a234", three: "#3ecfa5", "two-ink": "#f0a234" },
    ...{ cell: "#232830", "on-fill": "#0d1014", "on-shade": "#0d1014" },
  },
};

/** Tokens as properties of what the selector selects. They follow its `color-scheme`, and so its page's, whatever that follows. */
export function tokenRules(selector: string): string {
  const { light, dark } = PICTURE_TOKENS;
  const names = Object.keys(light) as TokenName[];
  const rule = (value: (name: TokenName) => string) =>
    `${selector} { ${names.map((name) => `--${name}: ${value(name)};`).join(" ")} }`;
  return `
${rule((name) => light[name])}
@supports (color: light-dark(#000, #fff)) {
  ${rule((name) => `light-dark(${light[name]}, ${dark[name]})`)}
}
`;
}
