/** Something to fill in or choose, with its name above it and what it means below. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Named {
  name: string;
  /** What it means, in a few words. */
  note?: string | undefined;
  disabled?: boolean;
}

export function Choice<T extends string>({
  name,
  note,
  value,
  options,
  disabled = false,
  onPick,
}: Named & {
  value: T;
  options: readonly (readonly [T, string])[];
  onPick(value: T): void;
}) {
  return (
    <Field name={name} note={note}>
      {(id) => (
        <select
          id={id}
          value={value}
          disabled={disabled}
          onChange={({ currentTarget }) => onPick(currentTarget.value as T)}
        >
          {options.map(([each, says]) => (
            <option key={each} value={each} selected={each === value}>
              {says}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A number; empty: what the note says. */
export function NumberField({
  name,
  note,
  value,
  fallback,
  disabled = false,
  onInput,
}: Named & { value: string; fallback: string; onInput(value: string): void }) {
  return (
    <Field name={name} note={note}>
      {(id) => (
        <input
          id={id}
          size={8}
          inputMode="decimal"
          autocomplete="off"
          placeholder={fallback}
          disabled={disabled}
          value={value}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function Field({
  name,
  note,
  children,
}: {
  name: string;
  note?: string | undefined;
  children(id: string): ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {children(id)}
      {note && <span class="quiet">{note}</span>}
    </div>
  );
}
