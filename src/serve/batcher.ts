/** Questions of many, asked together: gathered while others are answered, and answered in turns. */
import { busy, Refusal } from "./refusal.js";

/** What a model does with questions. */
export interface Answers<Question, Answer> {
  /** Rows `from … to−1` of a question. */
  cut(question: Question, from: number, to: number): Question;
  /** Rows as long as a question's that are asked together at most, whatever the batches' size. */
  most?(question: Question): number;
  /**
   * The answers to all rows of some questions, one after another.
   * @param first the number that messages call the first row, where there is one question
   */
  answer(questions: readonly Question[], first: number): readonly Answer[] | Promise<readonly Answer[]>;
}

/** Rows that wait, of all models of a server. */
export interface Queue {
  rows: number;
  /** Rows that may wait; one question is taken whatever its size. */
  readonly most: number;
}

/** How questions are gathered. */
export interface Gathering {
  /** Rows that are answered together. */
  readonly size: number;
  /** Milliseconds that the first of them waits for more; 0: for those that came with it. */
  readonly wait: number;
  readonly queue: Queue;
  /** Told of every batch. */
  onBatch?(rows: number, seconds: number): void;
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly rows: number;
  readonly key: string;
  readonly since: number;
  /** Rows that were put to the model. */
  asked: number;
  readonly answers: Answer[];
  resolve(answers: Answer[]): void;
  reject(error: unknown): void;
}

/** A part of a question that is asked in a batch. */
interface Part<Question, Answer> {
  readonly of: Waiting<Question, Answer>;
  readonly question: Question;
  readonly first: number;
  readonly rows: number;
}

/** Asks a model what many want to know. Rows are independent: who else asks changes no answer. */
export class Batcher<Question, Answer> {
  readonly #model: Answers<Question, Answer>;
  readonly #gathering: Gathering;
  readonly #waiting: Waiting<Question, Answer>[] = [];
  #rows = 0;
  #due: NodeJS.Timeout | NodeJS.Immediate | null = null;
  #isAtOnce = false;
  #isAsking = false;
  #isFinishing = false;
  #whenIdle: (() => void)[] = [];

  constructor(model: Answers<Question, Answer>, gathering: Gathering) {
    this.#model = model;
    this.#gathering = gathering;
  }

  /**
   * The answers to a question, a row each.
   * @param key questions of one key may be asked together
   * @param onTaken given what drops the question: for whom nobody waits any more
   * @throws Refusal (429) where too many wait
   */
  ask(
    question: Question,
    rows: number,
    key: string,
    onTaken?: (drop: () => void) => void,
  ): Promise<Answer[]> {
    if (rows === 0) return Promise.resolve([]);
    const { queue } = this.#gathering;
    if (queue.rows > 0 && queue.rows + rows > queue.most) throw busy(queue.rows, queue.most);
    queue.rows += rows;
    this.#rows += rows;
    return new Promise((resolve, reject) => {
      const since = performance.now();
      const one = { question, rows, key, since, asked: 0, answers: [], resolve, reject };
      this.#waiting.push(one);
      onTaken?.(() => this.#end(one, () => reject(new Refusal(499, "Nobody waits for the answer."))));
      this.#schedule();
    });
  }

  /** Nobody else will ask: what waits for others is asked now. Resolves when nothing waits. */
  finish(): Promise<void> {
    this.#isFinishing = true;
    this.#schedule();
    if (this.#waiting.length === 0 && !this.#isAsking) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Asks at the end of this turn of the event loop, or when the first has waited long enough. */
  #schedule(): void {
    if (this.#isAsking || this.#waiting.length === 0) return;
    const { size, wait } = this.#gathering;
    const left = wait - (performance.now() - this.#waiting[0]!.since);
    const isAtOnce = this.#isFinishing || left <= 0 || this.#rows >= size;
    if (this.#due !== null) {
      if (this.#isAtOnce || !isAtOnce) return;
      clearTimeout(this.#due as NodeJS.Timeout);
    }
    this.#isAtOnce = isAtOnce;
    this.#due = isAtOnce ? setImmediate(() => this.#turn()) : setTimeout(() => this.#turn(), left);
  }

  /** One batch; the event loop has its turn before the next. */
  async #turn(): Promise<void> {
    this.#due = null;
    const parts = this.#next();
    if (parts.length > 0) {
      this.#isAsking = true;
      const began = performance.now();
      const asked = this.#asked(parts);
      if (asked) await asked;
      const rows = parts.reduce((sum, part) => sum + part.rows, 0);
      this.#gathering.onBatch?.(rows, (performance.now() - began) / 1000);
      this.#isAsking = false;
    }
    if (this.#waiting.length > 0) return this.#schedule();
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** The rows of the next batch. A question that is longer than it goes behind those that wait. */
  #next(): Part<Question, Answer>[] {
    const { size } = this.#gathering;
    const [head] = this.#waiting;
    if (!head) return [];
    const parts: Part<Question, Answer>[] = [];
    let room = Math.min(size, this.#model.most?.(head.question) ?? size);
    for (const one of this.#waiting) {
      if (room === 0) break;
      if (one.key !== head.key) continue;
      const part = this.#part(one, Math.min(room, one.rows - one.asked));
      room -= part.rows;
      parts.push(part);
    }
    const last = parts.at(-1)!.of;
    if (last.asked < last.rows) {
      this.#waiting.splice(this.#waiting.indexOf(last), 1);
      this.#waiting.push(last);
    }
    return parts;
  }

  #part(of: Waiting<Question, Answer>, rows: number): Part<Question, Answer> {
    const first = of.asked;
    of.asked += rows;
    const isWhole = rows === of.rows;
    const question = isWhole ? of.question : this.#model.cut(of.question, first, of.asked);
    return { of, question, first, rows };
  }

  /** Puts a batch to the model. What fails is asked again by itself, so that it fails for who asked it alone. */
  #asked(parts: readonly Part<Question, Answer>[]): Promise<void> | undefined {
    const questions = parts.map(({ question }) => question);
    const given = (answers: readonly Answer[]) => this.#give(parts, answers);
    const failed = (error: unknown): Promise<void> | undefined => {
      const [only] = parts;
      if (parts.length > 1) return this.#askedApart(parts);
      this.#end(only!.of, () => only!.of.reject(error));
      return undefined;
    };
    try {
      const answers = this.#model.answer(questions, parts[0]!.first + 1);
      if (answers instanceof Promise) return answers.then(given, failed);
      given(answers);
    } catch (error) {
      return failed(error);
    }
    return undefined;
  }

  async #askedApart(parts: readonly Part<Question, Answer>[]): Promise<void> {
    for (const part of parts) await this.#asked([part]);
  }

  #give(parts: readonly Part<Question, Answer>[], answers: readonly Answer[]): void {
    let at = 0;
    for (const { of, rows } of parts) {
      for (let row = 0; row < rows; row++) of.answers.push(answers[at++]!);
      if (of.answers.length === of.rows) this.#end(of, () => of.resolve(of.answers));
    }
  }

  /** Takes a question out, once. */
  #end(one: Waiting<Question, Answer>, settle: () => void): void {
    const at = this.#waiting.indexOf(one);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.#rows -= one.rows;
    this.#gathering.queue.rows -= one.rows;
    settle();
  }
}
