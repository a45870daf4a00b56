import { ParleyError, type ErrorCode, type LatencyMark, type Usage } from '@parley/shared';
import { OVER } from '../../lib/abort-reason.ts';
import { newId } from '../../lib/ids.ts';
import type { Stage } from '../../stages/provider.ts';
import { apologyFor, EARLIER_I_SAID } from './apologies.ts';
import { clausesOf } from './clauses.ts';
import type { ReplyOptions } from './reply-options.ts';
import { replyText } from './reply-text.ts';
import { ReplyTranscript } from './reply-transcript.ts';
import { ReplyVoice } from './reply-voice.ts';
import { StageRun } from '../stage-run.ts';
import type { Watch } from '../watchdog.ts';

/**
 * One answer on its way out: generated, cut into clauses, spoken, sent.
 *
 * Whatever fails, the person is told in words: a failed generator is replaced by an apology, a
 * failed synthesizer by the text of what was not spoken.
 */
export class Reply {
  readonly id = newId('resp');
  readonly #options: ReplyOptions;
  readonly #abort = new AbortController();
  /** Aborted where a stage is given up before its deadline; the reason is its failure. */
  readonly #givenUp = { generator: new AbortController(), synthesizer: new AbortController() };
  readonly #generation: StageRun;
  readonly #synthesis: StageRun;
  readonly #transcript: ReplyTranscript;
  readonly #voice: ReplyVoice;
  readonly #watch: Watch;
  readonly #usage: { -readonly [key in keyof Usage]: number };
  #failure: ErrorCode | undefined;
  #filler: string | undefined;
  /** Whether these are the generator's words and none but its own. */
  #isOwnAnswer: boolean;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.#usage = {
      asr_seconds: options.asrSeconds,
      llm_input_tokens: 0,
      llm_output_tokens: 0,
      tts_characters: 0,
    };
    this.#isOwnAnswer = options.answering !== undefined;
    const { turnId, emit } = options;
    const runOf = (stage: Stage) =>
      new StageRun({ stage, turnId, active: () => options.active(stage), emit });
    this.#generation = runOf('generator');
    this.#synthesis = runOf('synthesizer');
    this.#transcript = new ReplyTranscript({ responseId: this.id, output: options.output });
    this.#voice = new ReplyVoice({
      ...options,
      deadlineMs: options.synthesizerDeadlineMs,
      signal: this.#abort.signal,
      givenUp: this.#givenUp.synthesizer.signal,
      transcript: this.#transcript,
      isAside: (clause) => this.#isAside(clause),
      onFirstClause: () => this.#mark('first_clause'),
      onFirstAudio: () => this.#mark('tts_first_audio'),
      onCharacters: (count) => (this.#usage.tts_characters += count),
      onProgress: () => this.#watch.progress('synthesizer'),
      onFailover: this.#synthesis.onFailover,
    });
    this.#watch = options.watchdog.watch({
      logger: options.logger,
      ids: { responseId: this.id },
      stage: () => (this.#voice.isAtWork ? 'synthesizer' : 'generator'),
      giveUp: (stage) => this.#giveUp(stage),
    });
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  /** What the person has of this reply, as far as is known. */
  get text(): string {
    return this.#transcript.text;
  }

  /** What was answered, where it is worth remembering: whole, and not looked up for the moment. */
  get answer(): string | undefined {
    const isWhole = this.#isOwnAnswer && this.#failure === undefined && !this.isCancelled;
    return isWhole ? this.text : undefined;
  }

  /** Stops the voice and everything behind it. `run` then ends within a moment. */
  cancel(): void {
    this.#abort.abort(OVER);
    this.#options.output.dropAudio(this.#options.item);
    this.#options.pacer.reset();
  }

  /** The client says how much of the voice was really heard. */
  truncate(playedMs: number): void {
    const { turnId, emit } = this.#options;
    this.#transcript.truncate(playedMs);
    emit({ type: 'reply-interrupted', turnId, responseId: this.id, playedMs });
  }

  /** Runs to the end; never rejects. */
  async run(): Promise<void> {
    const { output, item, synthesizer, voice, logger, turnId, trigger, emit } = this.#options;
    emit({ type: 'reply-started', turnId, responseId: this.id, trigger });
    output.event({
      type: 'response.created',
      response_id: this.id,
      item,
      trigger,
      utterance: this.#options.utterance,
      audio: voice === null ? null : { sample_rate: synthesizer.sampleRateHz },
    });
    const clauses = clausesOf(this.#replyText(), (clause) => this.#isAside(clause));
    const { signal } = this.#abort;
    const cancelled = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    try {
      // A provider that is slow to notice its signal does not hold up the cancellation.
      const isWritten = voice === null || !this.#options.canSpeak;
      const work = isWritten ? this.#write(clauses) : this.#speak(clauses, voice);
      work.catch(() => {});
      await Promise.race([work, cancelled]);
    } catch (error) {
      this.#failure ??= 'internal_error';
      logger.error({ err: error, responseId: this.id }, 'a reply failed unexpectedly');
    } finally {
      void clauses.return();
      this.#watch.end();
      this.#finish();
    }
  }

  #replyText(): AsyncGenerator<string, void, undefined> {
    const { generate, answering } = this.#options;
    return replyText({
      generate: (signal) => generate(signal, this.#generation.onFailover),
      deadlineMs: this.#options.generatorDeadlineMs,
      clock: this.#options.clock,
      signal: this.#abort.signal,
      givenUp: this.#givenUp.generator.signal,
      filler: answering?.filler,
      onFirstText: () => this.#mark('llm_first_token'),
      onFiller: (text) => (this.#filler = text),
      onEvent: (event) => {
        this.#watch.progress('generator');
        if (event.type === 'tool-called') this.#isOwnAnswer = false;
        if (event.type !== 'usage-reported') return;
        this.#usage.llm_input_tokens += event.inputTokens;
        this.#usage.llm_output_tokens += event.outputTokens;
      },
      onSuccess: () => {
        if (answering !== undefined) this.#generation.succeeded();
      },
      onFailure: (error, hasText) => this.#instead(error, hasText),
    });
  }

  /** What is said where the generator failed. */
  #instead(error: unknown, hasText: boolean): string {
    const earlier = hasText ? undefined : this.#options.answering?.recall();
    this.#isOwnAnswer = false;
    const code = this.#fail(error, 'generator_failed', earlier !== undefined);
    if (earlier !== undefined) return `${EARLIER_I_SAID} ${earlier}`;
    return apologyFor(code, this.#options.active('generator'));
  }

  async #write(clauses: AsyncIterable<string>): Promise<void> {
    for await (const clause of clauses) {
      if (this.#abort.signal.aborted) return;
      const isAside = this.#isAside(clause);
      if (!isAside) this.#mark('first_clause');
      this.#transcript.written(clause, this.#voice.audioMs, isAside);
    }
  }

  async #speak(clauses: AsyncGenerator<string, void, undefined>, voice: string): Promise<void> {
    const { signal } = this.#abort;
    try {
      await this.#voice.speak(clauses, voice);
      if (!signal.aborted) this.#synthesis.succeeded();
    } catch (error) {
      if (signal.aborted) return;
      // The browser speaks what is written from here on: to the person, nothing has failed.
      const isBrowserNext = this.#synthesis.standIn === 'browser';
      this.#fail(error, 'synthesizer_failed', isBrowserNext);
      // Shown already, but only what comes without a voice is spoken by the page.
      const { voiceless, audioMs } = this.#voice;
      if (isBrowserNext && voiceless !== '') this.#transcript.rewritten(voiceless, audioMs);
      await this.#write(this.#voice.unspoken());
      await this.#write(clauses);
    }
  }

  #finish(): void {
    const { output, item, voice, marks, turnId, emit } = this.#options;
    const generator = this.#generation.provider;
    const synthesizer = this.#synthesis.provider;
    const isCancelled = this.#abort.signal.aborted;
    if (!isCancelled) {
      this.#transcript.finish(this.#voice.audioMs);
      if (voice !== null) {
        output.audio(item, new Int16Array(0), true);
        output.event({
          type: 'response.output_audio.done',
          response_id: this.id,
          audio_ms: this.#voice.audioMs,
        });
      }
    }
    const failure = this.#failure === undefined ? null : new ParleyError(this.#failure);
    const status = isCancelled ? 'cancelled' : failure === null ? 'completed' : 'failed';
    // Before the client has it: what it makes known about providers comes before the end.
    emit({
      type: 'reply-done',
      turnId,
      responseId: this.id,
      status,
      code: failure?.code ?? null,
      timeline: marks,
      usage: this.#usage,
      providers: {
        ...(generator !== undefined && { generator }),
        ...(synthesizer !== undefined && { synthesizer }),
      },
    });
    output.event({
      type: 'response.done',
      response_id: this.id,
      status,
      usage: this.#usage,
      timeline: marks,
      error: failure && {
        code: failure.code,
        message: failure.message,
        retryable: failure.retryable,
      },
    });
  }

  /** A filler is always the first clause; nothing that comes later is taken for it. */
  #isAside(clause: string): boolean {
    return clause === this.#filler && this.#transcript.isEmpty;
  }

  #giveUp(stage: Stage): void {
    const controller = this.#givenUp[stage === 'generator' ? 'generator' : 'synthesizer'];
    // What takes its place hangs too.
    if (controller.signal.aborted) return this.cancel();
    const code = stage === 'generator' ? 'generator_timeout' : 'synthesizer_timeout';
    controller.abort(new ParleyError(code));
  }

  #mark(mark: LatencyMark): void {
    this.#options.marks[mark] ??= this.#options.output.nowMs();
  }

  /** @param isMadeGood - something else does the work: the reply as a whole has not failed */
  #fail(error: unknown, otherwise: ErrorCode, isMadeGood: boolean): ErrorCode {
    const code = error instanceof ParleyError ? error.code : otherwise;
    if (!isMadeGood) this.#failure ??= code;
    this.#options.logger.warn(
      { err: error, responseId: this.id, code },
      'a stage of a reply failed',
    );
    return code;
  }
}
