/** cellstate explain doctor MODEL [DATA]: known traps, before time is wasted on them. */

import type { Command } from "commander";
import { inputError } from "../../base/errors.js";
import { writeAtomic } from "../../base/node-files.js";
import { printable, printableJson, wrapToWidth } from "../../base/text.js";
import { assembleClassifier } from "../../classifier/assemble.js";
import type { TextClassifier } from "../../classifier/classifier.js";
import type { Finding } from "../../explain/doctor/finding.js";
import { checkup, quickCheckup } from "../../explain/doctor/index.js";
import type { Subject, Texts } from "../../explain/doctor/subject.js";
import { doctorPage } from "../../explain/draw/doctor-page.js";
import { endsInProbabilities } from "../../explain/objective.js";
import type { Definitions } from "../../formats/python/script.js";

import { readsIds } from "../../layers/traits.js";
import type { Model } from "../../model/model.js";
import type { CorpusFrontEndOptions } from "../../tokens/options.js";
import { type EngineFlags, engineOptions, note, say, whole } from "../context.js";
import { type ColumnFlags, columnFlags, idleColumns, readCorpus } from "../data.js";
import { define, idleFor, sourceOf } from "../models.js";
import { type Idle, refuseIdle } from "../options.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { labelsOption, sideOptions, tokenizerOption } from "../tokenizer.js";
import { findingsSummary, findingsText } from "../ui/findings.js";
import { status } from "../ui/status.js";
import { idsOf, isTextModel, type Opened, openModel, type ReadingFlags, refuseAutomatic } from "./open.js";
import { checkPictures } from "./output.js";

interface Flags extends EngineFlags, ColumnFlags, ReadingFlags {
  test?: string;
  define?: Definitions;
  json?: boolean;
  html?: string;
}

export function doctorCommand(explain: Command): void {
  const command = explain
    .command("doctor")
    .description("known traps in a model, its data and its training, with evidence and remedy")
    .argument(
      "<model>",
      "a model file that train saved knows its words and labels; or a Keras script (never run)",
    )
    .argument("[data]", "labelled texts that it learns from or is judged by")
    .option("--test <data>", "test texts, to look for among those of DATA")
    .option(
      "--define <expression=value>",
      'what a script computes, in its words: "len(chars)=57" (repeatable)',
      define,
    )
    .option("--length <n>", "ids in a row (default: the model's)", whole("length", 1))
    .option("--vocabulary <n>", "with --tokenizer: ids that count (default: all)", whole("vocabulary", 2))
    .option("--json", "the findings as one JSON object")
    .option("--html <file>", "also write a page with the findings and their numbers")
    .hook("preAction", checkPictures);
  labelsOption(sideOptions(tokenizerOption(command)));
  engineOptions(columnFlags(command)).action(async (file: string, data: string | undefined, flags: Flags) => {
    const noData = data === undefined && "without DATA";
    const script = sourceOf(file) === "a script";
    refuseIdle(command, {
      ...(data === undefined ? withoutData(noData) : idleColumns(data, flags.test)),
      ...idleReading(noData, script && flags.tokenizer === undefined),
      define: idleFor(file)["define"],
    });
    if (data === "-" && flags.test === "-") {
      throw inputError({ expected: "standard input once: for DATA or for --test", where: "--test" });
    }
    const { tokenizer, padding, truncating, length, vocabulary, labels } = flags;
    const reading = { tokenizer, padding, truncating, length, vocabulary, labels };
    const opened = await openModel(file, flags, script && tokenizer === undefined ? {} : reading);
    refuseAutomatic(opened, "a network that reads a text word by word");
    const subject = await subjectOf(opened, data, flags);
    // What an untrained network answers says nothing.
    const findings = await (isScript(opened) ? quickCheckup : checkup)(subject, { onProgress: status.told });
    if (flags.html) {
      const lead = conclusion(findings, opened, data);
      await writeAtomic(flags.html, new TextEncoder().encode(doctorPage(findings, opened.name, lead)));
      note(printable(`Wrote ${flags.html}`));
    }
    say(
      flags.json
        ? printableJson({ model: file, data: data ?? null, findings })
        : doctorText(findings, opened, data, styleFor(process.stdout)),
    );
  });
}

const withoutData = (why: string | false): Idle =>
  Object.fromEntries(
    ["text", "label", "delimiter", "encoding", "rejects", "skipUnlabelled", "labelMap", "mergeLabels"].map(
      (name) => [name, why],
    ),
  );

/** Options of how texts are read; a script whose vocabulary is not given gets one of DATA's words. */
function idleReading(noData: string | false, drawn: boolean): Idle {
  const given = drawn && "with a script without --tokenizer, whose words and labels are DATA's";
  return {
    ...{ padding: noData, tokenizer: noData, vocabulary: noData },
    ...{ truncating: noData || given, length: noData || given, labels: noData || given },
  };
}

const isScript = ({ name }: Opened) => sourceOf(name) === "a script";

async function subjectOf(opened: Opened, data: string | undefined, flags: Flags): Promise<Subject> {
  const { model, name } = opened;
  if (flags.test !== undefined && data === undefined) {
    throw inputError({ expected: "DATA before --test, to look for the test texts in", where: "doctor" });
  }
  const classifier = classifierOf(opened);
  if (!classifier) {
    if (data === undefined) return { model };
    if (isScript(opened)) return subjectOfScript(model, data, flags);
    const whole = opened.reader
      ? "Its texts may have any number of labels, or amounts"
      : "This file holds a network only; --tokenizer FILE gives it its vocabulary";
    throw inputError({
      expected: "a classifier of one label a text with its vocabulary, to read DATA with",
      where: name,
      next: `${whole}: leave DATA out, and the network alone is looked at.`,
    });
  }
  const { vectorizer, length, labels, threshold, training } = classifier;
  return {
    ...{ model, vectorizer, length, labels, threshold, training },
    ...(data === undefined ? {} : { texts: await readTexts(data, vectorizer.frontEnd, flags) }),
    ...(flags.test === undefined ? {} : { test: await readTexts(flags.test, vectorizer.frontEnd, flags) }),
  };
}

/** Of one label a text: saved as one, or a network alone with its vocabulary. */
function classifierOf({ model, classifier, reader, name }: Opened): TextClassifier | null {
  const ids = idsOf(reader);
  if (classifier || !reader || !ids || !endsInProbabilities(model) || isTextModel(reader)) return classifier;
  const { vectorizer, length } = ids;
  return assembleClassifier(model, { vectorizer, length, labels: reader.labels }, name);
}

/** What `train` would begin with: a vocabulary of DATA's words, as large as the script's Embedding. */
async function subjectOfScript(model: Model, data: string, flags: Flags): Promise<Subject> {
  const { padding: side = "pre" } = flags;
  const embedding = model.layers.find(readsIds);
  if (!embedding) {
    throw inputError({ expected: "a network that begins with an Embedding, to read DATA with", where: data });
  }
  const texts = await readTexts(data, { frontEnd: "tokenizer", segment: "auto" }, flags);
  const { frontEnd } = texts.corpus.texts;
  const { inputDim: size } = embedding.options as { inputDim: number };
  const vectorizer = texts.corpus.texts.build({ size, padding: side, truncating: side });
  return {
    ...{ model, vectorizer, texts, labels: texts.corpus.labels() },
    length: model.inputShapes[0]?.[0] ?? UNSAID_LENGTH,
    ...(flags.test === undefined ? {} : { test: await readTexts(flags.test, frontEnd, flags) }),
  };
}

/** Words of each text that `train` reads where a script leaves it open. */
const UNSAID_LENGTH = 200;

async function readTexts(path: string, frontEnd: CorpusFrontEndOptions, flags: Flags): Promise<Texts> {
  return { corpus: (await readCorpus(path, flags, frontEnd)).corpus };
}

function doctorText(
  findings: readonly Finding[],
  opened: Opened,
  data: string | undefined,
  style: Style,
): string {
  const end = wrapToWidth(conclusion(findings, opened, data), WIDTH).join("\n");
  return findings.length === 0 ? end : `${findingsText(findings, style)}\n\n${end}`;
}

/** How much was found, and where was looked. */
function conclusion(findings: readonly Finding[], opened: Opened, data: string | undefined): string {
  const classifier = classifierOf(opened);
  const answers = isScript(opened) ? "how they are read" : "its answers, gates and gradients on them";
  const looked = [
    "the network",
    ...(classifier ? ["its vocabulary", ...(classifier.training ? ["its training"] : [])] : []),
    ...(data === undefined ? [] : ["the texts", answers]),
  ];
  const found = findings.length === 0 ? "Nothing found" : findingsSummary(findings);
  return `${found}. Looked at ${looked.join(", ")}.`;
}
