/** cellstate explain …: see inside. One idea a subcommand. */
import type { Command } from "commander";
import { doctorCommand } from "./explain/doctor.js";
import { embeddingCommand } from "./explain/embedding.js";

export function explainCommand(program: Command): void {
  const explain = program.command("explain").description("see inside a model, on your own text");
  for (const add of [embeddingCommand, doctorCommand]) add(explain);
  for (const command of explain.commands) command.exitOverride().showHelpAfterError();
}
