import { LRUCache } from 'lru-cache';
import { OVER } from '../../lib/abort-reason.ts';
import type { Clock } from '../../lib/clock.ts';
import { isRelayProvider } from '../provider.ts';
import type { SpeechEvent, SynthesisOptions, Synthesizer, Voice } from '../synthesizer.ts';
import { copyOf, PhraseRecording, type Phrase } from './phrase-recording.ts';
import { PhraseSource } from './phrase-source.ts';

export interface PhraseCacheOptions {
  readonly synthesizer: Synthesizer;
  /** Whole clauses, as they are handed over: apologies, fillers, greetings. */
  readonly phrases: Iterable<string>;
  /** Of audio. */
  readonly maxBytes?: number;
  readonly clock: Clock;
}

/** From the beginning of a call until missing phrases are spoken: out of the way of its first turn. */
const WARM_DELAY_MS = 10_000;

/** Five minutes of voice at 24 kHz, or a hundred sentences. */
const DEFAULT_MAX_BYTES = 16 * 1_024 * 1_024;

/**
 * A synthesizer that remembers the phrases it says again and again: they come from memory, at
 * once, for nothing, and also where no provider works. All else is passed on.
 *
 * Order is that of any synthesizer: what comes from memory waits until everything before it was
 * spoken. A phrase is kept under who spoke it and in which voice, so that no strange voice cuts in
 * as long as the usual one is there.
 */
export class PhraseCache implements Synthesizer {
  readonly #synthesizer: Synthesizer;
  readonly #phrases: ReadonlySet<string>;
  readonly #spoken: LRUCache<string, Phrase>;
  readonly #clock: Clock;
  #warming: Promise<void> = Promise.resolve();

  constructor({ synthesizer, phrases, maxBytes = DEFAULT_MAX_BYTES, clock }: PhraseCacheOptions) {
    this.#clock = clock;
    this.#synthesizer = synthesizer;
    this.#phrases = new Set(phrases);
    this.#spoken = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes });
  }

  get name(): string {
    return this.#synthesizer.name;
  }

  get sampleRateHz(): number {
    return this.#synthesizer.sampleRateHz;
  }

  get voices(): readonly Voice[] {
    return this.#synthesizer.voices;
  }

  async probe(signal: AbortSignal): Promise<void> {
    await this.#synthesizer.probe?.(signal);
  }

  /** Also has the phrases made ready: an apology is needed when nothing can be made any more. */
  prepare(): () => void {
    const end = this.#synthesizer.prepare?.();
    const abort = new AbortController();
    const cancel = this.#clock.after(WARM_DELAY_MS, () => {
      void this.warm(this.voices[0]?.id ?? '', abort.signal);
    });
    return () => {
      cancel();
      abort.abort(OVER);
      end?.();
    };
  }

  /**
   * Has the phrases spoken that are missing in a voice, one at a time, after whatever is being
   * warmed already. Never rejects: what cannot be spoken now is spoken when it is needed.
   */
  warm(voice: string, signal: AbortSignal): Promise<void> {
    this.#warming = this.#warming.then(() => this.#warm(voice, signal));
    return this.#warming;
  }

  async *synthesize(
    clauses: AsyncIterable<string>,
    options: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const { voice, signal } = options;
    const source = new PhraseSource(clauses);
    let isForsaken = false;
    const find = (clause: string) => this.#find(clause, voice, isForsaken);
    try {
      for (;;) {
        const clause = await source.peek();
        if (clause === undefined || signal.aborted) return;
        const phrase = find(clause);
        if (phrase !== undefined) {
          source.take();
          yield* fromMemory(clause, phrase, signal);
          continue;
        }
        const run = source.run((next) => find(next) !== undefined);
        try {
          yield* this.#speak(run, options, (text) => source.begun(text));
        } catch (error) {
          // Nobody speaks any more: a phrase that comes next is better in any voice than in none.
          isForsaken = true;
          const next = source.giveBack();
          if (next === undefined || find(next) === undefined) throw error;
        }
      }
    } finally {
      source.close();
    }
  }

  /** Passes on what is spoken, and keeps the phrases among it that came whole. */
  async *#speak(
    clauses: AsyncIterable<string>,
    options: SynthesisOptions,
    onBegun: (text: string) => void = () => {},
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const { voice, signal } = options;
    const expected = this.name;
    /** Known for sure once someone has taken over. */
    let speaker: string | undefined;
    let recording: PhraseRecording | undefined;
    const whole = new Map<string, Phrase>();
    const onFailover: SynthesisOptions['onFailover'] = (failover) => {
      // What was begun is finished by someone else, or by nobody: half a phrase, or two voices.
      recording = undefined;
      keep(failover.from);
      speaker = failover.to;
      options.onFailover?.(failover);
    };
    const finish = () => {
      const phrase = recording?.phrase;
      if (recording !== undefined && phrase !== undefined) whole.set(recording.text, phrase);
      recording = undefined;
    };
    const keep = (who: string) => {
      for (const [text, phrase] of whole) this.#spoken.set(this.#key(who, text, voice), phrase);
      whole.clear();
    };
    for await (const event of this.#synthesizer.synthesize(clauses, { ...options, onFailover })) {
      if (event.type === 'clause-started') {
        finish();
        onBegun(event.text);
        if (this.#phrases.has(event.text)) recording = new PhraseRecording(event.text);
      } else {
        recording?.take(event);
      }
      yield event;
    }
    if (signal.aborted) return;
    finish();
    speaker ??= expected;
    // Who had failed may have been given a trial, and so have spoken in place of who was expected.
    if (speaker !== expected || this.name === expected) keep(speaker);
  }

  async #warm(voice: string, signal: AbortSignal): Promise<void> {
    for (const phrase of this.#phrases) {
      if (signal.aborted || !isRelayProvider(this.name)) return;
      if (this.#spoken.has(this.#key(this.name, phrase, voice))) continue;
      try {
        for await (const _ of this.#speak(only(phrase), { voice, signal }));
      } catch {
        return;
      }
    }
  }

  /** As the one who works now says it; where nobody works, as anyone ever said it. */
  #find(text: string, voice: string, isForsaken: boolean): Phrase | undefined {
    if (!this.#phrases.has(text)) return undefined;
    const phrase = this.#spoken.get(this.#key(this.name, text, voice));
    if (phrase !== undefined || (isRelayProvider(this.name) && !isForsaken)) return phrase;
    const ending = this.#key('', text, voice);
    const key = [...this.#spoken.keys()].find((candidate) => candidate.endsWith(ending));
    return key === undefined ? undefined : this.#spoken.get(key);
  }

  /** A voice that nobody has is spoken, and kept, as the first. */
  #key(speaker: string, text: string, voice: string): string {
    const known = this.voices.find(({ id }) => id === voice) ?? this.voices[0];
    return `${speaker}\n${known?.id ?? ''}\n${text}`;
  }
}

function* fromMemory(
  text: string,
  { events }: Phrase,
  signal: AbortSignal,
): Generator<SpeechEvent, void, undefined> {
  yield { type: 'clause-started', text };
  for (const event of events) {
    if (signal.aborted) return;
    yield copyOf(event);
  }
}

async function* only(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}
