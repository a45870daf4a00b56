import {
  ParleyError,
  type ErrorCode,
  type LatencyMark,
  type Usage,
  type Stage,
} from '@parley/shared';
import { aborted, OVER } from '../../../base/lib/deadline.ts';
import { newId } from '../../../base/lib/ids.ts';
import type { GeneratorEvent, TokenUsage } from '../../stages/generator/generator.ts';
import { BROWSER } from '../../stages/provider.ts';
import type { VoiceEvent } from '../../stages/synthesizer/synthesizer.ts';
import { StageRun } from '../stage-run.ts';
import type { Watch } from '../watchdog.ts';
import { apologyFor, EARLIER_I_SAID } from './apologies.ts';
import type { Marks, ReplyOptions } from './reply-options.ts';
import { ReplyPipeline, type ReplyContent } from './reply-pipeline.ts';

const NO_USAGE = { llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 };

/**
 * One answer on its way out; `ReplyPipeline` spells the way.
 *
 * If a stage fails, the person is informed in words: a failed generator is replaced by an apology,
 * a failed synthesizer by the text of what was not spoken.
 */
export class Reply {
  readonly id = newId('resp');
  readonly #options: ReplyOptions;
  readonly #abort = new AbortController();
  /** The stages' signal: aborted with the reply, or with an error if the watchdog gives one up. */
  readonly #work = { generator: new AbortController(), synthesizer: new AbortController() };
  readonly #generation: StageRun;
  readonly #synthesis: StageRun;
  readonly #pipeline: ReplyPipeline;
  readonly #watch: Watch;
  readonly #usage: { -readonly [key in keyof Usage]: Usage[key] };
  #isSpeaking = false;
  #isOver = false;
  #playedMs = Number.POSITIVE_INFINITY;
  #failure: ErrorCode | undefined;
  #suggestions: readonly string[] = [];
  /** Whether these are the generator's words and none but its own. */
  #isOwnAnswer: boolean;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.#usage = { ...NO_USAGE, asr_seconds: options.asrSeconds };
    this.#isOwnAnswer = options.says.kind === 'answer';
    const { turnId, caller, emit, logger } = options;
    const runOf = (stage: Stage) =>
      new StageRun({ stage, turnId, caller, active: () => options.active(stage), emit, logger });
    this.#generation = runOf('generator');
    this.#synthesis = runOf('synthesizer');
    this.#pipeline = new ReplyPipeline({
      responseId: this.id,
      item: options.item,
      content: this.#content(),
      synthesizer: options.synthesizer,
      manner: options.manner,
      pacer: options.pacer,
      output: options.output,
      onWritten: ({ kind }) => {
        if (kind !== 'filler') this.#mark('first_clause');
      },
      onEvent: (event) => this.#voiced(event),
      onDelivered: ({ index, kind, text }) => {
        const heard = { clause: index, kind, speech: { text } };
        options.emit({ type: 'clause-heard', turnId, responseId: this.id, ...heard });
      },
      onSending: ({ kind }) => {
        this.#watch.progress('synthesizer');
        if (kind !== 'filler') this.#mark('tts_first_audio');
      },
    });
    this.#watch = options.watchdog.watch({
      logger: options.logger,
      ids: { turnId, responseId: this.id },
      stage: () => this.#stageAtWork,
      giveUp: (stage) => this.#giveUp(stage),
    });
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  /** What was heard of this reply, as far as is known. */
  get heardText(): string {
    return this.#pipeline.track.heardText(this.#playedMs);
  }

  /** What is heard of it up to this position of its audio. */
  heardAt(playedMs: number): string {
    return this.#pipeline.track.heardText(Math.min(playedMs, this.#playedMs));
  }

  /** What was answered, if it is worth remembering: whole, and not looked up for the moment. */
  get answer(): string | undefined {
    const isWhole = this.#isOwnAnswer && this.#failure === undefined && !this.isCancelled;
    return isWhole ? this.heardText : undefined;
  }

  /**
   * Stops the voice and everything behind it. What it cost, and its end, are reported before this
   * returns, so that what takes its place comes after it. `run` then ends within a moment.
   */
  cancel(): void {
    this.#abort.abort(OVER);
    for (const controller of Object.values(this.#work)) controller.abort(OVER);
    this.#options.output.dropAudio(this.#options.item);
    this.#options.pacer.reset();
    this.#end();
  }

  /** The client says how much of the voice was really heard. */
  truncate(playedMs: number): void {
    const { turnId, emit } = this.#options;
    this.#playedMs = playedMs;
    const { clause, words } = this.#pipeline.track.heard(playedMs);
    const speech = { text: this.heardText };
    const reply = { turnId, responseId: this.id };
    emit({ type: 'reply-interrupted', ...reply, playedMs, clause, words, speech });
  }

  /** Adds what only the finished turn knows to a reply that was begun ahead of it. */
  confirm({ marks, asrSeconds }: { readonly marks: Marks; readonly asrSeconds: number }): void {
    Object.assign(this.#options.marks, { ...marks, ...this.#options.marks });
    this.#usage.asr_seconds = asrSeconds;
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
    const { signal } = this.#abort;
    const cancelled = aborted(signal);
    // Own words wait for no generator.
    if (this.#options.says.kind === 'words') this.#mark('llm_first_token');
    try {
      const isWritten = voice === null || !this.#options.canSpeak;
      const work = isWritten ? this.#pipeline.write(signal) : this.#speak(voice);
      work.catch(() => {});
      // A provider that is slow to notice its signal does not hold up the cancellation.
      await Promise.race([work, cancelled]);
    } catch (error) {
      this.#failure ??= 'internal_error';
      logger.error({ err: error, responseId: this.id }, 'reply failed unexpectedly');
    } finally {
      this.#end();
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pipeline.track.close();
    this.#watch.end();
    this.#finish();
  }

  #content(): ReplyContent {
    const { says } = this.#options;
    if (says.kind === 'words') return says;
    const { generate, filler } = says;
    const { signal } = this.#work.generator;
    return {
      kind: 'answer',
      generate: () =>
        generate(signal, this.#generation, (usage) => {
          this.#used(usage);
          this.#usage.llm_tokens_estimated = true;
        }),
      spoken: {
        signal,
        onFirstText: () => this.#mark('llm_first_token'),
        onEvent: (event) => this.#generated(event),
        onSuccess: () => this.#generation.succeeded(),
        onFailure: (error, hasText) => this.#apology(error, hasText),
      },
      filler,
    };
  }

  #generated(event: GeneratorEvent): void {
    this.#watch.progress('generator');
    if (event.type === 'tool-called') this.#isOwnAnswer = false;
    if (event.type === 'usage-reported') this.#used(event);
    if (event.type === 'next-suggested') this.#suggestions = event.texts;
  }

  #used({ inputTokens, outputTokens }: TokenUsage): void {
    this.#usage.llm_input_tokens += inputTokens;
    this.#usage.llm_output_tokens += outputTokens;
  }

  /** What is said if the generator failed. */
  #apology(error: unknown, hasText: boolean): string {
    const { says, active } = this.#options;
    const earlier = hasText || says.kind === 'words' ? undefined : says.recall();
    this.#isOwnAnswer = false;
    const code = this.#fail(error, 'generator_failed', earlier !== undefined);
    if (earlier !== undefined) return `${EARLIER_I_SAID} ${earlier}`;
    return apologyFor(code, active('generator'));
  }

  async #speak(voice: string): Promise<void> {
    const { signal } = this.#work.synthesizer;
    const { track, captions } = this.#pipeline;
    this.#isSpeaking = true;
    try {
      await this.#pipeline.speak(voice, signal, this.#synthesis);
      // The speech ends without an error when aborted, also if it was given up.
      if (signal.aborted) throw signal.reason;
      this.#synthesis.succeeded();
    } catch (error) {
      if (this.isCancelled) return;
      // The browser speaks what is written from here on: to the person, nothing has failed.
      const isBrowserNext = this.#synthesis.standIn === BROWSER;
      this.#fail(error, 'synthesizer_failed', isBrowserNext);
      const broken = track.position;
      if (track.peek(broken) !== undefined && track.timing(broken) !== undefined) {
        const { text, fromCharacter } = track.rest(broken);
        track.shown(broken);
        captions.timed(broken);
        if (isBrowserNext && text !== '') captions.handedBack(broken, fromCharacter);
      }
      await this.#pipeline.write(this.#abort.signal);
    } finally {
      this.#isSpeaking = false;
    }
  }

  #voiced(event: VoiceEvent): void {
    this.#watch.progress('synthesizer');
    if (event.type !== 'clause-begun') return;
    const { text } = this.#pipeline.track.peek(event.clause)!;
    this.#usage.tts_characters += text.length - event.fromCharacter;
  }

  #finish(): void {
    const { output, item, voice, marks, turnId, emit } = this.#options;
    const generator = this.#generation.provider;
    const synthesizer = this.#synthesis.provider;
    const { track, captions } = this.#pipeline;
    if (!this.isCancelled) {
      captions.finish();
      if (voice !== null) {
        output.audio(item, new Int16Array(0), true);
        output.event({
          type: 'response.output_audio.done',
          response_id: this.id,
          audio_ms: track.audioMs,
        });
      }
    }
    const failure = this.#failure === undefined ? null : new ParleyError(this.#failure);
    const status = this.isCancelled ? 'cancelled' : failure === null ? 'completed' : 'failed';
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
      speech: { text: this.heardText, written: track.writtenText },
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
      ...(status === 'completed' &&
        this.#suggestions.length > 0 && { suggestions: [...this.#suggestions] }),
    });
  }

  /** The stage that is waited for now. */
  get #stageAtWork(): 'generator' | 'synthesizer' {
    return this.#isSpeaking && !this.#pipeline.track.isReading ? 'synthesizer' : 'generator';
  }

  #giveUp(stage: Stage): void {
    const name = stage === 'generator' ? 'generator' : 'synthesizer';
    // Its replacement hangs too.
    if (this.#work[name].signal.aborted) return this.cancel();
    this.#work[name].abort(new ParleyError(`${name}_timeout`));
  }

  #mark(mark: LatencyMark): void {
    this.#options.marks[mark] ??= this.#options.output.nowMs();
  }

  /** @param isMadeGood - something else does the work: the reply as a whole has not failed */
  #fail(error: unknown, otherwise: ErrorCode, isMadeGood: boolean): ErrorCode {
    const code = error instanceof ParleyError ? error.code : otherwise;
    if (!isMadeGood) this.#failure ??= code;
    this.#options.logger.warn({ err: error, responseId: this.id, code }, 'reply stage failed');
    return code;
  }
}
