import { ClauseTrack, ownWords, type Clause } from '../../stages/synthesizer/clause-track.ts';
import type { GeneratorEvent } from '../../stages/generator/generator.ts';
import type { FailoverObserver } from '../../stages/provider.ts';
import type { VoiceEvent } from '../../stages/synthesizer/synthesizer.ts';
import { clauses } from './clauses.ts';
import { fill, type FillOptions } from './fill.ts';
import type { ReplyOptions } from './reply-options.ts';
import { spoken, type SpokenOptions } from './spoken.ts';
import type { ConversationOutput } from '../output.ts';

interface CaptionsOptions {
  readonly responseId: string;
  readonly output: ConversationOutput;
  readonly track: ClauseTrack;
}

/** Longest piece of voice in one frame: what an interruption may have wasted. */
const MAX_PIECE_MS = 200;

interface PlayOptions extends Pick<ReplyOptions, 'item' | 'output' | 'pacer'> {
  readonly sampleRateHz: number;
  readonly captions: ReplyCaptions;
  readonly signal: AbortSignal;
  readonly onEvent: (event: VoiceEvent) => void;
  /** A piece of voice goes out. */
  readonly onSending: (clause: number) => void;
}

/** What a reply says: the answer of a generator, or a sentence of the relay's own. */
export type ReplyContent =
  | {
      readonly kind: 'answer';
      readonly generate: () => AsyncIterable<GeneratorEvent>;
      readonly spoken: SpokenOptions;
      /** undefined: nothing is said while the answer is waited for. */
      readonly filler: FillOptions | undefined;
    }
  | { readonly kind: 'words'; readonly text: string };

export interface ReplyPipelineOptions extends Pick<
  ReplyOptions,
  'item' | 'output' | 'pacer' | 'synthesizer' | 'manner'
> {
  readonly responseId: string;
  readonly content: ReplyContent;
  readonly onWritten: (clause: Clause) => void;
  readonly onEvent: (event: VoiceEvent) => void;
  /** A clause went out whole, or is there to be read. */
  readonly onDelivered: (clause: Clause) => void;
  readonly onSending: (clause: Clause) => void;
}

/**
 * The whole way of a reply:
 *
 *   generate → spoken → fill → clauses → speak → play
 *
 * A generator's events become words (`spoken`: an apology if it fails), a filler bridges a long
 * wait (`fill`), the words are cut into clauses, voices speak them (`speak`: failover and
 * remembered phrases), and words and voice go out in step with playback (`play`). The track holds
 * how far each clause has come.
 */
export class ReplyPipeline {
  readonly track: ClauseTrack;
  readonly captions: ReplyCaptions;
  readonly #options: ReplyPipelineOptions;

  constructor(options: ReplyPipelineOptions) {
    const { content, responseId, output, onWritten, onDelivered } = options;
    this.#options = options;
    this.track = new ClauseTrack(
      clauses(
        content.kind === 'words'
          ? ownWords(content.text)
          : fill(spoken(content.generate(), content.spoken), content.filler),
      ),
      onWritten,
      onDelivered,
    );
    this.captions = new ReplyCaptions({ responseId, output, track: this.track });
  }

  /** @throws as `FailoverSynthesizer.speak` */
  speak(voice: string, signal: AbortSignal, observer: FailoverObserver): Promise<void> {
    const { synthesizer, manner, item, pacer, output, onEvent, onSending } = this.#options;
    const { track, captions } = this;
    return play(
      synthesizer.speak(track, {
        voice,
        speed: manner.speed,
        language: manner.language,
        signal,
        caller: observer.caller,
        turnId: observer.turnId,
        logger: observer.logger,
        onFailover: observer.onFailover,
        onAttempt: observer.onAttempt,
        onUsed: observer.onUsed,
      }),
      {
        item,
        sampleRateHz: synthesizer.sampleRateHz,
        captions,
        pacer,
        output,
        signal,
        onEvent,
        onSending: (clause) => onSending(track.peek(clause)!),
      },
    );
  }

  /** Sends what no voice has begun, and all that follows, as text. */
  async write(signal: AbortSignal): Promise<void> {
    const { track, captions } = this;
    for (;;) {
      const clause = await track.at(track.position);
      if (clause === undefined || signal.aborted) return;
      track.shown(clause.index);
      captions.shown(clause.index);
    }
  }
}

/** Sends words and voice as they are to be played; returns when all was sent, or when aborted. */
async function play(events: AsyncIterable<VoiceEvent>, options: PlayOptions): Promise<void> {
  const { captions, signal, onEvent } = options;
  for await (const event of events) {
    if (signal.aborted) return;
    onEvent(event);
    switch (event.type) {
      case 'clause-begun':
        captions.begun(event.clause);
        break;
      case 'words-timed':
      case 'clause-done':
        captions.timed(event.clause);
        break;
      case 'speech-audio':
        // First, so that history and captions never know different things.
        captions.timed(event.clause);
        await send(event.clause, event.samples, options);
    }
  }
}

async function send(clause: number, samples: Int16Array, options: PlayOptions): Promise<void> {
  const { item, sampleRateHz, pacer, output, signal, onSending } = options;
  const pieceSamples = Math.floor((sampleRateHz * MAX_PIECE_MS) / 1_000);
  for (let start = 0; start < samples.length; start += pieceSamples) {
    const piece = samples.subarray(start, start + pieceSamples);
    await pacer.ready((piece.length / sampleRateHz) * 1_000, signal);
    await output.writable(signal);
    if (signal.aborted) return;
    onSending(clause);
    output.audio(item, piece, false);
  }
}

/** A reply as the client shows it: each clause once, and the places of its words in the audio. */
class ReplyCaptions {
  readonly #options: CaptionsOptions;
  #chunkIndex = 0;
  /** Clauses that were sent. */
  #sent = 0;
  /** What the client knows of the clause that is spoken. */
  #sentTiming: readonly (number | undefined)[] = [];

  constructor(options: CaptionsOptions) {
    this.#options = options;
  }

  /** The voice begins a clause, or another voice goes on in it. */
  begun(clause: number): void {
    const { startMs } = this.#options.track.timing(clause)!;
    if (clause === this.#sent) this.#clause(clause, startMs);
    this.timed(clause);
  }

  /** More is known of the places of the clause's words. */
  timed(clause: number): void {
    const { output, track, responseId } = this.#options;
    const { startMs, audioMs, wordEndsMs } = track.timing(clause)!;
    const known = [clause, startMs, audioMs, wordEndsMs.length, wordEndsMs.at(-1)];
    if (known.every((value, index) => value === this.#sentTiming[index])) return;
    this.#sentTiming = known;
    output.event({
      type: 'response.output_audio_transcript.timed',
      response_id: responseId,
      clause,
      audio_start_ms: startMs,
      audio_ms: audioMs,
      word_ends_ms: [...wordEndsMs],
    });
  }

  /** The clause is there to be read, or for the client to speak. */
  shown(clause: number): void {
    if (clause === this.#sent) this.#clause(clause, null);
  }

  /** The client is to speak the clause, which was sent, from this character on. */
  handedBack(clause: number, fromCharacter: number): void {
    const { text } = this.#options.track.peek(clause)!;
    this.#send(text.slice(fromCharacter), null, { clause, from_character: fromCharacter });
  }

  /** Nothing more will come. */
  finish(): void {
    this.#send('', null, {});
  }

  #clause(clause: number, audioStartMs: number | null): void {
    this.#sent++;
    this.#send(this.#options.track.peek(clause)!.text, audioStartMs, { clause });
  }

  #send(
    text: string,
    audioStartMs: number | null,
    at: { readonly clause?: number; readonly from_character?: number },
  ): void {
    const { output, responseId } = this.#options;
    output.event({
      type: 'response.output_audio_transcript.delta',
      response_id: responseId,
      delta: this.#chunkIndex === 0 || text === '' ? text : ` ${text}`,
      chunk_index: this.#chunkIndex++,
      is_complete: text === '',
      timestamp: output.nowMs(),
      audio_start_ms: audioStartMs,
      ...at,
    });
  }
}
