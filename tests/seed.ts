/** Loaded before every test file: properties are tried on the same cases each time, unless another seed is asked for. */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["CELLSTATE_FUZZ_SEED"] ?? 1) });
