import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type { AudioFrame, UnnumberedRelayEvent } from '@parley/shared';
import { RECORDING_RATE_HZ } from '../../keeping/recordings/recording-format.ts';
import { OPUS_LOOKAHEAD_SAMPLES } from '@parley/shared/audio/opus-packet';
import type { OpusCodec } from '../../base/lib/opus-codec.ts';
import type { RecordingWriter } from '../../keeping/recordings/recording-writer.ts';
import { VoicePlacement } from '../../keeping/recordings/voice-placement.ts';
import type { CallEventBody, EmitCallEvent } from '../events/call-events.ts';
import type { ConversationOutput } from '../turn/output.ts';

const SAMPLES_PER_MS = RECORDING_RATE_HZ / 1_000;
/** Responses of which the client may still say how much was heard. */
const MAX_RESPONSES = 8;

export interface CallRecorderOptions {
  readonly output: ConversationOutput;
  readonly voiceRateHz: number;
  /** Decodes what the person says in Opus. */
  readonly opus: OpusCodec;
  /** @returns undefined if none can be made now */
  readonly open: (onFailed: () => void) => RecordingWriter | undefined;
  readonly emit: EmitCallEvent;
  /** The call cannot be recorded, or not any more; it goes on. */
  readonly onFailed: () => void;
}

interface Running {
  readonly writer: RecordingWriter;
  readonly voice: VoicePlacement;
  /** Of the response that is being sent. */
  resampler: { readonly item: number; readonly stream: Pcm16Resampler } | undefined;
  /** The end of the person's utterance so far; samples of the session clock. */
  person: { utterance: number; end: number };
  /** Of the person's utterance. */
  decoder: ReturnType<OpusCodec['decoder']> | undefined;
  /** What was said in Opus until now is written. */
  decoded: Promise<void>;
}

/** Passes on what goes to the client, and records both sides while it is asked to. */
export class CallRecorder implements ConversationOutput {
  readonly #options: CallRecorderOptions;
  /** The numbers of responses by their ids. */
  readonly #items = new Map<string, number>();
  #running: Running | undefined;

  constructor(options: CallRecorderOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  start(): void {
    if (this.#running !== undefined) return;
    const writer = this.#options.open(() => this.#ended('failed'));
    if (writer === undefined) return this.#options.onFailed();
    const person = { utterance: -1, end: 0 };
    this.#running = {
      ...{ writer, voice: new VoicePlacement(), resampler: undefined, person },
      ...{ decoder: undefined, decoded: Promise.resolve() },
    };
    this.#options.emit({ type: 'recording-started' });
  }

  stop(): void {
    const running = this.#running;
    void running?.decoded.then(() => running.writer.close());
    this.#ended('stopped');
  }

  /** A frame of the open utterance. The hot path. */
  speech({ item, timestampMs, samples, opus }: AudioFrame): void {
    const running = this.#running;
    if (running === undefined) return;
    const { person, writer } = running;
    const length = opus === undefined ? samples.length : opus.durationMs * SAMPLES_PER_MS;
    const isFirst = person.utterance !== item;
    if (isFirst) {
      person.utterance = item;
      // The client's clock is an estimate; what it says cannot be later than now.
      const latest = this.#nowSamples - length;
      person.end = Math.max(person.end, Math.min(timestampMs * SAMPLES_PER_MS, latest));
      running.decoder?.close();
      running.decoder = undefined;
    }
    const start = Math.round(person.end);
    if (opus === undefined) writer.samples({ kind: 'person', item, start }, samples);
    // The encoder's look-ahead is left out of the first piece, so that the others come earlier.
    else this.#decode(running, item, isFirst ? start : start - OPUS_LOOKAHEAD_SAMPLES, opus.packet);
    person.end += length;
  }

  observe(event: CallEventBody): void {
    if (event.type !== 'reply-interrupted') return;
    const item = this.#items.get(event.responseId);
    if (item !== undefined) this.#cut(item, Math.round(event.playedMs * SAMPLES_PER_MS));
  }

  event(event: UnnumberedRelayEvent): void {
    if (event.type === 'response.created') this.#remember(event.response_id, event.item);
    this.#options.output.event(event);
  }

  audio(item: number, samples: Int16Array, last: boolean): void {
    this.#options.output.audio(item, samples, last);
    if (this.#running !== undefined) this.#spoken(this.#running, item, samples, last);
  }

  dropAudio(item: number): void {
    this.#options.output.dropAudio(item);
    this.#cut(item, undefined);
  }

  writable(signal: AbortSignal): Promise<void> {
    return this.#options.output.writable(signal);
  }

  nowMs(): number {
    return this.#options.output.nowMs();
  }

  get #nowSamples(): number {
    return Math.round(this.nowMs() * SAMPLES_PER_MS);
  }

  #ended(how: 'stopped' | 'failed'): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    void running.decoded.then(() => running.decoder?.close());
    this.#options.emit({ type: 'recording-ended', how });
    if (how === 'failed') this.#options.onFailed();
  }

  #decode(running: Running, item: number, start: number, packet: Uint8Array): void {
    if (packet.length === 0) return;
    running.decoder ??= this.#options.opus.decoder(RECORDING_RATE_HZ);
    const decoding = running.decoder.push(packet).then(
      (samples) => running.writer.samples({ kind: 'person', item, start }, samples),
      () => {
        if (this.#running !== running) return;
        void running.writer.close();
        this.#ended('failed');
      },
    );
    running.decoded = running.decoded.then(() => decoding);
  }

  #remember(responseId: string, item: number): void {
    this.#items.set(responseId, item);
    if (this.#items.size > MAX_RESPONSES) this.#items.delete(this.#items.keys().next().value!);
  }

  #spoken(running: Running, item: number, samples: Int16Array, last: boolean): void {
    if (running.resampler?.item !== item) {
      const stream = new Pcm16Resampler(this.#options.voiceRateHz, RECORDING_RATE_HZ);
      running.resampler = { item, stream };
    }
    const { stream } = running.resampler;
    const pieces = last ? [stream.push(samples), stream.flush()] : [stream.push(samples)];
    for (const piece of pieces.filter(({ length }) => length > 0)) {
      const start = running.voice.place(item, piece.length, this.#nowSamples);
      running.writer.samples({ kind: 'voice', item, start }, piece);
    }
  }

  /** @param played - samples; undefined: what was due by now */
  #cut(item: number, played: number | undefined): void {
    const running = this.#running;
    const start = running?.voice.cut(item, played, this.#nowSamples);
    if (start !== undefined) running?.writer.cut(item, start);
  }
}
