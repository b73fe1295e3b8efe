/** Options of the commands of explain. */
import { always, columns, fine, idle, type Options } from "./situations.js";

const subject = (command: string) => ({
  "--ids": idle(`explain ${command} lstm a text --ids 1,2`),
  "--vocabulary": idle(`explain ${command} m.keras film --vocabulary 5`),
  "--length": idle(`explain ${command} m.keras --ids 1,2 --length 5`),
  "--row": idle(
    `explain ${command} m.keras film --row row.json`,
    `explain ${command} m.keras --ids 1 --row row.json`,
    `explain ${command} lstm --row row.json`,
  ),
  "--tokenizer": idle(`explain ${command} lstm film --tokenizer v.txt`),
  "--padding": idle(
    `explain ${command} lstm film --padding pre`,
    `explain ${command} m.keras --ids 1 --padding pre`,
  ),
  "--truncating": idle(`explain ${command} m.keras --ids 1 --truncating pre`),
  "--classes": idle(`explain ${command} s.py --classes 2 --ids 1`),
  "--seed": idle(`explain ${command} m.keras film ${command === "gradient" ? "--no-study " : ""}--seed 1`),
  "--define": idle(`explain ${command} lstm a --define x=1`, `explain ${command} m.keras a --define x=1`),
  "--engine": always,
  "--threads": idle(`explain ${command} lstm a --engine reference --threads 2`),
  "--json": always,
  "--html": always,
  "--svg": always,
});

const outputs = (command: string) => ({
  "--labels": idle(
    `explain ${command} lstm film --labels a,b`,
    `explain ${command} amounts.keras film --labels a,b`,
  ),
  "--output-step": idle(`explain ${command} m.keras film --output-step 1`),
});

/** Of commands that study units over a data set. */
const studied = (command: string, rest = "") => {
  const line = (given: string) => `explain ${command} ${given}${rest}`;
  return {
    ...columns(line("m.keras texts")),
    "--label": idle(line("m.keras texts --label 2"), line("m.keras d.csv --unlabelled --label 2")),
    "--skip-unlabelled": idle(line("m.keras d.csv --unlabelled --skip-unlabelled")),
    "--label-map": idle(
      line("m.keras d.csv --unlabelled --label-map l.csv"),
      line("amounts.keras d.csv --label-map l.csv"),
    ),
    "--merge-labels": idle(line("m.keras d.csv --merge-labels")),
    "--layer": always,
    "--unlabelled": always,
    "--seed": always,
    "--engine": always,
    "--threads": idle(line("m.keras d.csv --engine reference --threads 2")),
    "--json": always,
    "--html": always,
  };
};

const { "--html": _, ...probed } = studied("probe", " --words digits");

export const EXPLAINING: Record<string, Options> = {
  "explain params": {
    "--expect": fine("explain params lstm --expect total=30977"),
    "--vocabulary": {
      ...idle("explain params m.keras --vocabulary 9"),
      ...fine("explain params lstm --vocabulary 9"),
    },
    "--length": idle("explain params m.keras --length 9"),
    "--classes": idle("explain params s.py --classes 3"),
    "--define": idle("explain params m.keras --define x=1"),
    "--json": always,
    "--html": always,
    "--svg": always,
  },
  "explain cell": {
    ...subject("cell"),
    "--layer": always,
    "--at": { ...idle("explain cell lstm --at 1"), ...fine("explain cell m.keras film --at 1") },
    "--units": { ...idle("explain cell lstm --units 0"), ...fine("explain cell m.keras film --units 1") },
  },
  "explain compare": {
    "--inputs": idle("explain compare m.keras m.keras film --inputs 3"),
    "--units": idle("explain compare m.keras m.keras film --units 3"),
    "--data": idle("explain compare --data d.csv"),
    "--layer": idle("explain compare --layer lstm"),
    "--text": idle("explain compare m.keras m.keras film --text 1"),
    "--delimiter": idle("explain compare m.keras m.keras film --delimiter tab"),
    "--encoding": idle("explain compare m.keras m.keras film --encoding utf-8"),
    "--rejects": idle("explain compare m.keras m.keras film --rejects r.jsonl"),
    "--engine": idle("explain compare --engine native"),
    "--threads": idle("explain compare --threads 2"),
    "--json": always,
    "--html": always,
    "--svg": always,
  },
  "explain unroll": {
    ...subject("unroll"),
    "--steps": always,
    "--at": always,
    "--layer": always,
    "--units": {
      ...idle(
        "explain unroll m.keras film --json --units 1",
        "explain unroll m.keras film --tex --units 1",
        "explain unroll m.keras film --units 99",
      ),
      ...fine("explain unroll m.keras film --units 1,0"),
    },
    "--tex": {
      ...idle("explain unroll m.keras film --json --tex"),
      ...fine("explain unroll m.keras film --tex"),
    },
  },
  "explain gradient": {
    ...subject("gradient"),
    ...outputs("gradient"),
    "--label": idle("explain gradient amounts.keras film --label amount"),
    "--of": idle("explain gradient amounts.keras film --of probability"),
    "--at": always,
    "--layer": always,
    "--units": idle(
      "explain gradient m.keras film --json --units 1",
      "explain gradient m.keras film --units 99",
    ),
    "--no-study": always,
  },
  "explain attribute": {
    ...subject("attribute"),
    ...outputs("attribute"),
    "--label": idle("explain attribute amounts.keras film --label amount"),
    "--of": idle("explain attribute amounts.keras film --of loss"),
    "--layer": always,
    "--points": always,
  },
  "explain embedding": {
    "--tokenizer": idle("explain embedding amounts.keras --tokenizer v.txt"),
    "--vocabulary": idle("explain embedding m.keras --vocabulary 5"),
    "--labels": idle("explain embedding amounts.keras --labels a,b"),
    "--layer": always,
    "--neighbours": always,
    "--words": always,
    "--tsv": always,
    "--engine": always,
    "--threads": idle("explain embedding m.keras --engine reference --threads 2"),
    "--json": always,
    "--html": always,
    "--svg": always,
  },
  "explain units": {
    ...studied("units"),
    "--parts": always,
    "--pattern": always,
    "--contexts": always,
    "--sample": always,
    "--permutations": always,
    "--correct": always,
    "--out": always,
  },
  "explain find": {
    ...studied("find", " --sentence film --span 1"),
    "--sentence": always,
    "--span": always,
    "--threshold": always,
    "--alone": always,
    "--parts": always,
    "--matches": always,
  },
  "explain ablate": {
    ...studied("ablate"),
    "--label": idle("explain ablate m.keras texts --label 2"),
    "--skip-unlabelled": idle("explain ablate m.keras texts --skip-unlabelled"),
    "--label-map": idle("explain ablate amounts.keras d.csv --label-map l.csv"),
    "--unlabelled": idle("explain ablate m.keras d.csv --unlabelled"),
    "--seed": idle("explain ablate m.keras d.csv --seed 1"),
    "--part": always,
    "--units": always,
    "--together": idle("explain ablate m.keras d.csv --units 1 --together"),
    "--words": always,
    "--pattern": idle(
      "explain ablate m.keras d.csv --pattern a",
      "explain ablate m.keras d.csv --words digits --pattern a",
    ),
    "--value": always,
  },
  "explain probe": {
    ...probed,
    "--unlabelled": idle("explain probe m.keras d.csv --unlabelled"),
    "--words": always,
    "--pattern": idle("explain probe m.keras d.csv --pattern a"),
    "--parts": always,
    "--penalty": always,
    "--sample": always,
  },
  "explain doctor": {
    ...columns("explain doctor m.keras texts"),
    "--text": idle("explain doctor m.keras --text 1", "explain doctor m.keras texts --text 1"),
    "--merge-labels": idle("explain doctor m.keras --merge-labels"),
    "--test": idle("explain doctor m.keras --test d.csv", "explain doctor m.keras - --test -"),
    "--padding": idle("explain doctor s.py --padding post"),
    "--truncating": idle(
      "explain doctor s.py d.csv --truncating post",
      "explain doctor m.keras --truncating pre",
    ),
    "--length": idle("explain doctor s.py d.csv --length 5"),
    "--labels": idle("explain doctor s.py d.csv --labels a,b", "explain doctor m.keras --labels a,b"),
    "--tokenizer": idle("explain doctor m.keras --tokenizer v.txt"),
    "--vocabulary": idle("explain doctor m.keras d.csv --vocabulary 5"),
    "--define": idle("explain doctor m.keras --define x=1"),
    "--json": always,
    "--html": always,
    "--engine": always,
    "--threads": idle("explain doctor m.keras --engine reference --threads 2"),
  },
};
