/** An ONNX graph being written: nodes, constants, and names for what flows between them. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx-pb.js";

/** Of the operators used; 17 has been there since 2022. */
const OPSET = 17n;
const IR_VERSION = 8n;

/** TensorProto.DataType */
export const TYPES = { float: 1, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof TYPES;

/** A number or list is whole unless it is marked a float. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { float: number }
  | { floats: readonly number[] };

const bytesOf = (text: string) => new TextEncoder().encode(text);

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === "number") return create(AttributeProtoSchema, { name, type: 2, i: BigInt(value) });
  if (typeof value === "string") return create(AttributeProtoSchema, { name, type: 3, s: bytesOf(value) });
  if ("float" in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
  if ("floats" in value) return create(AttributeProtoSchema, { name, type: 6, floats: [...value.floats] });
  if (typeof value[0] === "string") {
    return create(AttributeProtoSchema, { name, type: 8, strings: (value as string[]).map(bytesOf) });
  }
  return create(AttributeProtoSchema, { name, type: 7, ints: (value as number[]).map(BigInt) });
}

export class OnnxGraph {
  private readonly nodes: NodeProto[] = [];
  private readonly constants = new Map<string, TensorProto>();
  private readonly inputs: ValueInfoProto[] = [];
  private names = 0;

  /** Adds a node; returns its outputs' names. An input "" is one left out. */
  nodeWith(
    outputs: number,
    opType: string,
    input: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string[] {
    const output = Array.from({ length: outputs }, () => `${opType.toLowerCase()}_${this.names++}`);
    const list = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.nodes.push(create(NodeProtoSchema, { opType, input: [...input], output, attribute: list }));
    return output;
  }

  /** As `nodeWith`, for one output. */
  node(opType: string, input: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.nodeWith(1, opType, input, attributes)[0]!;
  }

  floats(name: string, dims: readonly number[], values: Float32Array): string {
    const data = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => {
      data.setFloat32(i * 4, value, true);
    });
    return this.constant(name, TYPES.float, dims, new Uint8Array(data.buffer));
  }

  float(value: number): string {
    return this.floats(`float ${value}`, [], Float32Array.of(value));
  }

  /** A list of int64, as axes and shapes are. */
  integers(...values: number[]): string {
    return this.integerTensor(`integers ${values.join(" ")}`, [values.length], values);
  }

  integer(value: number): string {
    return this.integerTensor(`integer ${value}`, [], [value]);
  }

  private integerTensor(name: string, dims: readonly number[], values: readonly number[]): string {
    const data = new DataView(new ArrayBuffer(values.length * 8));
    values.forEach((value, i) => {
      data.setBigInt64(i * 8, BigInt(value), true);
    });
    return this.constant(name, TYPES.int64, dims, new Uint8Array(data.buffer));
  }

  private constant(name: string, dataType: number, dims: readonly number[], rawData: Uint8Array): string {
    if (!this.constants.has(name)) {
      this.constants.set(
        name,
        create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData }),
      );
    }
    return name;
  }

  /** Declares an input; an axis that is null may vary. */
  input(name: string, type: ElementType, shape: readonly (number | null)[]): string {
    this.inputs.push(valueInfo(name, type, shape, `${name}_steps`));
    return name;
  }

  /** The whole model, with texts kept beside the graph. */
  toBytes(
    name: string,
    output: { name: string; shape: readonly (number | null)[] },
    metadata: Record<string, string>,
  ): Uint8Array {
    const outputName = "output";
    this.nodes.push(
      create(NodeProtoSchema, { opType: "Identity", input: [output.name], output: [outputName] }),
    );
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: "cellstate",
      opsetImport: [{ domain: "", version: OPSET }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.nodes,
        initializer: [...this.constants.values()],
        input: this.inputs,
        output: [valueInfo(outputName, "float", output.shape, "steps")],
      },
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function valueInfo(
  name: string,
  type: ElementType,
  shape: readonly (number | null)[],
  steps: string,
): ValueInfoProto {
  const dim = [null, ...shape].map((size, axis) => ({
    value:
      size === null
        ? { case: "dimParam" as const, value: axis === 0 ? "batch" : steps }
        : { case: "dimValue" as const, value: BigInt(size) },
  }));
  const tensor = { elemType: TYPES[type], shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensor } } });
}
