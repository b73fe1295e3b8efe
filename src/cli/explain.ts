/** cellstate explain …: see inside. One idea a subcommand. */
import type { Command } from "commander";
import { addCommands, type CommandTable } from "./context.js";

const COMMANDS: CommandTable = {
  params: async () => (await import("./explain/params.js")).paramsCommand,
  cell: async () => (await import("./explain/cell.js")).cellCommand,
  compare: async () => (await import("./explain/compare.js")).compareCommand,
  unroll: async () => (await import("./explain/unroll.js")).unrollCommand,
  gradient: async () => (await import("./explain/gradient.js")).gradientCommand,
  attribute: async () => (await import("./explain/attribute.js")).attributeCommand,
  embedding: async () => (await import("./explain/embedding.js")).embeddingCommand,
  units: async () => (await import("./explain/units.js")).unitsCommand,
  find: async () => (await import("./explain/find.js")).findCommand,
  ablate: async () => (await import("./explain/ablate.js")).ablateCommand,
  probe: async () => (await import("./explain/probe.js")).probeCommand,
  doctor: async () => (await import("./explain/doctor.js")).doctorCommand,
};

export async function explainCommand(program: Command, [command]: readonly string[]): Promise<void> {
  const explain = program.command("explain").description("see inside a model, on your own text");
  await addCommands(explain, COMMANDS, command);
}
