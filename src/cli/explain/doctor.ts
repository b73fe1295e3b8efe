/** cellstate explain doctor MODEL [DATA]: known traps, before time is wasted on them. */
import type { Command } from "commander";
import { readLabelledPath } from "../../data/node-source.js";
import { wrapToWidth } from "../../display/text.js";
import { inputError } from "../../errors.js";
import { checkup, type Finding, type Subject, type Texts } from "../../explain/doctor/index.js";
import { Corpus } from "../../text/corpus.js";
import { type EngineFlags, engineOptions, note, say } from "../context.js";
import { type ColumnFlags, columnFlags } from "../data.js";
import { type Style, styleFor, WIDTH } from "../terminal.js";
import { findingsSummary, findingsText } from "../ui/findings.js";
import { type Opened, openModel } from "./open.js";

interface Flags extends EngineFlags, ColumnFlags {
  test?: string;
  json?: boolean;
}

export function doctorCommand(explain: Command): void {
  const command = explain
    .command("doctor")
    .description("known traps in a model, its data and its training, with evidence and remedy")
    .argument("<model>", "a model file; one that train saved knows its words and labels")
    .argument("[data]", "labelled texts that it learns from or is judged by")
    .option("--test <data>", "test texts, to look for among those of DATA")
    .option("--json", "the findings as one JSON object");
  engineOptions(columnFlags(command)).action(async (file: string, data: string | undefined, flags: Flags) => {
    const opened = await openModel(file, flags);
    const findings = checkup(await subjectOf(opened, data, flags));
    say(
      flags.json
        ? JSON.stringify({ model: file, data: data ?? null, findings })
        : doctorText(findings, opened, data, styleFor(process.stdout)),
    );
  });
}

async function subjectOf(
  { model, classifier, name }: Opened,
  data: string | undefined,
  flags: Flags,
): Promise<Subject> {
  if (!classifier) {
    if (data === undefined) return { model };
    throw inputError({
      expected: "a classifier with its vocabulary and labels, to read DATA with",
      where: name,
      next: "This file holds a network only: leave DATA out, and the network alone is looked at.",
    });
  }
  if (flags.test !== undefined && data === undefined) {
    throw inputError({ expected: "DATA before --test, to look for the test texts in", where: "doctor" });
  }
  const { vectorizer, length, labels, threshold, training } = classifier;
  const read = async (path: string): Promise<Texts> => {
    const rows = await readLabelledPath(path, flags);
    note(`${path}: ${rows.description.found}`);
    return { corpus: await Corpus.read(rows, vectorizer.frontEnd) };
  };
  return {
    ...{ model, vectorizer, length, labels, threshold, training },
    ...(data === undefined ? {} : { texts: await read(data) }),
    ...(flags.test === undefined ? {} : { test: await read(flags.test) }),
  };
}

function doctorText(
  findings: readonly Finding[],
  { classifier }: Opened,
  data: string | undefined,
  style: Style,
): string {
  const looked = [
    "the network",
    ...(classifier ? ["its vocabulary", ...(classifier.training ? ["its training"] : [])] : []),
    ...(data === undefined ? [] : ["the texts", "its answers, gates and gradients on them"]),
  ];
  const scope = `Looked at ${looked.join(", ")}.`;
  if (findings.length === 0) return `Nothing found. ${scope}`;
  const summary = wrapToWidth(`${findingsSummary(findings)}. ${scope}`, WIDTH).join("\n");
  return `${findingsText(findings, style)}\n\n${summary}`;
}
