/** The open model once more, in a worker of its own: what takes seconds is asked there, while the first one answers. */
import { createModel } from "cellstate/worker";
import { type AnyModel, subject } from "./subject.js";

let second: { of: AnyModel; model: Promise<AnyModel> } | null = null;

function end(): void {
  second?.model.then(
    (model) => model.close(),
    () => {},
  );
  second = null;
}

/** The second of that model, opened when it is first asked for. */
export function besides(model: AnyModel): Promise<AnyModel> {
  if (second?.of === model) return second.model;
  end();
  second = { of: model, model: createModel(model.file, { kind: model.kind }) as Promise<AnyModel> };
  return second.model;
}

subject.subscribe((now) => {
  if (second && now?.model !== second.of) end();
});
