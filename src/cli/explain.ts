/** cellstate explain …: see inside. One idea a subcommand. */
import type { Command } from "commander";
import { embeddingCommand } from "./explain/embedding.js";

export function explainCommand(program: Command): void {
  const explain = program.command("explain").description("see inside a model, on your own text");
  for (const add of [embeddingCommand]) add(explain);
  for (const command of explain.commands) command.exitOverride().showHelpAfterError();
}
