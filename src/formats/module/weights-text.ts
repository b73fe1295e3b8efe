/** Weights as text in a source file: base64 of float32, or of bytes with a scale for every row or column. */
import { inputError } from "../../base/errors.js";
import type { Scaling, WantedScaling } from "./kit.js";

export const WEIGHT_KINDS = ["int8", "float32"] as const;
export type WeightKind = (typeof WEIGHT_KINDS)[number];

/** Gathers arrays, one after another. */
export class WeightsText {
  private readonly parts: Uint8Array[] = [];
  private bytes = 0;

  constructor(private readonly kind: WeightKind) {}

  /** Adds an array [rows][columns]; returns the expression that takes it. */
  add(name: string, values: Float32Array, rows: number, columns: number, wanted: WantedScaling): string {
    if (this.kind === "float32" || wanted === "none") {
      return `take(${this.append(littleEndian(values))}, ${rows}, ${columns})`;
    }
    const scaling = wanted === "either" ? nearer(name, values, columns) : wanted;
    const { scales, bytes } = quantize(name, values, columns, scaling);
    const at = this.append(littleEndian(scales), new Uint8Array(bytes.buffer));
    return `take(${at}, ${rows}, ${columns}, ${JSON.stringify(scaling)})`;
  }

  private append(...parts: Uint8Array[]): number {
    const at = this.bytes;
    for (const part of parts) this.bytes += part.length;
    this.parts.push(...parts);
    return at;
  }

  /** All of it, in base64 without padding. */
  text(): string {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const out: string[] = [];
    let bits = 0;
    let held = 0;
    for (const part of this.parts) {
      let text = "";
      for (const byte of part) {
        bits = ((bits << 8) | byte) & 0xffff;
        for (held += 8; held >= 6; held -= 6) text += digits[(bits >> (held - 6)) & 63];
      }
      out.push(text);
    }
    if (held > 0) out.push(digits[(bits << (6 - held)) & 63]!);
    return out.join("");
  }
}

/**
 * Bytes from −127 to 127 and scales: value ≈ byte · scale of its row or column, the largest value of which is ±127.
 * @throws InputError for numbers that are not finite
 */
export function quantize(
  name: string,
  values: Float32Array,
  columns: number,
  scaling: Exclude<Scaling, "none">,
): { scales: Float32Array; bytes: Int8Array } {
  const group = groupsOf(scaling, columns);
  const scales = new Float32Array(scaling === "rows" ? values.length / columns : columns);
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      const next = "Write the weights as float32.";
      throw inputError({ expected: "finite weights, to make bytes of", where: name, received: value, next });
    }
    scales[group(i)] = Math.max(scales[group(i)]!, Math.abs(value) / 127);
  });
  const bytes = Int8Array.from(values, (value, i) => {
    const scale = scales[group(i)]!;
    // The scale was rounded to float32, perhaps down.
    return scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
  });
  return { scales, bytes };
}

/** Which row or column a value is of. */
const groupsOf = (scaling: "rows" | "columns", columns: number) => (i: number) =>
  scaling === "rows" ? Math.floor(i / columns) : i % columns;

/** How much nearer rows must be. */
const MUCH = 4;

/** Of inputs of many sizes rows: beside large weights, bytes of a common scale would tell little of small ones. */
function nearer(name: string, values: Float32Array, columns: number): "rows" | "columns" {
  const errorBy = (scaling: "rows" | "columns") => {
    const { scales, bytes } = quantize(name, values, columns, scaling);
    const group = groupsOf(scaling, columns);
    return values.reduce((sum, value, i) => sum + (value - bytes[i]! * scales[group(i)]!) ** 2, 0);
  };
  return MUCH * errorBy("rows") < errorBy("columns") ? "rows" : "columns";
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
