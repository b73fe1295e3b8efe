/**
 * Letters of scripts that set no spaces between words, for a class of a regular expression: Thai and Lao; Burmese; Khmer;
 * kana; Chinese characters. By number, so that no version of Unicode changes a bit.
 */
export const UNSPACED_LETTERS =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
