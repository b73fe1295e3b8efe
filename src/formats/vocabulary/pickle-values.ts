/** What a pickle can come to here: plain values, and names of classes with what their instances would have held. */
export type PickleKey = string | number | boolean | null;
export type PickleValue =
  | PickleKey
  | Uint8Array
  | PickleValue[]
  | Map<PickleKey, PickleValue>
  | PickleClass
  | PickleObject;

/** A class or function, by name only. */
export class PickleClass {
  constructor(readonly name: string) {}
}

/** What would have become an instance: its class, what it would have been made of, and its attributes. */
export class PickleObject {
  state: PickleValue = null;
  constructor(
    readonly className: string,
    readonly args: readonly PickleValue[],
  ) {}
}
