/** Made-up texts whose words tell what they have, and answers of linear models to them. */
import type { LinearData, LinearModel } from "../../../src/classifier/auto/linear-outputs.js";
import { Random } from "../../../src/kernels/philox.js";
import { TokenizedTexts } from "../../../src/tokens/tokenized-texts.js";

const FILLERS = "the a of and to we they it was had some very old big day road house river hill".split(" ");
/** Words of each topic. */
export const TOPICS = [
  ["rain", "snow", "wind", "fog", "storm"],
  ["song", "tune", "band", "drum", "choir"],
  ["bread", "milk", "egg", "cheese", "soup"],
  ["train", "bus", "ship", "plane", "tram"],
];

export interface Made {
  readonly data: LinearData;
  readonly strings: readonly string[];
  /** [rows][topics] 1 for topics that a text has a word of */
  readonly truth: Uint8Array;
  /** [rows] 2 for a word of the first topic, −3 for one of the second, 10 and a little noise */
  readonly values: Float64Array;
}

/** Texts of seven to ten words, each of two topics at the most. */
export function made(rows: number, seed = 1): Made {
  const texts = new TokenizedTexts({ frontEnd: "lexer" });
  const truth = new Uint8Array(rows * TOPICS.length);
  const values = new Float64Array(rows);
  const strings = Array.from({ length: rows }, (_, row) => {
    const random = new Random(seed, 91, row);
    const pick = <T>(list: readonly T[], i: number): T => list[Math.floor(list.length * random.uniform(i))]!;
    const words = Array.from({ length: 7 + Math.floor(4 * random.uniform(0)) }, (_, t) =>
      pick(FILLERS, 20 + t),
    );
    for (const n of [0, 1]) {
      if (random.uniform(1 + n) < 0.3) continue;
      const topic = Math.floor(TOPICS.length * random.uniform(3 + n));
      words[3 * n + Math.floor(3 * random.uniform(5 + n))] = pick(TOPICS[topic]!, 7 + n);
      truth[row * TOPICS.length + topic] = 1;
    }
    const of = (topic: number) => truth[row * TOPICS.length + topic]!;
    values[row] = 10 + 2 * of(0) - 3 * of(1) + 0.3 * random.normal(40);
    return words.join(" ");
  });
  for (const text of strings) texts.add(text);
  return { data: { texts, rows: Uint32Array.from(strings.keys()) }, strings, truth, values };
}

/** The order of things of which none tells what is true of another row. */
export const shuffled = (rows: number, seed = 7): Uint32Array => new Random(seed, 92).permutation(rows);

/** [texts][outputs] */
export function answersOf(
  { model, encoder }: Pick<LinearModel, "model" | "encoder">,
  texts: readonly string[],
): Float32Array {
  const { outputSize } = model;
  const answers = new Float32Array(texts.length * outputSize);
  for (const { positions, inputs } of encoder.encodeTexts(texts)) {
    const { data } = model.predictFlat([...inputs]);
    for (let i = 0; i < positions.length; i++) {
      answers.set(data.subarray(i * outputSize, (i + 1) * outputSize), positions[i]! * outputSize);
    }
  }
  return answers;
}
