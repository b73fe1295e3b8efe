/** Digits read pixel by pixel, a row after another (Le et al. 2015); the digits are drawn here. */
import type { LabTask } from "../task.js";

/** 5 × 7 dots each, as displays have them; a row a number of five bits. */
const GLYPHS: readonly (readonly number[])[] = [
  [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e],
  [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
  [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
  [0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e],
  [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
  [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
  [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
  [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
  [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
  [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
];
const [WIDTH, HEIGHT] = [5, 7];
/** Of what is added to every pixel. */
const NOISE = 0.1;

/** The side of the smallest square that has `lag` pixels. */
const sideOf = (lag: number) => Math.ceil(Math.sqrt(lag));

export const digits: LabTask = {
  name: "digits",
  title: "Digits, pixel by pixel",
  reads:
    "a square picture of a digit, a pixel a step, row by row; the digit of 5 × 7 dots stands and is stretched at random, with noise",
  asked: "at the end, which digit it was",
  source: {
    paper: "Le, Jaitly and Hinton 2015 (pixel-by-pixel MNIST)",
    settings: "28 × 28 pixels of handwriting, 784 steps; 100 units; SGD, learning rate 1e-8 to 1e-1, clipped",
    success: "none stated; IRNN 97 %, LSTM 65 %, tanh RNN 35 % after 1,000,000 updates",
  },
  answer: "softmax",
  criterion: "the digit is the most active output",
  allowedWrong: 0.02,
  /** A square of 8 × 8 holds the dots as they are. */
  leastLag: 50,
  defaults: { lags: [64, 196], units: 32, batchSize: 32, sequences: 64_000 },
  sizes: (lag) => ({ steps: sideOf(lag) ** 2, features: 1, outputs: 10 }),
  draw(numbers, lag, x, y) {
    const side = sideOf(lag);
    const digit = numbers.below(10);
    const stretch = (dots: number) => dots + Math.floor(numbers.uniform() * (side - dots + 1));
    const [width, height] = [stretch(WIDTH), stretch(HEIGHT)];
    const [left, top] = [numbers.below(side - width + 1), numbers.below(side - height + 1)];
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const dotX = Math.floor(((column - left) * WIDTH) / width);
        const dotY = Math.floor(((row - top) * HEIGHT) / height);
        const inside = column >= left && dotX < WIDTH && row >= top && dotY < HEIGHT;
        const ink = inside ? (GLYPHS[digit]![dotY]! >> (WIDTH - 1 - dotX)) & 1 : 0;
        x[row * side + column] = ink + NOISE * numbers.normal();
      }
    }
    y[digit] = 1;
  },
  right: (output, target) => output.indexOf(Math.max(...output)) === target.indexOf(1),
};
