/** The server's own JSON: texts in, answers out, as the library gives them. */
import { inputError, knownOptions } from "../base/errors.js";
import { isFields } from "./tensors.js";

/** What is asked of the server. */
export interface PredictRequest {
  texts: readonly string[];
  /** Which model; left out where there is one. */
  model: string | undefined;
}

const EXAMPLE = '{"texts": ["…"]}';

/** @throws InputError where it is none */
export function readPredict(body: unknown): PredictRequest {
  if (!isFields(body)) {
    throw inputError({ expected: `an object, as ${EXAMPLE}`, where: "the request", received: body });
  }
  knownOptions(body, ["texts", "model"], "the request");
  const { texts, model } = body;
  if (!Array.isArray(texts)) {
    const expected = typeof texts === "string" ? `a list, as ${EXAMPLE}` : `a list of texts, as ${EXAMPLE}`;
    throw inputError({ expected, where: "texts", received: texts ?? null });
  }
  for (let i = 0; i < texts.length; i++) {
    if (typeof texts[i] === "string") continue;
    throw inputError({ expected: "a text", where: `texts[${i}]`, received: texts[i] as unknown });
  }
  if (model !== undefined && typeof model !== "string") {
    throw inputError({ expected: "a model's name", where: "model", received: model });
  }
  return { texts: texts as string[], model };
}
