/** All that answering takes, wherever it listens: models, tokens, numbers, and whether it ends. */
import { Bodies } from "./bodies.js";
import { countedBy, type Metrics, UNCOUNTED } from "./metrics.js";
import type { ServedModels, Settings } from "./options.js";
import { tooMuch } from "./refusal.js";
import { namedModels, type OnShelf, Shelf } from "./shelf.js";
import type { Question } from "./tensors.js";
import { Tokens } from "./tokens.js";

/** The numbers of all processes that serve together. */
export type Together = () => Promise<string>;

/** Models that are being served. */
export class Serving {
  readonly settings: Settings;
  readonly shelf: Shelf;
  readonly tokens: Tokens | null;
  readonly bodies: Bodies;
  /** Null where nobody counts. */
  readonly metrics: Metrics | null;
  /** Set when it ends: what was taken is answered, and nothing more is taken. */
  isStopping = false;

  private constructor(
    settings: Settings,
    { shelf, tokens, bodies, metrics }: Pick<Serving, "shelf" | "tokens" | "bodies" | "metrics">,
  ) {
    this.settings = settings;
    this.bodies = bodies;
    this.shelf = shelf;
    this.tokens = tokens;
    this.metrics = metrics;
    tokens?.watch();
  }

  /** Opens models and tokens. @throws InputError for one that cannot be served, and where prom-client is missing */
  static async open(models: ServedModels, settings: Settings, where: string): Promise<Serving> {
    const named = namedModels(models, where);
    const { tokenFile, onLog } = settings;
    const tokens = tokenFile === null ? null : await Tokens.read(tokenFile, onLog);
    let shelf: Shelf | undefined;
    const bodies = new Bodies(settings);
    const gauges = { queue: () => shelf?.queue.rows ?? 0, bodies: () => bodies.held };
    const metrics = settings.metrics ? await countedBy(gauges) : null;
    shelf = await Shelf.open(named, settings, metrics ?? UNCOUNTED);
    return new Serving(settings, { shelf, tokens, bodies, metrics });
  }

  /**
   * Asks a model.
   * @param onTaken given what drops the question
   * @throws Refusal for more than is taken
   */
  ask(
    { served, batcher }: OnShelf,
    question: Question,
    rows: number,
    onTaken: (drop: () => void) => void,
  ): Promise<unknown[]> {
    this.#check(question, rows);
    const prepared = served.prepared?.(question, this.settings.maxBody) ?? question;
    return batcher.ask(prepared, rows, served.keyOf(prepared), onTaken);
  }

  /** @throws Refusal (413) */
  #check(question: Question, rows: number): void {
    const { maxTexts, maxCharacters } = this.settings;
    if (rows > maxTexts)
      throw tooMuch(`${rows} texts or rows`, `${maxTexts} a request`, "Send them in parts");
    if ("texts" in question) {
      const at = question.texts.findIndex(({ length }) => length > maxCharacters);
      if (at < 0) return;
      const has = `text ${at + 1} of ${question.texts[at]!.length} characters`;
      throw tooMuch(has, `${maxCharacters} a text`, "Cut it");
    }
    for (const { data } of question.inputs) {
      if (data.length <= maxCharacters * rows) continue;
      throw tooMuch(`${data.length / rows} numbers a row`, `${maxCharacters}`, "Send shorter rows");
    }
  }

  /** Takes no more; what waits for others is asked now. */
  finish(): void {
    this.isStopping = true;
    this.shelf.finish();
  }

  /** Frees what it opened. */
  dispose(): void {
    this.isStopping = true;
    this.tokens?.dispose();
    this.shelf.dispose();
  }
}
