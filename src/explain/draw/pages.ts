/** Pages as others make them: the data are checked. */
import { textOf } from "../../base/arguments.js";
import { drawn } from "../../drawing/given.js";
import { ablationPage as ablations } from "./ablation-page.js";
import { doctorPage as findings } from "./doctor-page.js";
import { embeddingPage as embeddings } from "./embedding-page.js";
import { findPage as spans } from "./find-page.js";
import { twoModelsPage as twoModels } from "./two-models-page.js";
import { unitsPage as surveys } from "./units-page.js";

/** A page of data that an explanation gave. @param title whose it is, as the page says */
function paging<T>(page: (data: T, title: string) => string, where: string, made: string) {
  return drawn((data: T, title: string) => page(data, textOf(title, `${where} title`)), where, made);
}

/**
 * What `ablateUnits` gives as a self-contained HTML page.
 * @param study what it gave @param title whose units they are: "spam.keras"
 * @throws InputError for anything else
 */
export const ablationPage = paging(ablations, "ablationPage", "ablateUnits");
/**
 * What `checkup` gives as a self-contained HTML page.
 * @param found what it gave @param title what was looked at: "spam.keras"
 * @throws InputError for anything else
 */
export const doctorPage = paging(
  (found: Parameters<typeof findings>[0], title) => findings(found, title),
  "doctorPage",
  "checkup",
);
/**
 * What an Embedding learned as a self-contained HTML page: `{ table, map, words }`, of `wordTable`, `embeddingMap`, and the words whose
 * neighbours are shown, with what `nearestWords` gives.
 * @param view those @param title whose words they are: "spam.keras"
 * @throws InputError for anything else
 */
export const embeddingPage = paging(embeddings, "embeddingPage", "wordTable, embeddingMap and nearestWords");
/**
 * What `findSpans` gives as a self-contained HTML page.
 * @param found what it gave @param title whose units they are: "spam.keras"
 * @throws InputError for anything else
 */
export const findPage = paging(spans, "findPage", "findSpans");
/**
 * What `compareOnText` and `compareUnits` give as a self-contained HTML page: `{ names, text, data }`, null for what was not asked.
 * @throws InputError for anything else
 */
export const twoModelsPage = /* @__PURE__ */ drawn(
  twoModels,
  "twoModelsPage",
  "compareOnText and compareUnits",
);
/**
 * What `surveyUnits` gives as a self-contained HTML page to browse: every unit with what it goes with and where it is highest.
 * @param survey what it gave @param title whose units they are: "spam.keras"
 * @throws InputError for anything else
 */
export const unitsPage = paging(surveys, "unitsPage", "surveyUnits");
