import type { AudioCodec } from '@parley/shared';
import type { OpusAudio, SpeechAudio } from '@parley/shared/audio/opus-packet';
import { joinPcm16, SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import { decodeSpeech } from '../../../base/lib/opus-codec.ts';
import { DecodedTranscription } from './decoded-transcription.ts';
import type {
  Hearing,
  ListenOptions,
  TranscriptEvent,
  Transcriber,
  Transcription,
} from './transcriber.ts';
import { AttemptScope, closeIterator } from '../health/attempt-scope.ts';
import type { Attempt, Attempts } from '../health/attempts.ts';
import { OpusReplay, ReplayBuffer } from './replay-buffer.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';
import { SilenceDetector } from './silence-detector.ts';

/** One utterance that outlives the recogniser it began with: it is kept, and replayed to the next. */
export class FailoverTranscription implements Hearing {
  readonly events: AsyncIterable<TranscriptEvent>;
  readonly #stage: StageCandidates<Transcriber>;
  readonly #options: ListenOptions;
  readonly #attempts: Attempts<Transcriber>;
  readonly #replay: ReplayBuffer;
  readonly #silence = new SilenceDetector();
  /** What was said in Opus. */
  #packets: OpusReplay | undefined;
  /** undefined until something was said. */
  #codec: AudioCodec | undefined;
  #onCodec: (() => void) | undefined;
  /** At 16 kHz, in either codec. */
  #samples = 0;
  // Apart, not in an object of states: with many speakers each object that the audio passes is
  // one more that has to be fetched from memory.
  /** undefined while a recogniser is opened, and in the end. */
  #transcription: Transcription | undefined;
  /** In front of it, if it does not take what was said in Opus. */
  #decoded: DecodedTranscription | undefined;
  #canSpeculate = false;
  #isSpeculating = false;
  #scope: AttemptScope | undefined;
  /** Audio the recogniser was given all at once, which it needs time to catch up with. */
  #replayedMs = 0;
  #finalizedAtMs: number | undefined;
  /** What the attempt failed with that made no progress: there is one such. */
  #stall: Error | undefined;

  constructor(stage: StageCandidates<Transcriber>, options: ListenOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#attempts = stage.attempts(options, options.language);
    this.#replay = new ReplayBuffer(stage.policy.maxUtteranceMs * SPEECH_SAMPLES_PER_MS);
    this.events = this.#run();
  }

  get durationMs(): number {
    return this.#samples / SPEECH_SAMPLES_PER_MS;
  }

  get audio(): readonly SpeechAudio[] {
    return [...(this.#packets ?? this.#replay).pieces()];
  }

  audioEnd(maxMs: number) {
    if (this.#packets === undefined) return this.#replay.end(maxMs * SPEECH_SAMPLES_PER_MS);
    const packets = this.#packets.end(maxMs);
    return packets && decodeSpeech(this.#options.opus, packets).then(joinPcm16);
  }

  /** The hot path: nothing but a copy and a send. */
  push(audio: SpeechAudio): void {
    if (!(audio instanceof Int16Array)) return this.#pushOpus(audio);
    if (this.#codec !== 'pcm16' && !this.#isSpokenIn('pcm16')) return;
    this.#samples += audio.length;
    this.#replay.add(audio);
    this.#isSpeculating = false;
    try {
      this.#transcription?.push(audio);
    } catch (error) {
      // A recogniser's error is its failure, and must not end the call that feeds it.
      this.#scope?.fail(error);
    }
    if (this.#canSpeculate && this.#silence.isSpeculationDue(audio)) {
      this.#isSpeculating = true;
      this.#feed((transcription) => transcription.speculate?.());
    }
  }

  finalize(): void {
    if (this.#finalizedAtMs !== undefined) return;
    this.#finalizedAtMs = this.#stage.clock.now();
    this.#isSpokenIn('pcm16');
    this.#awaitFinal();
  }

  startAgain(): boolean {
    if (this.#stall !== undefined || !this.#replay.isWhole) return false;
    this.#stall = this.#stage.timeoutError();
    // The stage's deadline begins anew.
    if (this.#finalizedAtMs !== undefined) this.#finalizedAtMs = this.#stage.clock.now();
    this.#scope?.fail(this.#stall);
    return true;
  }

  [Symbol.dispose](): void {
    this.#replay.release();
  }

  async *#run(): AsyncGenerator<TranscriptEvent, void, undefined> {
    const { signal } = this.#options;
    const { clock, endedEarlyError } = this.#stage;
    let attempt = signal.aborted ? undefined : this.#attempts.first();
    while (attempt !== undefined) {
      const current = attempt;
      using scope = new AttemptScope(signal, clock);
      let iterator: AsyncIterator<TranscriptEvent, unknown> | undefined;
      try {
        const transcription = await this.#open(current, scope);
        iterator = transcription.events[Symbol.asyncIterator]();
        for (;;) {
          const next = await scope.wait(iterator.next());
          if (next.done === true) throw endedEarlyError();
          const isFinal = next.value.type === 'transcript-final';
          if (isFinal) current.succeeded();
          else current.proved();
          yield next.value;
          if (isFinal) return;
        }
      } catch (error) {
        if (signal.aborted) return;
        // What a recogniser makes of no audio is not its fault.
        if (this.#samples === 0 && this.#finalizedAtMs !== undefined) current.abandoned();
        attempt = this.#attempts.next(current, error, {
          isRepeatable: this.#replay.isWhole,
          isStalled: error === this.#stall,
          // While the person speaks, nothing is waited for: a failure then is never a late one.
          waitingSinceMs: this.#finalizedAtMs ?? clock.now(),
        });
      } finally {
        current.abandoned();
        this.#decoded?.[Symbol.dispose]();
        this.#decoded = undefined;
        this.#transcription = undefined;
        this.#canSpeculate = false;
        this.#scope = undefined;
        if (iterator !== undefined) closeIterator(iterator);
      }
    }
    if (!signal.aborted) throw this.#attempts.exhausted();
  }

  /** Opens a recogniser and gives it what was said so far. */
  async #open({ candidate }: Attempt<Transcriber>, scope: AttemptScope): Promise<Transcription> {
    const { policy, timeoutError } = this.#stage;
    const { language, mayInterrupt } = this.#options;
    this.#scope = scope;
    // Its connections are for one codec, which the first words show; without any, the utterance ends.
    if (candidate.provider.takesOpus === true && this.#codec === undefined) {
      await scope.wait(new Promise<void>((resolve) => (this.#onCodec = resolve)));
    }
    scope.setDeadline(this.#budgetMs(policy.attempts.transcriberOpenMs), timeoutError);
    const transcription = await scope.wait(
      candidate.provider.open({
        language,
        mayInterrupt,
        codec: this.#codec,
        signal: scope.signal,
        onUsed: this.#stage.reporterOf(candidate.name, this.#options),
      }),
    );
    scope.clearDeadline();
    this.#transcription = transcription;
    if (this.#packets === undefined) {
      for (const samples of this.#replay.pieces()) transcription.push(samples);
      this.#replayedMs = this.#replay.length / SPEECH_SAMPLES_PER_MS;
    } else {
      for (const packet of this.#packets.pieces()) this.#give(transcription, packet);
      this.#replayedMs = this.#packets.keptMs;
    }
    this.#canSpeculate = transcription.speculate !== undefined;
    if (this.#isSpeculating) transcription.speculate?.();
    if (this.#finalizedAtMs !== undefined) this.#awaitFinal();
    return transcription;
  }

  #awaitFinal(): void {
    const { policy, timeoutError } = this.#stage;
    const { transcriberFinalMs, transcriberReplayShare } = policy.attempts;
    this.#feed((transcription) => {
      const wantedMs = transcriberFinalMs + transcriberReplayShare * this.#replayedMs;
      this.#scope?.setDeadline(this.#budgetMs(wantedMs), timeoutError);
      (this.#decoded ?? transcription).finalize();
    });
  }

  /** The first to ask decides. */
  #isSpokenIn(codec: AudioCodec): boolean {
    this.#codec ??= codec;
    this.#onCodec?.();
    return this.#codec === codec;
  }

  #pushOpus(audio: OpusAudio): void {
    // An end mark.
    if (audio.packet.length === 0 || !this.#isSpokenIn('opus')) return;
    this.#samples += audio.durationMs * SPEECH_SAMPLES_PER_MS;
    this.#packets ??= new OpusReplay(this.#replay);
    this.#packets.add(audio);
    this.#feed((transcription) => this.#give(transcription, audio));
  }

  /** To the recogniser, or to what decodes for it. */
  #give(transcription: Transcription, audio: OpusAudio): void {
    if (transcription.pushOpus !== undefined) return transcription.pushOpus(audio);
    const { opus } = this.#options;
    const scope = this.#scope;
    const onFailed = (error: unknown) => scope?.fail(error);
    this.#decoded ??= new DecodedTranscription({ transcription, opus, onFailed });
    this.#decoded.push(audio);
  }

  #feed(action: (transcription: Transcription) => void): void {
    if (this.#transcription === undefined) return;
    try {
      action(this.#transcription);
    } catch (error) {
      this.#scope?.fail(error);
    }
  }

  #budgetMs(attemptMs: number): number {
    const { clock, policy } = this.#stage;
    const sinceMs = this.#finalizedAtMs ?? clock.now();
    const { transcriberMs } = policy.deadlines;
    return this.#stage.budgetMs(attemptMs, transcriberMs, sinceMs, this.#attempts.remaining);
  }
}
