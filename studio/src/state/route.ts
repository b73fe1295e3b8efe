/**
 * What the page shows is in its address: #view=cell&text=…&unit=3. A view reads and writes values of its own by name; what
 * equals its default is left out. Nothing of it is sent anywhere: a fragment stays in the browser.
 */
import { effect, type Signal, signal } from "@preact/signals";

const fragment = () => new URLSearchParams(location.hash.slice(1));

interface Value {
  signal: Signal<string>;
  fallback: string;
}
const values = new Map<string, Value>();

/** Values of names that nobody has asked for yet, from an address that was opened. */
const waiting = fragment();

/** A value of the address, by its name. @throws where another means something else by that name */
export function routed(name: string, fallback = ""): Signal<string> {
  const known = values.get(name);
  if (known && known.fallback !== fallback) throw new Error(`two values of the address are called ${name}`);
  if (known) return known.signal;
  const value = { signal: signal(waiting.get(name) ?? fallback), fallback };
  values.set(name, value);
  waiting.delete(name);
  effect(() => {
    value.signal.value;
    write();
  });
  return value.signal;
}

/** A whole number of the address; `fallback` for anything else. */
export function routedNumber(name: string, fallback: number): { value: number } {
  const text = routed(name);
  return {
    get value() {
      return /^\d+$/.test(text.value) ? Number(text.value) : fallback;
    },
    set value(number: number) {
      text.value = number === fallback ? "" : String(number);
    },
  };
}

let due = false;

/** Once for all that changes together, and without a step in the history for each letter typed. */
function write(): void {
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    const all = new URLSearchParams(waiting);
    for (const [name, { signal, fallback }] of values)
      if (signal.peek() !== fallback) all.set(name, signal.peek());
    const wanted = all.size > 0 ? `#${all}` : "";
    if (location.hash !== wanted)
      history.replaceState(null, "", wanted || location.pathname + location.search);
  });
}

addEventListener("hashchange", () => {
  const given = fragment();
  for (const [name, { signal, fallback }] of values) signal.value = given.get(name) ?? fallback;
});
