/** Whether what can be taken along is shown. */
import { signal } from "@preact/signals";

export const exporting = signal(false);
