/**
 * cellstate/formats: models written for elsewhere. Each takes a model and gives bytes, text or files.
 * @module cellstate/formats
 */
export { type ModuleOptions, writeClassifierModule, writeModelModule } from "./formats/module/write.js";
export { type OnnxOptions, writeOnnx } from "./formats/onnx/write.js";
export { writeSafetensors } from "./formats/safetensors/write.js";
export { type TfjsOptions, writeTfjs } from "./formats/tfjs/write.js";
export { loadFile, loadModel, saveModel } from "./model/load.js";
export type { LoadOptions } from "./model/source.js";
