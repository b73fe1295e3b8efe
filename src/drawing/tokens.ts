/** The colours of pictures and pages, by what they are for: light and dark. */

/** The colours of one scheme, as CSS has them. */
export interface Tokens {
  /** Behind everything; behind what is set off from it. */
  ground: string;
  panel: string;
  /** Text and lines; what recedes; rules between. */
  ink: string;
  quiet: string;
  rule: string;
  /** The series: blue, orange and green; and orange that can be read as text. */
  one: string;
  two: string;
  three: string;
  "two-ink": string;
  /** Behind the shades of a map; text on a full colour, and on a shade of one. */
  cell: string;
  "on-fill": string;
  "on-shade": string;
}

/**
 * Colours of every picture, `{ light, dark }`, by the names that they have in the style: `ink` is `var(--ink)`. The series are
 * Okabe and Ito's blue, orange and green for colour blindness, set to the ground's lightness.
 */
export const PICTURE_TOKENS: Readonly<Record<"light" | "dark", Readonly<Tokens>>> = {
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
  const names = Object.keys(light) as (keyof Tokens)[];
  const rule = (value: (name: keyof Tokens) => string) =>
    `${selector} { ${names.map((name) => `--${name}: ${value(name)};`).join(" ")} }`;
  return `
${rule((name) => light[name])}
@supports (color: light-dark(#000, #fff)) {
  ${rule((name) => `light-dark(${light[name]}, ${dark[name]})`)}
}
`;
}
