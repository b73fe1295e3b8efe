/** From a communicator to a group: what several processes need is loaded where there are several. */
import type { Communicator } from "./communicator.js";
import type { ProcessGroup } from "./group.js";

/** The processes that work together; null where this one is alone. */
export async function groupOf(communicator: Communicator | undefined): Promise<ProcessGroup | null> {
  if (!communicator || communicator.size === 1) return null;
  const { ProcessGroup } = await import("./group.js");
  return new ProcessGroup(communicator);
}
