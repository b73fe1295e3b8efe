/**
 * cellstate/formats: models written for elsewhere. Each takes a model and gives bytes, text or files.
 * @module cellstate/formats
 */
export { type LoadOptions, loadFile, loadModel } from "./load.js";
export { type ModuleOptions, writeClassifierModule, writeModelModule } from "./module/write.js";
export { type OnnxOptions, writeOnnx } from "./onnx/write.js";
export { writeSafetensors } from "./safetensors/write.js";
export { saveModel } from "./save.js";
export { type TfjsOptions, writeTfjs } from "./tfjs/write.js";
