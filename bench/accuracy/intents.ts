/** Sentences of three intents, made by templates: few to learn from, and to be tested on others, not all of them said alike. */
import type { LabelledText } from "../../src/index.js";
import { PURPOSE, Random } from "../../src/kernels/philox.js";
import type { Trial } from "./runs.js";

const TRAIN_ROWS = 20;
const TEST_ROWS = 100;
/** Of each intent's templates, how many are learned from; the test has all. */
const KNOWN_TEMPLATES = 12;
/** Share of words with two letters swapped. */
const TYPOS = 0.03;
/** Apart from what runs.ts draws. */
const STREAM = 16;

/** `{slot}` is filled from SLOTS. Intents share cities, days and turns of phrase, so that no single word gives one away. */
const TEMPLATES: Record<string, readonly string[]> = {
  flight: [
    "book a flight from {city} to {city}",
    "i need a flight to {city} {day}",
    "find me the cheapest ticket to {city}",
    "are there any flights leaving {city} {day}",
    "get me two seats on a plane to {city}",
    "i want to fly to {city} {day} {time}",
    "show me flights between {city} and {city}",
    "can i get a return ticket to {city}",
    "reserve a window seat to {city}",
    "how long is the flight from {city} to {city}",
    "what does it cost to fly out to {city}",
    "put me on the first plane out of {city}",
    "i have to be in {city} {day} what flights are there",
    "is there a nonstop flight to {city} {time}",
    "we are flying to {city} please book the tickets",
  ],
  weather: [
    "what is the weather in {city}",
    "will it rain in {city} {day}",
    "how cold is it in {city} {time}",
    "give me the forecast for {city} {day}",
    "do i need an umbrella {day}",
    "is it going to be sunny {day}",
    "what is the temperature in {city}",
    "tell me if it will snow {day}",
    "weather for {city} {day}",
    "should i take a jacket to {city} {day}",
    "how hot does it get in {city}",
    "is there a storm coming to {city}",
    "what will the weather be like {time}",
    "are we getting any wind {day}",
    "can i expect rain in {city} {time}",
  ],
  music: [
    "play some {genre}",
    "play {song} by {artist}",
    "put on the new album by {artist}",
    "i want to hear {artist}",
    "play my {genre} playlist",
    "can you play something by {artist} {time}",
    "start the song {song}",
    "turn on some {genre} music",
    "find me a track by {artist}",
    "i feel like listening to {genre}",
    "what is the latest from {artist}",
    "shuffle everything by {artist}",
    "is there any good {genre} music for {day}",
    "skip this song and play {song}",
    "play me the top songs from {city}",
  ],
};

const SLOTS: Record<string, readonly string[]> = {
  city: [
    ...["london", "paris", "berlin", "new york", "tokyo", "rome", "madrid", "chicago", "boston", "oslo"],
    ...["dublin", "vienna", "sydney", "delhi", "lisbon", "denver", "seattle", "cairo", "athens", "prague"],
  ],
  day: [
    ...["today", "tomorrow", "on monday", "this weekend", "on friday", "next week", "on the 3rd"],
    ...["in june", "for christmas", "next tuesday"],
  ],
  time: ["tonight", "in the morning", "this afternoon", "at noon", "right now", "after six", "before lunch"],
  genre: ["jazz", "rock", "blues", "techno", "classical", "reggae", "hip hop", "folk", "soul", "country"],
  artist: [
    ...["miles davis", "adele", "the beatles", "bob dylan", "nina simone", "queen", "daft punk", "bach"],
    ...["aretha franklin", "radiohead", "the cure", "chicago", "berlin"],
  ],
  song: [
    ...["yesterday", "hallelujah", "imagine", "here comes the sun", "purple rain", "summertime", "hello"],
    ...["fly me to the moon", "stormy weather", "leaving on a jet plane"],
  ],
};

const BEFORE = ["", "", "", "please ", "hey ", "could you ", "ok so ", "i was wondering ", "hi there "];
const AFTER = ["", "", "", " please", " thanks", " if you can", " for me", " asap"];

/** Draws that follow each other, all from one seed. */
class Draws {
  private at = 0;
  private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed, PURPOSE.split, STREAM);
  }

  /** In [0, 1). */
  next(): number {
    return this.random.uniform(this.at++);
  }

  of<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }
}

/** 20 rows of each intent to learn from, and 100 of each to be tested on, with templates that were not learned from. */
export function intents(seed: number): Trial {
  const draws = new Draws(seed);
  const trial: Trial = { train: [], test: [] };
  for (const [label, templates] of Object.entries(TEMPLATES)) {
    const order = templates.map((template) => ({ template, by: draws.next() })).sort((a, b) => a.by - b.by);
    const all = order.map(({ template }) => template);
    trial.train.push(...sentences(label, all.slice(0, KNOWN_TEMPLATES), TRAIN_ROWS, draws));
    trial.test.push(...sentences(label, all, TEST_ROWS, draws));
  }
  return trial;
}

function sentences(label: string, templates: readonly string[], rows: number, draws: Draws): LabelledText[] {
  return Array.from({ length: rows }, (_, row) => {
    const template = templates[row % templates.length]!;
    const filled = template.replace(/\{(\w+)\}/g, (_, slot: string) => draws.of(SLOTS[slot]!));
    const words = `${draws.of(BEFORE)}${filled}${draws.of(AFTER)}`.split(" ");
    return {
      label,
      text: words.map((word) => (draws.next() < TYPOS ? swapped(word, draws) : word)).join(" "),
    };
  });
}

/** A word with two neighbouring letters in each other's place. */
function swapped(word: string, draws: Draws): string {
  if (word.length < 2) return word;
  const at = Math.floor(draws.next() * (word.length - 1));
  return word.slice(0, at) + word[at + 1]! + word[at]! + word.slice(at + 2);
}
