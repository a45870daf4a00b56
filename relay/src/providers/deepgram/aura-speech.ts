import type { SpeechEvent } from '../synthesizer.ts';
import type { SpokenClause } from './aura-line.ts';

/** Clauses in hand: the one being delivered and two ahead, so that the next is ready in time. */
const MAX_CLAUSES = 3;
/** Audio held for a reader who is slow, samples: ten seconds. More stays with the vendor. */
const MAX_HELD_SAMPLES = 240_000;

/** What speaks clauses: see `AuraLine`. */
export interface ClauseLine {
  readonly hasRoom: boolean;
  speak(clause: SpokenClause): void;
  pause(): void;
  resume(): void;
  retire(): void;
  release(): void;
}

export interface AuraSpeechOptions {
  readonly clauses: AsyncIterable<string>;
  readonly signal: AbortSignal;
  /** Opens a line for clauses from here on. */
  connect(
    onAudio: (clause: SpokenClause, samples: Int16Array) => void,
    onChange: () => void,
    onFailed: (error: unknown) => void,
  ): Promise<ClauseLine>;
}

/** One reply: feeds clauses to the vendor a little ahead of what is read, and hands on the speech. */
export class AuraSpeech {
  readonly #options: AuraSpeechOptions;
  readonly #clauses: SpokenClause[] = [];
  readonly #lines = new Set<ClauseLine>();
  readonly #wakes = new Set<() => void>();
  readonly #over = Promise.withResolvers<undefined>();
  #state: 'feeding' | 'fed' | 'over' = 'feeding';
  #failure: { readonly error: unknown } | undefined;
  #line: ClauseLine | undefined;
  #heldSamples = 0;
  #isPaused = false;

  constructor(options: AuraSpeechOptions) {
    this.#options = options;
  }

  async *events(): AsyncGenerator<SpeechEvent, void, undefined> {
    const { signal } = this.#options;
    const onAbort = () => this.#end();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) return;
      this.#feed().catch((error: unknown) => this.#fail(error));
      for (;;) {
        const clause = await this.#nextClause();
        if (clause === undefined) return;
        yield { type: 'clause-started', text: clause.text };
        yield* this.#audioOf(clause);
        if (this.#isOver) return;
        this.#clauses.shift();
        this.#wake();
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#end();
    }
  }

  get #isOver(): boolean {
    return this.#state === 'over';
  }

  async #nextClause(): Promise<SpokenClause | undefined> {
    for (;;) {
      if (this.#isOver) return undefined;
      if (this.#clauses.length > 0) return this.#clauses[0];
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#state === 'fed') return undefined;
      await this.#change();
    }
  }

  async *#audioOf(clause: SpokenClause): AsyncGenerator<SpeechEvent, void, undefined> {
    while (!this.#isOver) {
      const samples = clause.audio.shift();
      if (samples !== undefined) {
        this.#heldSamples -= samples.length;
        this.#balance();
        yield { type: 'speech-audio', samples };
      } else if (clause.isDone) return;
      else if (this.#failure !== undefined) throw this.#failure.error;
      else await this.#change();
    }
  }

  async #feed(): Promise<void> {
    const iterator = this.#options.clauses[Symbol.asyncIterator]();
    let isExhausted = false;
    try {
      for (;;) {
        while (!this.#isOver && this.#clauses.length >= MAX_CLAUSES) await this.#change();
        if (this.#isOver) return;
        const next = await Promise.race([iterator.next(), this.#over.promise]);
        if (next === undefined) return;
        isExhausted = next.done === true;
        if (isExhausted) break;
        await this.#speak(next.value);
      }
      if (this.#state === 'feeding') this.#state = 'fed';
      this.#wake();
    } finally {
      // A source that hangs would hang `return()` too.
      if (!isExhausted) void Promise.resolve(iterator.return?.()).catch(() => {});
    }
  }

  async #speak(text: string): Promise<void> {
    const isSpeakable = /[\p{L}\p{N}]/u.test(text);
    const clause: SpokenClause = { text, audio: [], isDone: !isSpeakable };
    this.#clauses.push(clause);
    this.#wake();
    if (!isSpeakable) return;
    if (this.#line?.hasRoom !== true) {
      this.#line?.retire();
      this.#line = undefined;
      const line = await this.#options.connect(
        (owner, samples) => this.#take(owner, samples),
        () => this.#wake(),
        (error) => this.#fail(error),
      );
      this.#lines.add(line);
      this.#line = line;
      if (this.#isOver) this.#end();
    }
    if (!this.#isOver) this.#line.speak(clause);
  }

  #take(clause: SpokenClause, samples: Int16Array): void {
    clause.audio.push(samples);
    this.#heldSamples += samples.length;
    this.#balance();
    this.#wake();
  }

  #balance(): void {
    if (!this.#isPaused && this.#heldSamples > MAX_HELD_SAMPLES) {
      this.#isPaused = true;
      for (const line of this.#lines) line.pause();
    } else if (this.#isPaused && this.#heldSamples < MAX_HELD_SAMPLES / 2) {
      this.#isPaused = false;
      for (const line of this.#lines) line.resume();
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #end(): void {
    this.#state = 'over';
    this.#over.resolve(undefined);
    for (const line of this.#lines) line.release();
    this.#lines.clear();
    this.#line = undefined;
    for (const clause of this.#clauses) clause.audio.length = 0;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakes) wake();
    this.#wakes.clear();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakes.add(resolve);
    });
  }
}
