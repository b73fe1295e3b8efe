/** What an automatic classifier tried and picked, as text. */
import { counted, percent } from "../../base/numbers.js";
import type { AutoRecord } from "../../classifier/options.js";
import { PLAIN, paragraph, type Style } from "../terminal.js";
import { table } from "./table.js";

export function autoText(auto: AutoRecord, style: Style = PLAIN): string {
  const { members, why, heldOut, useful, features, notes } = auto;
  const { before, after } = heldOut.calibrationError;
  const rows = members.map(({ name, accuracy, macroRecall, picked }) => [
    `${picked ? "✓" : " "} ${name}`,
    percent(accuracy),
    percent(macroRecall),
  ]);
  const lines = [
    style.bold("What was tried, on rows held out"),
    table([["  ", "accuracy", "mean recall"], ...rows]),
    ...paragraph(why),
    ...paragraph(
      `${counted(features, "n-gram")}; probabilities off by ${percent(after)} on average (${percent(before)} before they were scaled)`,
    ),
    ...notes.flatMap((text) => paragraph(`Note: ${text}.`)),
  ];
  if (!useful) lines.push("", ...uselessText(auto, style));
  return lines.join("\n");
}

/** Said loudly: an answer that is no better than none must not be taken for one. */
function uselessText({ heldOut }: AutoRecord, style: Style): string[] {
  return [
    style.bold("! This classifier has learned nothing that can be relied on."),
    ...paragraph(
      `On rows that it had not seen it was right in ${percent(heldOut.accuracy)}; always answering the largest label is right in ${percent(heldOut.majority)}. What to try: more rows of each label, above all of the rare ones; a look at whether the right columns were read as text and label (--text, --label); and whether a person could tell the labels apart by these texts.`,
    ),
  ];
}
