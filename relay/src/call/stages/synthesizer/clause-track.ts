import {
  firstWords,
  heardWords,
  wordEnds,
  wordsHeardOf,
  wordStart,
  type ClauseTiming,
  type HeardPosition,
  wordRanges,
} from '@parley/shared/heard-words';

export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** How many words ahead in the text a word is looked for that the voice reports. */
const MAX_PASSED_OVER = 2;

/** A filler bridges a wait: it takes time, but it is not part of the answer. */
export type ClauseKind = 'answer' | 'filler' | 'apology';

/** A reply is a list of clauses; from here on none is recognised by its text. */
export interface WrittenClause {
  readonly text: string;
  readonly kind: ClauseKind;
}

export interface Clause extends WrittenClause {
  /** Counts from 0 within the reply. */
  readonly index: number;
}

/** Where the words of a clause lie in the reply's audio; grows while the clause is spoken. */
type Timing = { -readonly [key in keyof Omit<ClauseTiming, 'text'>]: ClauseTiming[key] };

type ClauseState =
  | { readonly kind: 'written' }
  /** A voice has it, and nothing of it went out. */
  | { readonly kind: 'handed' }
  /** Part of it went out. */
  | {
      readonly kind: 'begun';
      readonly timing: Timing;
      /** Audio that went out, ms from `timing.startMs`. */
      sentMs: number;
      /** Where the present voice began, ms from `timing.startMs`: its word times count from there. */
      voiceStartMs: number;
      /** Of the present voice. */
      words: WordFinder;
    }
  /** All of it went out; with no audio, it is there to be read. */
  | { readonly kind: 'delivered'; readonly timing: Timing };

interface TrackedClause extends Clause {
  state: ClauseState;
}

/**
 * The clauses of one reply between their author, the voices and the listener: each is read once,
 * handed over as often as it takes, and keeps its index. History, captions, failover and cost read
 * what was said and heard here.
 */
export class ClauseTrack {
  readonly #source: AsyncIterator<WrittenClause, unknown>;
  readonly #onWritten: (clause: Clause) => void;
  readonly #onDelivered: (clause: Clause) => void;
  readonly #clauses: TrackedClause[] = [];
  #reading: Promise<void> | undefined;
  #end: { readonly kind: 'open' | 'ended' } | { readonly kind: 'failed'; readonly error: unknown } =
    { kind: 'open' };
  #audioMs = 0;

  /**
   * @param onWritten - called with each clause when it is there
   * @param onDelivered - called with each clause when all of it went out, or is there to be read
   */
  constructor(
    source: AsyncIterable<WrittenClause>,
    onWritten: (clause: Clause) => void = () => {},
    onDelivered: (clause: Clause) => void = () => {},
  ) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onWritten = onWritten;
    this.#onDelivered = onDelivered;
  }

  /** Length of all audio that went out. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** Whether text is waited for. */
  get isReading(): boolean {
    return this.#reading !== undefined;
  }

  /** Whether the text itself broke off, which is not a voice's failure. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#end.kind === 'failed' ? this.#end : undefined;
  }

  /** The first clause that was not delivered to its end. */
  get position(): number {
    const open = this.#clauses.findIndex(({ state }) => state.kind !== 'delivered');
    return open < 0 ? this.#clauses.length : open;
  }

  /** Whether everything was written and delivered. */
  get isDelivered(): boolean {
    return this.#end.kind === 'ended' && this.position === this.#clauses.length;
  }

  /** A clause that is written by now. */
  peek(index: number): Clause | undefined {
    return this.#clauses[index];
  }

  /**
   * A clause, waited for if it is not written yet. One that was asked for by a voice that failed
   * meanwhile belongs to the next voice.
   *
   * @returns undefined at the end of the text. @throws what the text broke off with
   */
  async at(index: number): Promise<Clause | undefined> {
    while (this.#clauses.length <= index) {
      if (this.#end.kind === 'failed') throw this.#end.error;
      if (this.#end.kind === 'ended') return undefined;
      this.#reading ??= this.#read();
      await this.#reading;
    }
    return this.#clauses[index];
  }

  /** What is still to be spoken of a clause. */
  rest(index: number): { readonly text: string; readonly fromCharacter: number } {
    const { text } = this.#clauses[index]!;
    const fromCharacter = wordStart(text, this.#wordsSent(index));
    return { text: text.slice(fromCharacter), fromCharacter };
  }

  /** A voice has taken the clause. */
  handed(index: number): void {
    const clause = this.#clauses[index]!;
    if (clause.state.kind === 'written') clause.state = { kind: 'handed' };
  }

  /**
   * A voice begins the clause, or continues where another voice broke off: a word that was cut off
   * is said again from its start.
   *
   * @param msPerCharacter - how fast this voice speaks, until its words and length are known
   */
  begun(index: number, msPerCharacter: number): void {
    const clause = this.#clauses[index]!;
    const { state, text } = clause;
    const { text: rest, fromCharacter } = this.rest(index);
    const expectedMs = (rest.length + 1) * msPerCharacter;
    if (state.kind !== 'begun' || fromCharacter === 0) {
      clause.state = {
        kind: 'begun',
        timing: { startMs: this.#audioMs, audioMs: expectedMs, wordEndsMs: [] },
        sentMs: 0,
        voiceStartMs: 0,
        words: new WordFinder(text, 0),
      };
      return;
    }
    const { timing, sentMs } = state;
    const ends = wordEnds({ text, ...timing }).slice(0, this.#wordsSent(index));
    // Half a word went out after the last whole one: the words that follow begin behind it.
    ends[ends.length - 1] = sentMs;
    timing.wordEndsMs = ends;
    timing.audioMs = sentMs + expectedMs;
    state.voiceStartMs = sentMs;
    state.words = new WordFinder(text, fromCharacter);
  }

  /** Audio of the clause went out. */
  spoken(index: number, durationMs: number): void {
    this.#audioMs += durationMs;
    const { state } = this.#clauses[index]!;
    if (state.kind !== 'begun') return;
    state.sentMs += durationMs;
    // The voice may be slower than expected.
    state.timing.audioMs = Math.max(state.timing.audioMs, state.sentMs);
  }

  /** The voice reports the places of words in its audio of the clause. */
  timed(index: number, words: readonly TimedWord[]): void {
    const { state } = this.#clauses[index]!;
    if (state.kind !== 'begun') return;
    const ends = [...state.timing.wordEndsMs];
    for (const { text: word, startMs, endMs } of words) {
      const place = state.words.find(word);
      if (place === undefined) continue;
      const latestMs = () => ends.at(-1) ?? 0;
      // Words that the voice skipped ended before this one began.
      while (ends.length < place) ends.push(Math.max(latestMs(), state.voiceStartMs + startMs));
      ends[place] = Math.max(latestMs(), state.voiceStartMs + endMs);
    }
    state.timing.wordEndsMs = ends;
    state.timing.audioMs = Math.max(state.timing.audioMs, ends.at(-1) ?? 0);
  }

  /** All of the clause went out. */
  done(index: number): void {
    const clause = this.#clauses[index]!;
    if (clause.state.kind === 'begun') {
      const { timing, sentMs } = clause.state;
      timing.audioMs = sentMs;
      // A vendor's time beyond the audio would keep the clause from ever being heard.
      timing.wordEndsMs = timing.wordEndsMs.map((endMs) => Math.min(endMs, sentMs));
      this.#delivered(clause, timing);
    } else this.shown(index);
  }

  /** The clause is not spoken, or not any further: what no voice has said of it can be read. */
  shown(index: number): void {
    const clause = this.#clauses[index]!;
    const { state, text } = clause;
    if (state.kind === 'begun') {
      // Unspoken text does not count as heard while the rest of the audio still plays.
      const sent = this.#wordsSent(index);
      const ends = wordEnds({ text, ...state.timing });
      state.timing.wordEndsMs = ends.map((endMs, word) => (word < sent ? endMs : state.sentMs));
      this.done(index);
    } else this.#delivered(clause, { startMs: this.#audioMs, audioMs: 0, wordEndsMs: [] });
  }

  /** Where a clause lies in the reply's audio, as far as is known; undefined before it was begun. */
  timing(index: number): ClauseTiming | undefined {
    const { state, text } = this.#clauses[index]!;
    return 'timing' in state ? { text, ...state.timing } : undefined;
  }

  /** Which words were heard. @param playedMs - the playback position in the reply's audio */
  heard(playedMs: number): HeardPosition {
    return heardWords(this.#timings(), playedMs);
  }

  /** What was heard of the reply, fillers aside. @param playedMs - the playback position */
  heardText(playedMs: number): string {
    const { clause, words } = this.heard(playedMs);
    return this.#clauses
      .slice(0, clause + 1)
      .filter(({ kind }) => kind !== 'filler')
      .map(({ text, index }) => (index < clause ? text : firstWords(text, words)))
      .filter((text) => text !== '')
      .join(' ');
  }

  /** All that was written of the reply so far, fillers aside. */
  get writtenText(): string {
    return this.#clauses
      .filter(({ kind }) => kind !== 'filler')
      .map(({ text }) => text)
      .join(' ');
  }

  /** The text is not read any further. */
  close(): void {
    void Promise.resolve(this.#source.return?.()).catch(() => {});
  }

  /** The clauses begun or shown, up to the first that was not. */
  #timings(): readonly ClauseTiming[] {
    const end = this.#clauses.findIndex(({ state }) => !('timing' in state));
    const known = end < 0 ? this.#clauses : this.#clauses.slice(0, end);
    return known.map(({ index }) => this.timing(index)!);
  }

  #delivered(clause: TrackedClause, timing: Timing): void {
    clause.state = { kind: 'delivered', timing };
    this.#onDelivered(clause);
  }

  /** Words of a clause that went out whole. */
  #wordsSent(index: number): number {
    const { state, text } = this.#clauses[index]!;
    if (state.kind !== 'begun') return 0;
    const timing = { text, ...state.timing, startMs: 0 };
    return wordsHeardOf(timing, state.sentMs);
  }

  async #read(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done === true) this.#end = { kind: 'ended' };
      else {
        const clause = { ...next.value, index: this.#clauses.length };
        this.#clauses.push({ ...clause, state: { kind: 'written' } });
        this.#onWritten(clause);
      }
    } catch (error) {
      this.#end = { kind: 'failed', error };
    } finally {
      this.#reading = undefined;
    }
  }
}

/** A text of the relay's own. */
export async function* ownWords(text: string): AsyncGenerator<WrittenClause, void, undefined> {
  yield { text, kind: 'apology' };
}

/**
 * Finds a voice's words in the text of its clause, each after the one before it: vendors cut words
 * their own way. Each is looked for among the next few words only, because one that is spelled
 * otherwise must not be found at the end of the clause.
 */
class WordFinder {
  readonly #text: string;
  readonly #ranges: ReturnType<typeof wordRanges>;
  #foundTo: number;
  /** Words of the voice since the last one that was found. */
  #missed = 0;

  /** @param fromCharacter - where the voice began in the text */
  constructor(text: string, fromCharacter: number) {
    this.#text = text;
    this.#ranges = wordRanges(text);
    this.#foundTo = fromCharacter;
  }

  /** @returns which word of the text this one belongs to; undefined if it was not found */
  find(said: string): number | undefined {
    const word = said.trim();
    if (word === '') return undefined;
    const next = this.#ranges.findIndex(({ end }) => end > this.#foundTo);
    const last = this.#ranges[next + MAX_PASSED_OVER + this.#missed];
    const at = this.#text.slice(0, last?.end).indexOf(word, this.#foundTo);
    if (at < 0) {
      this.#missed++;
      return undefined;
    }
    this.#missed = 0;
    this.#foundTo = at + word.length;
    return this.#ranges.findIndex(({ end }) => end >= this.#foundTo);
  }
}
