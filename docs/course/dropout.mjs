// The network of homework.py on 400 messages, with several rates of dropout, five seeds each: the loss on messages that
// it learns from and on ones it has not seen, epoch by epoch. Draws images/07-dropout.svg.
import { readFileSync, writeFileSync } from "node:fs";
import { layers, sequential, TextClassifier } from "cellstate";

const file = new URL("../../../examples/data/sms-spam.tsv", import.meta.url);
const rows = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [label, text] = line.split("\t");
    return { text, label };
  });
// One in six is learned from.
const some = rows.slice(0, 2400);
const validationSplit = 5 / 6;
const EPOCHS = 40;
const SEEDS = [1, 2, 3, 4, 5];
const rates = [0, 0.1, 0.3, 0.5];

const curves = [];
for (const rate of rates) {
  const losses = Array.from({ length: EPOCHS }, () => 0);
  const last = [];
  let training = 0;
  for (const seed of SEEDS) {
    const network = ({ vocabulary, length }) =>
      sequential(
        [
          layers.embedding({ inputDim: vocabulary, outputDim: 16, inputLength: length }),
          layers.lstm({ units: 32, dropout: rate, recurrentDropout: rate }),
          layers.dense({ units: 1, activation: "sigmoid" }),
        ],
        { seed },
      );
    await TextClassifier.train(some, {
      model: network,
      ...{
        vocabulary: 1000,
        length: 60,
        epochs: EPOCHS,
        patience: EPOCHS,
        seed,
        validationSplit,
      },
      callbacks: [
        {
          onEpochEnd: ({ epoch }, { loss, valLoss }) => {
            losses[epoch] += valLoss / SEEDS.length;
            if (epoch === EPOCHS - 1) last.push(valLoss);
            if (epoch === EPOCHS - 1) training += loss / SEEDS.length;
          },
        },
      ],
    });
  }
  curves.push({ rate, losses });
  const least = losses.indexOf(Math.min(...losses));
  console.log(
    `rate ${rate.toFixed(1)}: at the end ${training.toFixed(4)} on learned, ${losses.at(-1).toFixed(4)} (${Math.min(...last).toFixed(3)}–${Math.max(...last).toFixed(3)}) on unseen messages;` +
      ` least ${losses[least].toFixed(4)} after ${least + 1} epochs`,
  );
}

// A small chart: epochs across, the loss on unseen messages upwards.
const [width, height, left, bottom] = [520, 260, 56, 40];
const most = Math.max(...curves.flatMap(({ losses }) => losses.slice(2)));
const x = (epoch) => left + ((width - left - 90) * epoch) / (EPOCHS - 1);
const y = (loss) => height - bottom - ((height - bottom - 12) * Math.min(loss, most)) / most;
const text = (px, py, words, more = "") => `<text x="${px}" y="${py}" ${more}>${words}</text>`;
const dashes = ["", "8 4", "4 3", "1.5 3"];
const ends = curves.map(({ losses }, k) => ({ k, at: y(losses.at(-1)) })).sort((a, b) => a.at - b.at);
for (let n = 1; n < ends.length; n++) ends[n].at = Math.max(ends[n].at, ends[n - 1].at + 16);
writeFileSync(
  "images/07-dropout.svg",
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>Loss on unseen messages by epoch, for four rates of dropout</title>
<style>svg{background:#fff;color:#222}path{fill:none;stroke:currentColor;stroke-width:1.8}.axis{stroke-width:1;opacity:.5}text{fill:currentColor}@media(prefers-color-scheme:dark){svg{background:#16181d;color:#e6e6e6}}</style>
<path class="axis" d="M${left} 12V${height - bottom}H${width - 90}"/>
${[0, most / 2, most].map((loss) => text(left - 6, y(loss) + 4, loss.toFixed(2), 'text-anchor="end"')).join("")}
${[1, 10, 20, 30, 40].map((epoch) => text(x(epoch - 1), height - bottom + 18, epoch, 'text-anchor="middle"')).join("")}
${text((left + width - 90) / 2, height - 6, "epoch", 'text-anchor="middle"')}
${curves.map(({ losses }, k) => `<path stroke-dasharray="${dashes[k]}" d="M${losses.map((loss, e) => `${x(e).toFixed(1)} ${y(loss).toFixed(1)}`).join("L")}"/>`).join("\n")}
${ends.map(({ k, at }) => text(width - 84, (at + 4).toFixed(1), `rate ${rates[k]}`)).join("")}
</svg>
`,
);
