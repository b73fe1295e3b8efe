/**
 * ZIP archives built field by field: checksums, lengths and offsets stay right while one field or several are bent. What
 * the reader gives must be what was packed; whatever else there is it must refuse.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync } from "fflate";
import { crc32 } from "../../src/base/crc32.js";
import { readZip } from "../../src/formats/zip.js";
import { fuzz } from "./fuzzing.js";
import { Dice } from "./mutate.js";

interface Member {
  name: Uint8Array;
  data: Uint8Array;
  /** Fields as the directory and the member's own header have them. */
  central: Fields;
  local: Fields;
  extra: Uint8Array;
}

interface Fields {
  flags: number;
  method: number;
  crc: number;
  stored: number;
  size: number;
  offset: number;
}

const NUMBERS = [0, 1, 8, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff];
const NAMES = [
  "config.json",
  "a/b",
  "a/../b",
  "/a",
  "a\\b",
  "C:a",
  "a/",
  "",
  "\u0000",
  "é",
  "a".repeat(2000),
];
const encoder = new TextEncoder();

function word(value: number, bytes: 2 | 4): Uint8Array {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = Math.floor(value / 256 ** i) % 256;
  return out;
}

const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

function honest(dice: Dice, i: number): { member: Member; plain: Uint8Array } {
  const plain = new Uint8Array(dice.roll(2000)).map(() => dice.roll(dice.pick([2, 256])));
  const method = dice.pick([0, 8]);
  const data = method === 8 ? deflateSync(plain) : plain;
  const fields = { flags: 0, method, crc: crc32(plain), stored: data.length, size: plain.length, offset: 0 };
  const extra = new Uint8Array(dice.pick([0, 0, 4, 100])).fill(7);
  const name = encoder.encode(`${i}/member`);
  return { member: { name, data, central: { ...fields }, local: { ...fields }, extra }, plain };
}

/** Bends fields of one member; directory and header stay of one mind three times in four. */
function bend({ central, local, ...member }: Member, dice: Dice): Member {
  const key = dice.pick(Object.keys(central) as (keyof Fields)[]);
  const value = dice.pick([...NUMBERS, central[key] + 1, central[key] - 1, central.size, central.stored]);
  central[key] = value;
  if (dice.roll(4) > 0) local[key] = value;
  const name = dice.roll(6) === 0 ? encoder.encode(dice.pick(NAMES)) : member.name;
  return { ...member, name, central, local };
}

function build(members: readonly Member[], dice: Dice, bent: boolean): Uint8Array {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, central, local, extra } of members) {
    const part = (f: Fields) => [
      ...[word(20, 2), word(f.flags, 2), word(f.method, 2), word(0, 4), word(f.crc, 4)],
      ...[word(f.stored, 4), word(f.size, 4), word(name.length, 2), word(extra.length, 2)],
    ];
    const file = join(word(0x04034b50, 4), ...part(local), name, extra, data);
    const offset = central.offset === 0 ? at : central.offset;
    const rest = [word(0, 2), word(0, 2), word(0, 2), word(0, 4), word(offset, 4)];
    directory.push(join(word(0x02014b50, 4), word(20, 2), ...part(central), ...rest, name, extra));
    files.push(file);
    at += file.length;
  }
  const central = join(...directory);
  const swapped = bent && dice.roll(8) === 0;
  const count = swapped ? dice.pick(NUMBERS) : members.length;
  const comment = new Uint8Array(dice.pick([0, 0, 9]));
  const end = [word(0, 4), word(count, 2), word(count, 2), word(central.length, 4), word(at, 4)];
  return join(...files, central, word(0x06054b50, 4), ...end, word(comment.length, 2), comment);
}

const LIMIT = 6;

function make(dice: Dice): Uint8Array {
  const members = Array.from({ length: 1 + dice.roll(LIMIT) }, (_, i) => honest(dice, i).member);
  const chosen = dice.roll(members.length);
  members[chosen] = bend(members[chosen]!, dice);
  if (dice.roll(4) === 0) members.push(dice.pick(members));
  return build(members, dice, true);
}

describe("ZIP archives, bent field by field", () => {
  test("those that nothing is wrong with give what was packed", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const dice = new Dice(seed);
      const packed = Array.from({ length: dice.roll(LIMIT) }, (_, i) => honest(dice, i));
      const members = readZip(
        build(
          packed.map(({ member }) => member),
          dice,
          false,
        ),
        "zip",
      );
      assert.equal(members.size, packed.length);
      for (const [i, { plain }] of packed.entries()) {
        assert.ok(Buffer.from(plain).equals(members.get(`${i}/member`)!.read()), `seed ${seed}, member ${i}`);
      }
    }
  });

  fuzz(
    {
      "bent archives": {
        make,
        open: (bytes) => {
          for (const member of readZip(bytes, "zip").values()) {
            const data = member.read();
            assert.equal(data.length, member.size);
          }
        },
      },
    },
    2,
  );
});
