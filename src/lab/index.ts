/**
 * Classic long-memory experiments: can this cell keep one thing in mind over so many steps?
 * @module cellstate/lab
 */
export type { PictureOptions } from "../drawing/canvas.js";
export { svgText } from "../drawing/given.js";
export { PICTURE_STYLE } from "../drawing/picture-style.js";
export { PICTURE_TOKENS, type TokenName } from "../drawing/tokens.js";
export { CELL_CLASSES, CELL_NAMES, type CellName } from "./cells.js";
export type { Job } from "./learn.js";
export { type LabTable, labPage, labPicture, labTable } from "./pictures.js";
export type { LabProgress } from "./pool.js";
export type {
  LabCell,
  LabEntry,
  LabResult,
  LabRun,
  LabSettings,
  LabSizes,
  SettingSource,
  Spread,
} from "./result.js";
export { type LabOptions, runLab } from "./run.js";
export type { GateStart, Setting, SweepName } from "./setting.js";
export type { AnswerKind, LabTask, TaskDefaults, TaskSizes, TaskSource } from "./task.js";
export { TASKS, taskNamed } from "./tasks/index.js";
