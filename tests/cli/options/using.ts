/** Options of the commands that use a model or stand beside one: predict, summary, convert, completion, build-native, studio, serve, bench, lab. */
import { always, fine, idle, type Options, vocabulary } from "./situations.js";

/** An experiment of a moment. */
const small = "lab latch --lag 3 --cells rnn --seeds 1 --sequences 32 --engine reference";

export const USING: Record<string, Options> = {
  predict: {
    ...vocabulary("predict m.keras film"),
    "--reject": idle("predict tags.keras film --reject 0.5", "predict amounts.keras film --reject 0.5"),
    "--json": always,
    "--out": always,
    "--text": idle("predict m.keras film --text 1"),
    "--delimiter": idle("predict m.keras film --delimiter tab"),
    "--encoding": idle("predict m.keras film --encoding utf-8"),
    "--rejects": idle("predict m.keras film --rejects r.jsonl"),
    "--scores": idle("predict m.keras film --scores", "predict m.keras d.csv --out o.jsonl --json --scores"),
    "--id": idle("predict m.keras film --id text", "predict m.keras d.csv --out o.csv --id text"),
    "--keep-formulas": idle(
      "predict m.keras film --keep-formulas",
      "predict m.keras d.csv --out o.jsonl --json --keep-formulas",
    ),
  },
  summary: {
    "--format": {
      ...idle("summary lstm --json --format keras2", "summary m.keras --receipt --format keras3"),
      ...fine("summary lstm --format keras2"),
    },
    "--line-length": {
      ...idle("summary lstm --json --line-length 60", "summary m.keras --receipt --line-length 60"),
      ...fine("summary m.keras --line-length 60"),
    },
    "--vocabulary": { ...idle("summary m.keras --vocabulary 9"), ...fine("summary lstm --vocabulary 9") },
    "--length": { ...idle("summary m.keras --length 9"), ...fine("summary gru --length 9") },
    "--classes": { ...idle("summary s.py --classes 3"), ...fine("summary rnn --classes 3") },
    "--define": { ...idle("summary lstm --define x=1"), ...fine("summary c.py --define words=9") },
    "--receipt": { ...idle("summary lstm --receipt"), ...fine("summary s.py --receipt") },
    "--json": fine("summary m.keras --receipt --json"),
  },
  convert: {
    "--weights": {
      ...idle("convert m.keras x.onnx --weights float32"),
      ...fine("convert m.keras x.mjs --weights float32"),
    },
    "--receipt": fine("convert m.keras x.onnx --receipt"),
  },
  completion: {},
  "build-native": {},
  studio: { "--port": always, "--host": always, "--no-open": always },
  serve: {
    ...{ "--port": always, "--host": always, "--workers": always, "--cors": always, "--token-file": always },
    "--allow-host": always,
    "--public-metrics": idle("serve m.keras --port 0 --public-metrics"),
    ...{ "--batch-size": always, "--batch-wait": always, "--timeout": always, "--max-connections": always },
    ...{ "--max-body": always, "--max-texts": always, "--max-characters": always },
    "--max-queue": idle("serve m.keras --port 0 --max-texts 20 --max-queue 19"),
    "--max-bodies": idle("serve m.keras --port 0 --max-body 2MB --max-bodies 1MB"),
    ...{ "--no-metrics": always, "--no-reload": always, "--engine": always },
    "--threads": idle("serve m.keras --engine reference --threads 2"),
  },
  bench: {
    "--rounds": always,
    "--json": always,
    "--engine": always,
    "--threads": idle("bench --engine reference --threads 2"),
  },
  lab: {
    ...Object.fromEntries(
      [
        ...["--lag 3", "--lags 3,4", "--cells rnn", "--seeds 2", "--seed 1", "--units 3"],
        ...["--search", "--sweep gain", "--batch-size 3", "--sequences 9", "--html x.html", "--svg x.svg"],
        "--engine reference",
      ].map((option) => [option.split(" ")[0]!, idle(`lab ${option}`)]),
    ),
    "--learning-rate": idle("lab --learning-rate 1", "lab latch --sweep learning-rate --learning-rate 1"),
    "--gain": idle("lab --gain 1", "lab latch --sweep gain --gain 2"),
    "--clipnorm": {
      ...idle("lab --clipnorm 1", "lab latch --sweep clipnorm --clipnorm none"),
      ...fine(`${small} --clipnorm none`),
    },
    "--truncation": {
      ...idle("lab --truncation 5", "lab latch --lag 10 --truncation 100"),
      ...fine(`${small} --truncation none`),
    },
    "--gates": idle(
      "lab --gates chrono",
      "lab latch --cells rnn --gates keras",
      "lab latch --cells lstm-1997,lstm-nfg,lstm-cifg --gates 2",
      "lab latch --cells lstm --sweep forget-bias --gates chrono",
    ),
    "--threads": idle("lab --threads 2", "lab latch --engine reference --threads 2"),
    "--json": fine("lab --json"),
  },
};
