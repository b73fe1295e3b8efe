/**
 * What options are called elsewhere, so that one who writes a name of Keras, TensorFlow.js, PyTorch or scikit-learn is
 * told the name here; and whose options those are that belong to something else.
 */

/** A name without what differs between languages: batch_size, batchSize and batch-size are one. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[_\-\s]/g, "");

/** By the name here, plain names elsewhere. One that may mean several is listed with each: what is known decides. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  learningRate: "lr eta eta0 learningrateinit",
  initialLearningRate: "lr learningrate",
  minLearningRate: "minlr",
  weightDecay: "decay l2",
  epsilon: "eps",
  clipnorm: "maxgradnorm",
  optimizer: "optim solver",
  loss: "criterion lossfn",
  metrics: "metric scoring",
  epochs: "nepochs numepochs nbepoch maxepochs maxiter",
  batchSize: "bs",
  testSplit: "testsize",
  validationSplit: "testsize valsplit valsize validationfraction",
  validationData: "evalset valdata",
  classWeight: "balance",
  balance: "classweight classweights",
  patience: "earlystopping niternochange",
  seed: "randomstate randomseed",
  threads: "njobs workers numworkers",
  engine: "device backend",
  vocabulary: "numwords vocabsize maxfeatures maxtokens",
  size: "numwords vocabsize maxfeatures maxtokens",
  inputDim: "numwords vocabsize maxfeatures maxtokens numembeddings",
  length: "maxlen maxlength seqlength sequencelength outputsequencelength inputlength",
  inputLength: "maxlen maxlength seqlength sequencelength",
  outputSequenceLength: "maxlen maxlength seqlength sequencelength",
  outputDim: "embeddingdim embeddim",
  truncating: "truncation",
  units: "hidden hiddensize hiddendim numunits nunits outfeatures",
  filters: "numfilters outchannels",
  rate: "p dropout dropoutrate",
  dropout: "p dropoutrate",
  useBias: "bias",
  kernelRegularizer: "l2 regularizer",
  negativeSlope: "alpha",
  shape: "inputshape batchinputshape",
};

/** Options of something else, by their names here, and what is said of one where it is none of those known. */
type Place = [options: string, advice: (option: string, known: readonly string[]) => string];

const ofOptimizer =
  (name: string): Place[1] =>
  (option, known) =>
    `It goes into ${known.includes("optimizer") ? "the" : "compile's"} optimizer: optimizers.${name}({ ${option} }).`;

/** Where a model may be given, its layers may be one's own. */
const ofLayer =
  (name: string): Place[1] =>
  (option, known) =>
    `${known.includes("model") ? "A model of one's own has it" : "It is another layer's"}: layers.${name}({ ${option} }).`;

/** Made when they are asked for, so that bundles without options leave them out. */
const places = (): Place[] => [
  ["learningRate weightDecay clipnorm beta1 beta2", ofOptimizer("adam")],
  ["momentum nesterov", ofOptimizer("sgd")],
  ["optimizer loss metrics", () => "model.compile takes it."],
  [
    "epochs batchSize validationSplit validationData shuffle callbacks classWeight",
    () => "model.fit takes it.",
  ],
  [
    "units",
    (option, known) =>
      known.includes("part")
        ? "Units are named in lists: groups: [[0], [3, 4]]."
        : ofLayer("lstm")(option, known),
  ],
  ["dropout recurrentDropout", ofLayer("lstm")],
  ["outputDim", ofLayer("embedding")],
  ["shape", ofLayer("input")],
  ["seed threads engine", (option) => `A model takes it: sequential([…], { ${option} }).`],
  ["weights", () => "model.setWeights takes them."],
  [
    "verbose",
    (_, known) =>
      known.includes("callbacks")
        ? "Callbacks are told: callbacks: [{ onEpochEnd(progress, logs) { … } }]."
        : "Leave it out: nothing is printed.",
  ],
  ["unroll dtype compile customObjects stepsPerEpoch", () => "Leave it out: it has no counterpart here."],
];

/** Whether `name` is how others call an option. */
const isCalled = (name: string, option: string): boolean =>
  plainName(name) === plainName(option) ||
  (Object.hasOwn(OTHER_NAMES, option) && OTHER_NAMES[option]!.split(" ").includes(plainName(name)));

/** The option among the known that others call so. */
export const nameAmong = (name: string, known: readonly string[]): string | undefined =>
  known.find((option) => isCalled(name, option));

/** What is said of an option that is none of the known: its name among them, or else who takes it; nothing where nobody does. */
export function adviceOn(name: string, known: readonly string[]): string | undefined {
  const meant = nameAmong(name, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  for (const [options, advice] of places()) {
    const option = options.split(" ").find((one) => isCalled(name, one));
    if (option !== undefined) return advice(option, known);
  }
  return undefined;
}
