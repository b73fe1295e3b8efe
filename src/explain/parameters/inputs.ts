/** Slips about what a layer reads: another width taken for its inputs. */
import { type Expression, type Leaf, named, plus } from "./expression.js";
import type { LayerFacts, Slip, SlipWords } from "./rule.js";

/** A slip, and what was taken for I. */
type InputSlip = SlipWords & { readonly taken: Expression; readonly rare: boolean };

/** As slips of a recipe that has the field. */
export const inputSlips = <R extends { inputs: Expression | null }>(facts: LayerFacts, inputs: Leaf) =>
  takenFor(facts, inputs).map(({ taken, ...words }): Slip<R> => {
    return { ...words, change: { inputs: taken } as Partial<R> };
  });

/** The likelier first: what lies on the way to the layer, then other numbers of the model. */
function takenFor(facts: LayerFacts, { value, meaning }: Leaf): InputSlip[] {
  const { feeder, earlier, steps, vocabulary, before } = facts;
  const I = (taken: number): Leaf => named("I", taken, meaning);
  const slips: (InputSlip | null)[] = [
    feeder?.oneWay
      ? {
          name: "one direction read",
          says: `its input was taken for one direction, ${feeder.oneWay} numbers; ${feeder.name} puts two side by side`,
          taken: I((value * feeder.oneWay) / feeder.puts),
          rare: false,
        }
      : null,
    feeder && feeder.puts !== value
      ? {
          name: "Flatten forgotten",
          says: `its input was taken for one step, ${feeder.puts} numbers; ${before} lays ${value} in a row`,
          taken: I(feeder.puts),
          rare: false,
        }
      : null,
    ...earlier.map(({ name, size }) => ({
      name: "another layer's output read",
      says: `it was taken to read the ${size} numbers of ${name}; it reads ${before}`,
      taken: I(size),
      rare: true,
    })),
    feeder && feeder.reads > 0
      ? {
          name: "two layers' outputs read",
          says: `what ${feeder.name} reads was added to what it puts out; only its output goes on`,
          taken: plus(named("J", feeder.reads, `numbers that ${feeder.name} reads`), I(value)),
          rare: true,
        }
      : null,
    steps === null
      ? null
      : {
          name: "time steps for inputs",
          says: `the ${steps} time steps were taken for its inputs`,
          taken: named("T", steps, "time steps"),
          rare: true,
        },
    vocabulary === null
      ? null
      : {
          name: "vocabulary for inputs",
          says: "the vocabulary was taken for its inputs",
          taken: named("V", vocabulary, "words in the vocabulary"),
          rare: true,
        },
  ];
  return slips.filter((slip) => slip !== null);
}
