import { mergeOpusPackets, opusDurationMs } from '@parley/shared/audio/opus-packet';
import { ParleyError, type UnnumberedRelayEvent } from '@parley/shared';
import { aborted } from '../../base/lib/deadline.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { OpusCodec, OpusEncoderStream } from '../../base/lib/opus-codec.ts';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import type { ConversationOutput } from '../turn/output.ts';
import type { Outbox } from './outbox.ts';

const BITRATE = 24_000;
/** That Opus knows. */
const RATES_HZ = [8_000, 12_000, 16_000, 24_000, 48_000];
/** Of 20 ms each: a frame of 100 ms. */
const PACKETS_PER_FRAME = 5;
/** The longest frame that Opus allows. */
const PACKETS_IN_LAST_FRAME = 6;
/** Encoded by itself, because the first sound waits for it: a millisecond instead of three. */
const FIRST_MS = 40;
/** Pieces of voice that may wait for their encoding: two seconds. */
const MAX_WAITING = 10;
const NO_PACKET = { packet: new Uint8Array(), durationMs: 0 };

export interface VoiceEncoderOptions {
  readonly outbox: Pick<Outbox, keyof ConversationOutput>;
  readonly opus: Pick<OpusCodec, 'encoder'>;
  readonly voiceRateHz: number;
  readonly settings: Pick<ConversationSettings, 'voiceCodec'>;
  readonly logger: Logger;
}

/** A response whose voice goes out in Opus. */
interface EncodedVoice {
  readonly item: number;
  readonly stream: OpusEncoderStream;
  /** Encoded and not sent. */
  packets: Uint8Array[];
  state: 'empty' | 'pushed' | 'sent' | 'over';
  failure: unknown;
  /** Resolves when all that was pushed is encoded. */
  encoded: Promise<void>;
}

type Created = Extract<UnnumberedRelayEvent, { type: 'response.created' }>;

interface Waiting {
  /** Of voice. */
  readonly item?: number;
  /** undefined while it is being encoded. */
  send: (() => void) | undefined;
}

/**
 * Passes on what goes to the client; the voice of a response in Opus if the client asks for that.
 * All that comes behind a piece of voice waits until the piece is encoded, some milliseconds.
 *
 * If the encoder fails, the voice of the response ends as if the synthesizer had failed: the rest
 * is written. Later responses are PCM16.
 */
export class VoiceEncoder implements ConversationOutput {
  readonly #options: VoiceEncoderOptions;
  readonly #outbox: VoiceEncoderOptions['outbox'];
  #waiting: Waiting[] = [];
  #voice: EncodedVoice | undefined;
  /** Of the next response: its thread is up by then. */
  #next: OpusEncoderStream | undefined;
  #isOff = false;

  constructor(options: VoiceEncoderOptions) {
    this.#options = options;
    this.#outbox = options.outbox;
    this.#isOff = !RATES_HZ.includes(options.voiceRateHz);
  }

  /** The client may have asked for another codec. */
  prepare(): void {
    if (this.#isWanted) this.#next ??= this.#open();
    else this.#forgetNext();
  }

  event(event: UnnumberedRelayEvent): void {
    const before = this.#voice;
    const sent = event.type === 'response.created' ? this.#announced(event) : event;
    this.#inOrder(before, () => this.#outbox.event(sent));
  }

  audio(item: number, samples: Int16Array, last: boolean): void {
    const voice = this.#voice;
    if (voice?.item === item) return this.#push(voice, samples, last);
    if (this.#waiting.length === 0) return this.#outbox.audio(item, samples, last);
    // Whose memory it is may write into it once this returns.
    const kept = samples.slice();
    this.#waiting.push({ item, send: () => this.#outbox.audio(item, kept, last) });
  }

  dropAudio(item: number): void {
    if (this.#voice?.item === item) this.#end(this.#voice);
    this.#waiting = this.#waiting.filter((waiting) => waiting.item !== item);
    this.#outbox.dropAudio(item);
    this.#drain();
  }

  /** @throws ParleyError `synthesizer_failed` if the voice cannot be encoded */
  writable(signal: AbortSignal): Promise<void> {
    const voice = this.#voice;
    if (voice === undefined || voice.state === 'over') return this.#outbox.writable(signal);
    return this.#encodable(voice, signal);
  }

  nowMs(): number {
    return this.#outbox.nowMs();
  }

  /** Nothing more is sent. */
  close(): void {
    this.#isOff = true;
    this.#waiting = [];
    if (this.#voice !== undefined) this.#end(this.#voice);
    this.#forgetNext();
  }

  get #isWanted(): boolean {
    return this.#options.settings.voiceCodec === 'opus' && !this.#isOff;
  }

  #open(): OpusEncoderStream {
    return this.#options.opus.encoder(this.#options.voiceRateHz, BITRATE);
  }

  #forgetNext(): void {
    this.#next?.close();
    this.#next = undefined;
  }

  #begin(item: number): EncodedVoice {
    const stream = this.#next ?? this.#open();
    this.#next = this.#open();
    const encoded = Promise.resolve();
    return { item, stream, packets: [], state: 'empty', failure: undefined, encoded };
  }

  /** @returns the event of a response that begins, with its codec */
  #announced(event: Created): Created {
    const { audio, item } = event;
    if (audio === null) return event;
    const before = this.#voice;
    // Its stream is closed, however it ended.
    if (before !== undefined) this.#inOrder(before, () => this.#end(before));
    this.#voice = this.#isWanted ? this.#begin(item) : undefined;
    return this.#voice === undefined ? event : { ...event, audio: { ...audio, codec: 'opus' } };
  }

  #push(voice: EncodedVoice, samples: Int16Array, last: boolean): void {
    if (voice.state === 'over') return;
    if (voice.failure !== undefined || (voice.state === 'empty' && samples.length === 0)) {
      if (last) this.#inOrder(voice, () => this.#endMark(voice));
      return;
    }
    let rest = samples;
    if (voice.state === 'empty') {
      voice.state = 'pushed';
      const first = (this.#options.voiceRateHz * FIRST_MS) / 1_000;
      this.#encode(voice, samples.subarray(0, first), false);
      rest = samples.subarray(first);
    }
    if (rest.length > 0 || last) this.#encode(voice, rest, last);
  }

  #encode(voice: EncodedVoice, samples: Int16Array, last: boolean): void {
    const waiting: Waiting = { item: voice.item, send: undefined };
    this.#waiting.push(waiting);
    voice.encoded = voice.stream.push(samples, last).then(
      (packets) => {
        waiting.send = () => this.#encoded(voice, packets, last);
        this.#drain();
      },
      (error: unknown) => {
        this.#failed(voice, error);
        waiting.send = () => last && this.#endMark(voice);
        this.#drain();
      },
    );
  }

  /** Sends what makes a whole frame; of a response's first packets what there is. */
  #encoded(voice: EncodedVoice, packets: readonly Uint8Array[], last: boolean): void {
    voice.packets.push(...packets);
    const most = last ? PACKETS_IN_LAST_FRAME : PACKETS_PER_FRAME - 1;
    while (voice.packets.length > most) this.#send(voice, PACKETS_PER_FRAME, false);
    if (!last) {
      if (voice.state === 'pushed') this.#flush(voice);
      return;
    }
    if (voice.packets.length === 0) return this.#endMark(voice);
    this.#send(voice, PACKETS_IN_LAST_FRAME, true);
    this.#end(voice);
  }

  #flush(voice: EncodedVoice): void {
    if (voice.packets.length > 0) this.#send(voice, PACKETS_PER_FRAME, false);
  }

  #send(voice: EncodedVoice, count: number, last: boolean): void {
    voice.state = 'sent';
    const packets = voice.packets.splice(0, count);
    const merged = mergeOpusPackets(packets);
    const frames = merged === undefined ? packets : [merged];
    for (const [at, packet] of frames.entries()) {
      const isLast = last && at === frames.length - 1;
      this.#outbox.audio(voice.item, { packet, durationMs: opusDurationMs(packet) ?? 0 }, isLast);
    }
  }

  #endMark(voice: EncodedVoice): void {
    this.#flush(voice);
    this.#outbox.audio(voice.item, NO_PACKET, true);
    this.#end(voice);
  }

  #end(voice: EncodedVoice): void {
    voice.state = 'over';
    voice.packets = [];
    voice.stream.close();
  }

  #failed(voice: EncodedVoice, err: unknown): void {
    if (voice.failure === undefined) this.#options.logger.error({ err }, 'voice encoder failed');
    voice.failure = err;
    this.#isOff = true;
    this.#forgetNext();
  }

  async #encodable(voice: EncodedVoice, signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) await Promise.race([voice.encoded, aborted(signal)]);
    const { failure: cause } = voice;
    if (cause !== undefined && !signal.aborted)
      throw new ParleyError('synthesizer_failed', { cause });
    return this.#outbox.writable(signal);
  }

  /** Behind all voice that came before; `before` is the response whose voice came last. */
  #inOrder(before: EncodedVoice | undefined, send: () => void): void {
    const behind = (): void => {
      // Another response may have begun by the time this is sent.
      if (before !== undefined) this.#flush(before);
      send();
    };
    if (this.#waiting.length > 0) this.#waiting.push({ send: behind });
    else behind();
  }

  #drain(): void {
    for (let send = this.#waiting[0]?.send; send !== undefined; send = this.#waiting[0]?.send) {
      this.#waiting.shift();
      send();
    }
  }
}
