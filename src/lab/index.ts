/**
 * Classic long-memory experiments: can this cell keep one thing in mind over so many steps?
 * @module cellstate/lab
 */
export type { Job } from "./learn.js";
export { CELL_CLASSES, CELL_NAMES, type CellName, type GateStart } from "./network.js";
export type { LabCell, LabResult, LabRun, LabSettings } from "./result.js";
export { type LabOptions, type LabProgress, runLab } from "./run.js";
export type { AnswerKind, LabTask, TaskDefaults, TaskSizes, TaskSource } from "./task.js";
export { TASKS, taskNamed } from "./tasks/index.js";
