import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import h5wasm from "h5wasm";
import { isHdf5 } from "../../src/formats/detect.js";
import type { AttributeValue } from "../../src/formats/hdf5/attributes.js";
import { lookup3 } from "../../src/formats/hdf5/checksum.js";
import { type Hdf5Group, readHdf5 } from "../../src/formats/hdf5/reader.js";
import { type Hdf5DatasetInput, type Hdf5GroupInput, writeHdf5 } from "../../src/formats/hdf5/writer.js";
import { readSample } from "./samples.js";

interface Expected {
  attributes: Record<string, unknown>;
  shape?: number[];
  values?: unknown[];
}

const EXPECTED = JSON.parse(gunzipSync(readSample("hdf5.json.gz")).toString()) as Record<
  string,
  Record<string, Expected>
>;

/** A tree as h5py's listing has it: by path, numbers as numbers, infinities by name. */
function listing(root: Hdf5Group): Record<string, Expected> {
  const found: Record<string, Expected> = {};
  const visit = (group: Hdf5Group) => {
    found[group.path] = { attributes: attributesOf(group.attributes) };
    for (const child of group.groups.values()) visit(child);
    for (const { path, shape, attributes, read } of group.datasets.values()) {
      const values = Array.from<number | string>(read()).map(plain);
      found[path] = { attributes: attributesOf(attributes), shape: [...shape], values };
    }
  };
  visit(root);
  return found;
}

const plain = (value: number | string) => (value === Infinity ? "inf" : value === -Infinity ? "-inf" : value);

function attributesOf(attributes: ReadonlyMap<string, AttributeValue>): Record<string, unknown> {
  return Object.fromEntries(
    [...attributes].map(([name, value]) => [
      name,
      typeof value === "object" ? Array.from<unknown>(value) : value,
    ]),
  );
}

describe("HDF5 reading", () => {
  for (const generation of ["earliest", "v108", "latest"]) {
    test(`every group, attribute and value of a file that h5py wrote (${generation})`, () => {
      const bytes = gunzipSync(readSample(`hdf5_${generation}.h5.gz`));
      assert.ok(isHdf5(bytes));
      const found = listing(readHdf5(bytes, "file.h5"));
      const expected = EXPECTED[generation]!;
      assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
      for (const [path, entry] of Object.entries(expected)) assert.deepEqual(found[path], entry, path);
    });
  }

  test("a changed byte in checked metadata is noticed", () => {
    const bytes = Uint8Array.from(gunzipSync(readSample("hdf5_v108.h5.gz")));
    bytes[40]! ^= 1;
    assert.throws(
      () => readHdf5(bytes, "file.h5"),
      /file.h5: expected a structure that matches its checksum/,
    );
  });

  test("a changed byte in data under fletcher32 is noticed", () => {
    const bytes = Uint8Array.from(gunzipSync(readSample("hdf5_earliest.h5.gz")));
    const dataset = () => readHdf5(bytes, "f").groups.get("packed")!.datasets.get("checked_plain")!;
    const values = dataset().read() as Float32Array;
    const first = Buffer.from(bytes.buffer).lastIndexOf(Buffer.from(values.slice(0, 11).buffer));
    assert.ok(first > 0, "the chunk is stored as it is");
    bytes[first]! ^= 1;
    assert.throws(
      () => dataset().read(),
      /f: packed\/checked_plain: expected data that matches its checksum/,
    );
  });

  test("lookup3 gives the values its author published", () => {
    const text = new TextEncoder().encode("Four score and seven years ago");
    assert.equal(lookup3(text), 0x17770551);
    assert.equal(lookup3(new Uint8Array(0)), 0xdeadbeef);
  });
});

const tree: Hdf5GroupInput = {
  attributes: new Map<string, string | string[]>([
    ["text", `naïve ${"long ".repeat(30_000)}`],
    ["empty text", ""],
    ["names", ["dense/kernel:0", "dense/bias:0"]],
    ["none", []],
  ]),
  children: new Map<string, Hdf5GroupInput | Hdf5DatasetInput>([
    ["float32", { shape: [2, 3], data: Float32Array.of(1, -2.5, 3e-9, NaN, Infinity, 0.1) }],
    ["float64", { shape: [2], data: Float64Array.of(1 / 3, -1e300) }],
    ["int32", { shape: [3], data: Int32Array.of(1, -2, 2 ** 30) }],
    ["int64", { shape: [], data: BigInt64Array.of(-(2n ** 40n)) }],
    ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
    [
      "many é",
      {
        children: new Map(
          Array.from({ length: 300 }, (_, i) => [
            `group ${i}`,
            { attributes: new Map([["name", `n${i % 7}`]]), children: new Map() },
          ]),
        ),
      },
    ],
  ]),
};

describe("HDF5 writing", () => {
  test("our own reader finds what was written", () => {
    const root = readHdf5(writeHdf5(tree), "f");
    assert.deepEqual(attributesOf(root.attributes), Object.fromEntries(tree.attributes!));
    const read = (name: string) => root.datasets.get(name)!.read();
    assert.deepEqual(read("float32"), Float32Array.of(1, -2.5, 3e-9, NaN, Infinity, 0.1));
    assert.deepEqual(read("float64"), Float64Array.of(1 / 3, -1e300));
    assert.deepEqual(read("int32"), Float64Array.of(1, -2, 2 ** 30));
    assert.deepEqual(read("int64"), Float64Array.of(-(2 ** 40)));
    assert.deepEqual(root.datasets.get("nothing")!.shape, [0, 4]);
    const many = root.groups.get("many é")!;
    assert.equal(many.groups.size, 300);
    assert.equal(many.groups.get("group 299")!.attributes.get("name"), "n5");
  });

  test("the HDF5 library finds what was written", async () => {
    const { FS } = await h5wasm.ready;
    FS.writeFile("written.h5", writeHdf5(tree));
    const file = new h5wasm.File("written.h5", "r");
    const value = (name: string) => (file.get(name) as InstanceType<typeof h5wasm.Dataset>).value;
    assert.equal(file.attrs["text"]!.value, tree.attributes!.get("text"));
    assert.deepEqual(file.attrs["names"]!.value, ["dense/kernel:0", "dense/bias:0"]);
    assert.deepEqual(value("float32"), Float32Array.of(1, -2.5, 3e-9, NaN, Infinity, 0.1));
    assert.deepEqual(value("float64"), Float64Array.of(1 / 3, -1e300));
    assert.deepEqual(value("int32"), Int32Array.of(1, -2, 2 ** 30));
    assert.equal(value("int64"), -(2n ** 40n));
    assert.deepEqual((file.get("nothing") as InstanceType<typeof h5wasm.Dataset>).shape, [0, 4]);
    assert.equal((file.get("many é") as InstanceType<typeof h5wasm.Group>).keys().length, 300);
    file.close();
  });

  test("the same tree gives the same bytes", () => {
    assert.deepEqual(writeHdf5(tree), writeHdf5(tree));
  });
});
