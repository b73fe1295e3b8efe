/** What of the ecosystem's tests is asked for: words of `npm run test:ecosystem -- …`. */
const given = process.argv.slice(2);
const words = given.filter((word) => !word.startsWith("--"));

/** Whether also what takes long. */
export const isWhole = given.includes("--all");

/** Whether a test of this name: all are where no words are given. */
export const isChosen = (name: string): boolean =>
  words.length === 0 || words.some((word) => name.toLowerCase().includes(word.toLowerCase()));
