/** cellstate explain …: see inside. One idea a subcommand. */
import type { Command } from "commander";
import { attributeCommand } from "./explain/attribute.js";
import { cellCommand, compareCommand } from "./explain/cell.js";
import { doctorCommand } from "./explain/doctor.js";
import { embeddingCommand } from "./explain/embedding.js";
import { gradientCommand } from "./explain/gradient.js";
import { paramsCommand } from "./explain/params.js";
import { unrollCommand } from "./explain/unroll.js";

export function explainCommand(program: Command): void {
  const explain = program.command("explain").description("see inside a model, on your own text");
  const commands = [
    paramsCommand,
    cellCommand,
    compareCommand,
    unrollCommand,
    gradientCommand,
    attributeCommand,
    embeddingCommand,
    doctorCommand,
  ];
  for (const add of commands) add(explain);
  for (const command of explain.commands) command.exitOverride().showHelpAfterError();
}
