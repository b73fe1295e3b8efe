/** The declarations as C: kernels/kernels.h and kernels/dispatch.c, which scripts/generate-kernels.mjs writes. */
import { abiHash, KERNEL_NAMES, kernelFunction } from "./abi.js";
import { ACTIVATIONS } from "./activations.js";
import type { Argument } from "./declare.js";
import { expressionToC, namesIn, parseExpression, sizeFunction } from "./expression.js";
import { FAMILIES, type KernelName, kernelOf } from "./kernels.js";
import { ANY, CONSTANTS, dimensionsOf, FUNCTIONS } from "./sizes.js";

const LINE = 118;

/** Pieces in lines of at most LINE characters, those after the first indented. */
function wrap(pieces: readonly string[], indent: string): string {
  let line = "";
  const lines: string[] = [];
  for (const piece of pieces) {
    if (line !== "" && line.length + 1 + piece.length > LINE) {
      lines.push(line);
      line = indent + piece;
    } else line = line === "" ? piece : `${line} ${piece}`;
  }
  return [...lines, line].join("\n");
}

const argumentsOf = (name: KernelName) => Object.entries(kernelOf(name).arguments);

// ---- kernels.h ----------------------------------------------------------------------------------------------

const PREAMBLE = `/*
 * The kernels: the only interface between the arithmetic and everything else. Generated from the declarations in src/kernels
 * by scripts/generate-kernels.mjs.
 *
 * A kernel reads and writes the memory it is given and nothing else: it takes no memory, does no input or output and
 * keeps no state, so any number may run at once. Of each kernel it is said what it writes (whatever lay there), updates
 * (as gradients that accumulate) and reads, all of them floats, and how much working room it takes.
 *
 * Letters: B rows of the batch (of one shard), T time steps, I input features, U units, F features, V vocabulary,
 * N rows of a matrix, G groups. Sequences are time-major, [T][B][F]. Pointers are aligned to 4 bytes at least, scratch to
 * 64. "or NULL" marks what may be absent; [any] is a dimension that a kernel's own numbers do not tell.
 *
 * Recurrent cells: steps are numbered in processing order; with reverse = 1 step s reads x and mask at T−1−s, and outputs
 * stay in processing order, as Keras's go_backwards. Where mask is 0 the states carry through. h0, c0 are initial states,
 * zeros if NULL. dropX and dropH multiply x and h₋₁, constant over time: GX = 1 shares one mask of x between the gates, GX
 * = gates has one a gate. Inference keeps nothing for a backward pass. Its input is x, or ids with table = embedding ·
 * kernel + input bias, one row a word (x and kernel are then unused). With ids and no mask, paddedH and paddedC may give
 * the states after 1 … T steps of id 0 from zeros (h0, c0 NULL): rows that begin with so much padding are taken up there.
 *
 * Forward keeps of a gate its value, or what it activates, where its activation's slope does not follow from the value.
 *
 * Pooling: window s covers steps s·stride − before … + size − 1, those within 0 … T−1; never none.
 *
 * Losses: rowLoss = weight (NULL: 1) · loss, dOut = ∂(scale · Σ rowLoss)/∂out; with fromLogits out and dOut are those of
 * the last layer before its activation. Optimizers: scalars = learning rate, bias-corrected rate of this step.
 *
 * Results do not depend on the width of vectors: every output element is summed in one order, with fused multiply-add
 * wherever the machine has it (AVX2, AVX-512, NEON and relaxed WebAssembly agree to the bit).
 */
#ifndef CELLSTATE_KERNELS_H
#define CELLSTATE_KERNELS_H

#include <stdint.h>
`;

/** hardSigmoid2 is HARD_SIGMOID2. */
const constantName = (name: string) => kernelFunction(name).toUpperCase();

function constants(): string {
  const defines = Object.entries(CONSTANTS).map(
    ([name, { value, means }]) => `/* ${means} */\n#define ${name} ${value}\n`,
  );
  const activations = Object.entries(ACTIVATIONS).map(([name, { id }]) => `${constantName(name)} = ${id},`);
  return (
    `/* What a built engine must carry to be trusted with pointers: changes whenever this interface does. */\n` +
    `#define KERNELS_ABI ${abiHash()}u\n\n${defines.join("")}\n` +
    `/* Activations by number; their definitions are Keras 3's (src/kernels/activations.ts). */\n` +
    `enum {\n${wrap(["  ", ...activations], "  ").replace("   ", "  ")}\n};\n`
  );
}

const SIZES = `/* ---- sizes, in elements ---- */

/* Far more than any memory holds; products stop there instead of overflowing. */
#define SIZE_MOST (INT64_C(1) << 60)

static inline int64_t size_product(int64_t a, int64_t b) { return a > 0 && b > SIZE_MOST / a ? SIZE_MOST : a * b; }
static inline int64_t size_quotient(int64_t a, int64_t b) { return b == 0 ? 0 : a / b; }
static inline int64_t size_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t size_round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }
`;

function sharedSizes(): string {
  const functions = Object.entries(FUNCTIONS).map(
    ([name, { of, is, means }]) =>
      `/* ${wrap(means.split(" "), "   ")} */\n${inlineFunction(sizeFunction(name), of, is)}`,
  );
  return functions.join("\n");
}

/** A function of sizes. */
function inlineFunction(name: string, of: readonly string[], is: string): string {
  const parameters = of.map((one) => `int64_t ${one}`).join(", ");
  const body = wrap(`return ${elementsInC(is)};`.split(" "), "    ");
  return `static inline int64_t ${name}(${parameters}) {\n  ${body}\n}\n`;
}

const shapeText = (shape: string) =>
  dimensionsOf(shape)
    .map((dimension) => `[${dimension}]`)
    .join("");

/** "writes out [N][U]; reads x [N][I], bias [U] or NULL; scratch" in pieces to wrap. */
function bufferList(name: KernelName): string[] {
  const groups = new Map<string, string[]>();
  for (const [field, argument] of argumentsOf(name)) {
    if (!("shape" in argument)) continue;
    const group =
      argument.kind === "reals" ? argument.access : argument.kind === "words" ? "reads" : "scratch";
    const absent = argument.kind === "reals" && argument.optional ? " or NULL" : "";
    // How much is for the function that follows to say.
    const text = argument.kind === "scratch" ? "" : ` ${field} ${shapeText(argument.shape)}`;
    groups.set(group, [...(groups.get(group) ?? []), text + absent]);
  }
  const lists = [...groups].map(([group, texts]) => group + texts.join(","));
  return lists.join("; ").split(" ");
}

const TYPES: Record<Exclude<Argument["kind"], "reals">, string> = {
  scratch: "float *",
  words: "const uint32_t *",
  whole: "int32_t ",
  flag: "int32_t ",
  word: "uint32_t ",
  real: "float ",
};

function typeOf(argument: Argument): string {
  if (argument.kind !== "reals") return TYPES[argument.kind];
  return argument.access === "reads" ? "const float *" : "float *";
}

function declaration(name: KernelName): string {
  const { does } = kernelOf(name);
  const comment = `/* ${wrap(does.split(" "), "   ")}\n   ${wrap(bufferList(name), "   ")} */`;
  const start = `void ${kernelFunction(name)}(`;
  const parameters = argumentsOf(name).map(([field, argument]) => `${typeOf(argument)}${field},`);
  const [first, ...rest] = parameters;
  const text = wrap([start + first, ...rest], " ".repeat(start.length)).replace(/,$/, ");");
  return `${comment}\n${text}\n${scratchFunction(name)}`;
}

/** The size of a kernel's working room as a function of its numbers, or nothing. */
function scratchFunction(name: KernelName): string {
  const room: Argument | undefined = kernelOf(name).arguments["scratch"];
  if (room?.kind !== "scratch") return "";
  return inlineFunction(`${kernelFunction(name)}_scratch`, numbersIn(room.shape, name), room.shape);
}

/** The kernel's own numbers that a shape speaks of, in the order of the arguments. */
function numbersIn(shape: string, name: KernelName): string[] {
  const spoken = new Set(dimensionsOf(shape).flatMap((dimension) => namesIn(parseExpression(dimension))));
  return argumentsOf(name)
    .map(([field]) => field)
    .filter((field) => spoken.has(field));
}

function elementsInC(shape: string): string {
  return dimensionsOf(shape)
    .map((dimension) => (dimension === ANY ? "1" : expressionToC(parseExpression(dimension))))
    .reduce((left, right) => `size_product(${left}, ${right})`);
}

export function kernelsHeader(): string {
  const families = Object.entries(FAMILIES).map(([family, kernels]) => {
    const title = `/* ---- ${family} `;
    const declarations = (Object.keys(kernels) as KernelName[]).map(declaration);
    return `${title}${"-".repeat(LINE - 3 - title.length)} */\n\n${declarations.join("\n")}`;
  });
  return [PREAMBLE, constants(), SIZES, sharedSizes(), ...families, "#endif\n"].join("\n");
}

// ---- dispatch.c ---------------------------------------------------------------------------------------------

function dispatchCase(name: KernelName, id: number): string {
  const argument = ([, { kind }]: [string, Argument], i: number) => {
    if (kind === "reals" || kind === "scratch") return `REALS(${i})`;
    if (kind === "words") return `WORDS(${i})`;
    return kind === "real" ? `real(a[${i}])` : kind === "word" ? `(uint32_t)a[${i}]` : `a[${i}]`;
  };
  const call = `${kernelFunction(name)}(`;
  const list = argumentsOf(name).map((one, i) => `${argument(one, i)},`);
  const text = wrap([`        ${call}${list[0]}`, ...list.slice(1)], " ".repeat(8 + call.length));
  const lines = [
    `      case ${id}:`,
    `        CHECK(${kernelFunction(name)});`,
    text.replace(/,$/, ");"),
    `        from += ${list.length + 1};`,
    "        break;",
  ];
  return `${lines.join("\n")}\n`;
}

/** Every number of a call within its kind, every pointer within the memory; scratch on a cache line. */
function checkFunction(name: KernelName): string {
  const kernel = kernelFunction(name);
  const list = argumentsOf(name);
  const read = new Set(list.flatMap(([, a]) => ("shape" in a ? numbersIn(a.shape, name) : [])));
  const numbers = list.flatMap(([field, { kind }], i) => {
    if (kind !== "whole" && kind !== "flag") return [];
    const local = read.has(field) ? [`  const int64_t ${field} = a[${i}];`] : [];
    return [...local, `  check_${kind}("${kernel}", "${field}", a[${i}]);`];
  });
  const buffers = list.flatMap(([field, argument], i) => {
    if (!("shape" in argument)) return [];
    const optional = argument.kind === "reals" && argument.optional ? 1 : 0;
    const alignment = argument.kind === "scratch" ? 64 : 4;
    const where = `(Checked){"${kernel}", "${field}", ${alignment}, ${optional}}`;
    const elements =
      argument.kind === "scratch"
        ? `${kernel}_scratch(${numbersIn(argument.shape, name).join(", ")})`
        : elementsInC(argument.shape);
    return [`  check_buffer(${where}, a[${i}], ${elements}, bytes);`];
  });
  const body = [...numbers, ...buffers].join("\n");
  return `static void check_${kernel}(const int32_t *a, uint64_t bytes) {\n${body}\n}\n\n`;
}

/** What `write` writes of each kernel, in order; of those that only training calls, not in builds for inference. */
function ofKernels(write: (name: KernelName, id: number) => string): string {
  let guarded = false;
  const texts = KERNEL_NAMES.map((name, id) => {
    const { training } = kernelOf(name);
    const guard = training === guarded ? "" : training ? "#ifndef KERNELS_INFERENCE\n" : "#endif\n";
    guarded = training;
    return guard + write(name, id);
  });
  return texts.join("") + (guarded ? "#endif\n" : "");
}

export function dispatchSource(): string {
  return `/* Runs encoded calls. Generated from the declarations in src/kernels by scripts/generate-kernels.mjs. */
#include "checked.h"
#include "kernels.h"

#define REALS(i) ((float *)(a[i] ? memory + (uint32_t)a[i] : 0))
#define WORDS(i) ((const uint32_t *)(a[i] ? memory + (uint32_t)a[i] : 0))

static float real(int32_t bits) {
  union { int32_t bits; float value; } word = {bits};
  return word.value;
}

#ifdef KERNELS_CHECKED
#define CHECK(kernel) check_##kernel(a, memory_bytes(bytes))

${ofKernels(checkFunction)}#else
#define CHECK(kernel)
#endif

void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory, uintptr_t bytes);

/* Runs the calls of one task, from program[starts[task]] to program[starts[task + 1]]: each a kernel's number, then its
   arguments; pointers are offsets into memory, 0 is NULL. \`bytes\` is the memory's length, which WebAssembly knows itself. */
void run_task(const int32_t *program, const int32_t *starts, int32_t task, uintptr_t memory, uintptr_t bytes) {
  const int32_t *from = program + starts[task], *to = program + starts[task + 1];
  (void)bytes;
  while (from < to) {
    const int32_t *a = from + 1;
    switch (*from) {
${ofKernels(dispatchCase)}      default:
        __builtin_trap();
    }
  }
}
`;
}
