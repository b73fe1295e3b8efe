/** Classic long-memory experiments: can this cell keep one thing in mind over so many steps? */
export { CELL_CLASSES, CELL_NAMES, type CellName } from "./network.js";
export type { LabCell, LabResult, LabRun, LabSettings } from "./result.js";
export { type LabOptions, type LabProgress, runLab } from "./run.js";
export type { LabTask, TaskDefaults, TaskSource } from "./task.js";
export { TASKS, taskNamed } from "./tasks/index.js";
