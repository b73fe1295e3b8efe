/**
 * JSON from strangers. Nesting is measured before anything is parsed, and keys that could reach into JavaScript's own
 * prototypes are refused, so that later code may walk the value freely.
 */
import { inputError } from "../errors.js";
import { label } from "./label.js";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

const MOST_DEPTH = 100;
const MOST_BYTES = 64 * 2 ** 20;
/** Keys that no configuration has, and that could reach into JavaScript's own prototypes. */
const CONFIG_FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
/** In data whose keys may be anyone's words, only the one that JavaScript treats apart. */
export const DATA_FORBIDDEN: ReadonlySet<string> = new Set(["__proto__"]);

/** Parses UTF-8 JSON; `where` names it in messages. InputError for broken syntax, deep nesting or forbidden keys. */
export function parseJson(
  source: Uint8Array | string,
  where: string,
  forbidden: ReadonlySet<string> = CONFIG_FORBIDDEN,
): Json {
  if (source.length > MOST_BYTES) {
    throw inputError({ expected: `JSON of at most ${MOST_BYTES} bytes`, where, received: source.length });
  }
  const text = typeof source === "string" ? source : decodeUtf8(source, where);
  checkDepth(text, where);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw inputError({ expected: "JSON", where, received: (error as Error).message });
  }
  checkKeys(value, where, forbidden);
  return value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw inputError({ expected: "text in UTF-8", where });
  }
}

/** Brackets outside strings, counted without a stack. */
function checkDepth(text: string, where: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) i = endOfString(text, i);
    else if (c === 0x5b || c === 0x7b) depth++;
    else if (c === 0x5d || c === 0x7d) depth--;
    if (depth > MOST_DEPTH) {
      throw inputError({ expected: `nesting of at most ${MOST_DEPTH} levels`, where, received: "more" });
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22) return i;
  }
  return text.length;
}

/** Refuses forbidden keys anywhere in a value. @throws InputError */
export function checkKeys(
  value: Json,
  where: string,
  forbidden: ReadonlySet<string> = CONFIG_FORBIDDEN,
): void {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      if (typeof item === "object") checkKeys(item, `${where}[${i}]`, forbidden);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (forbidden.has(key)) {
        throw inputError({ expected: `no key ${JSON.stringify(key)}`, where, received: "one" });
      }
      if (typeof item === "object") checkKeys(item, `${where}.${label(key)}`, forbidden);
    }
  }
}
