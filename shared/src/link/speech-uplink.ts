import {
  MAX_OPUS_PACKET_MS,
  mergeOpusPackets,
  OPUS_LOOKAHEAD_SAMPLES,
  opusDurationMs,
  type OpusAudio,
} from '../audio/opus-packet.ts';
import { SPEECH_SAMPLES_PER_MS } from '../audio/pcm16.ts';
import type { AudioCodec } from '../protocol/audio-frame.ts';
import type { Outbound, OutboundAudio } from './outbound.ts';

/** How long an encoder may keep what was pushed before it counts as failed. */
const ENCODER_DEADLINE_MS = 1_000;
const PACKET_MS = 20;
const PACKET_SAMPLES = PACKET_MS * SPEECH_SAMPLES_PER_MS;
const MAX_PACKETS = MAX_OPUS_PACKET_MS / PACKET_MS;
const LOOKAHEAD_MS = OPUS_LOOKAHEAD_SAMPLES / SPEECH_SAMPLES_PER_MS;
const NO_PACKET: OpusAudio = { packet: new Uint8Array(), durationMs: 0 };

/** An encoder of speech at 16 kHz. One utterance at a time. Each method may throw. */
export interface SpeechEncoder {
  /** Begins an utterance anew. What is left of another is forgotten. */
  begin(sink: EncoderSink): void;
  push(samples: Int16Array): void;
  /** Resolves after the utterance's last packet; rejects if there is none. */
  end(): Promise<void>;
  close(): void;
}

export interface EncoderSink {
  /** In order, of 20 ms each. */
  packet(packet: Uint8Array): void;
  /** There will be no more of this utterance. */
  failed(): void;
}

export interface SpeechUplinkOptions {
  send(message: Outbound): void;
  /** Asked at the first chunk of each utterance. */
  codec(): AudioCodec;
  /** Asked when an utterance is to be encoded. */
  encoder(): SpeechEncoder;
  /**
   * The encoder failed in the middle of an utterance, which has got its end mark: speech from here
   * on was not sent. It is to go on as another utterance, which will be PCM16 like all that follow.
   */
  onStopped(utterance: number, atMs: number): void;
}

/** An utterance on its way. */
interface Speech {
  readonly utterance: number;
  /** `none`: the encoder failed after a part was sent, and the rest goes another way. */
  codec: AudioCodec | 'none';
  state: 'open' | 'ending' | 'ended';
  /** That came from the encoder and were not sent yet. */
  packets: Uint8Array[];
  /** Packets that came in all. */
  received: number;
  /** Samples that the encoder was given. */
  pushed: number;
  /** Messages of Opus that were sent. */
  sent: number;
}

interface Waiting {
  readonly message: Outbound;
  /** Of a chunk that the encoder was given, or that needs none. */
  speech?: Speech;
  /** Packets of the utterance up to its end. */
  packets?: number;
}

/**
 * The way from who cuts utterances to the connection: the same messages in the same order, the
 * audio in the codec that the line wishes. What follows a chunk waits until it is encoded, a few
 * milliseconds. Each chunk becomes one message.
 */
export class SpeechUplink {
  readonly #options: SpeechUplinkOptions;
  readonly #queue: Waiting[] = [];
  /** How many of the queue's first have been begun with. */
  #begun = 0;
  #speech: Speech | undefined;
  #encoder: SpeechEncoder | undefined;
  #isBroken = false;
  #isWorking = false;
  #stopped: (() => void) | undefined;
  #awaited: Waiting | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SpeechUplinkOptions) {
    this.#options = options;
  }

  /** Whether no encoder works here: everything is sent as PCM16. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** @param message - audio as PCM16: `UPLINK_CHUNK_SAMPLES` samples, fewer only in the last */
  send(message: Outbound): void {
    this.#queue.push({ message });
    this.#work();
  }

  /** What still waits is not sent. */
  close(): void {
    this.#queue.length = this.#begun = 0;
    this.#speech = undefined;
    clearTimeout(this.#deadline);
    this.#encoder?.close();
  }

  #work(): void {
    // Encoders may answer at once.
    if (this.#isWorking) return;
    this.#isWorking = true;
    do this.#begin();
    while (this.#sendReady());
    this.#isWorking = false;
    this.#awaitEncoder();
    const stopped = this.#stopped;
    this.#stopped = undefined;
    stopped?.();
  }

  #begin(): void {
    for (; this.#begun < this.#queue.length; this.#begun += 1) {
      const waiting = this.#queue[this.#begun]!;
      if (waiting.message.kind === 'event') continue;
      const speech = this.#speechOf(waiting.message);
      if (speech === undefined) return;
      waiting.speech = speech;
      if (waiting.message.last) speech.state = 'ending';
      if (speech.codec === 'opus') this.#encode(speech, waiting, waiting.message);
    }
  }

  /** @returns undefined if another utterance has to leave the encoder first */
  #speechOf({ utterance }: OutboundAudio): Speech | undefined {
    const current = this.#speech;
    if (current?.utterance === utterance && current.state === 'open') return current;
    const begun = this.#queue.slice(0, this.#begun);
    if (begun.some(({ speech }) => speech?.codec === 'opus')) return undefined;
    const codec = this.#isBroken ? 'pcm16' : this.#options.codec();
    const counts = { packets: [], received: 0, pushed: 0, sent: 0 };
    const speech: Speech = { utterance, codec, state: 'open', ...counts };
    this.#speech = speech;
    if (codec === 'opus') this.#tryEncoder(speech, () => this.#beginEncoder(speech));
    return speech;
  }

  #beginEncoder(speech: Speech): void {
    this.#encoder ??= this.#options.encoder();
    this.#encoder.begin({
      packet: (packet) => {
        if (this.#speech !== speech || speech.codec !== 'opus') return;
        if (opusDurationMs(packet) !== PACKET_MS) return this.#failed(speech);
        speech.packets.push(packet);
        speech.received += 1;
        this.#work();
      },
      failed: () => this.#failed(speech),
    });
  }

  #encode(speech: Speech, waiting: Waiting, { audio, last }: OutboundAudio): void {
    if (!(audio instanceof Int16Array)) throw new TypeError('This speech is encoded already.');
    speech.pushed += audio.length;
    waiting.packets = Math.floor(speech.pushed / PACKET_SAMPLES);
    this.#tryEncoder(speech, () => {
      if (audio.length > 0) this.#encoder!.push(audio);
      if (!last) return;
      const ended = () => {
        speech.state = 'ended';
        this.#work();
      };
      this.#encoder!.end().then(ended, () => this.#failed(speech));
    });
  }

  #tryEncoder(speech: Speech, use: () => void): void {
    try {
      use();
    } catch {
      this.#failed(speech);
    }
  }

  /** @returns whether something was sent */
  #sendReady(): boolean {
    const before = this.#queue.length;
    while (this.#begun > 0) {
      const { message, speech, packets = 0 } = this.#queue[0]!;
      if (message.kind === 'event' || speech?.codec === 'pcm16') {
        this.#options.send(message);
      } else if (speech?.codec === 'none') {
        this.#stop(speech, message);
      } else if (speech !== undefined) {
        const isEncoded = message.last ? speech.state === 'ended' : speech.received >= packets;
        if (!isEncoded) break;
        this.#sendOpus(speech, message);
      }
      this.#queue.shift();
      this.#begun -= 1;
    }
    return this.#queue.length < before;
  }

  #sendOpus(speech: Speech, { utterance, startMs: chunkMs, last, audio }: OutboundAudio): void {
    const { packets } = speech;
    const count = audio instanceof Int16Array && !last ? audio.length / PACKET_SAMPLES : Infinity;
    const messages = merged(packets.splice(0, count));
    if (messages.length === 0) messages.push(NO_PACKET);
    let startMs = speech.sent === 0 ? chunkMs : chunkMs - LOOKAHEAD_MS;
    for (const [index, opus] of messages.entries()) {
      const isLast = last && index === messages.length - 1;
      this.#options.send({ kind: 'audio', utterance, audio: opus, startMs, last: isLast });
      // The decoder drops what the first packet has before the first sample.
      startMs += opus.durationMs - (speech.sent === 0 ? LOOKAHEAD_MS : 0);
      speech.sent += 1;
    }
  }

  /** The first chunk that was not sent becomes the end mark, the others are passed over. */
  #stop(speech: Speech, chunk: OutboundAudio): void {
    if (speech.sent === 0) return;
    speech.sent = 0;
    const startMs = chunk.startMs - LOOKAHEAD_MS;
    this.#options.send({ ...chunk, audio: NO_PACKET, startMs, last: true });
    // An utterance that is over ends in silence: that is not worth another one.
    if (speech.state !== 'open') return;
    this.#stopped = () => this.#options.onStopped(chunk.utterance, startMs);
  }

  #awaitEncoder(): void {
    const [awaited] = this.#queue;
    if (awaited === this.#awaited) return;
    this.#awaited = awaited;
    clearTimeout(this.#deadline);
    const speech = awaited?.speech;
    if (speech === undefined) return;
    this.#deadline = setTimeout(() => this.#failed(speech), ENCODER_DEADLINE_MS);
  }

  #failed(speech: Speech): void {
    const isNeeded = this.#queue.some((waiting) => waiting.speech === speech);
    // Else the next chunk fails, if there is one: an encoder may be taken away when it is idle.
    if (!isNeeded || speech.codec !== 'opus') return;
    this.#isBroken = true;
    speech.codec = speech.sent === 0 ? 'pcm16' : 'none';
    this.#work();
  }
}

function merged(packets: readonly Uint8Array[]): OpusAudio[] {
  const messages: OpusAudio[] = [];
  for (let from = 0; from < packets.length; from += MAX_PACKETS) {
    const group = packets.slice(from, from + MAX_PACKETS);
    const whole = mergeOpusPackets(group);
    for (const packet of whole === undefined ? group : [whole]) {
      messages.push({ packet, durationMs: opusDurationMs(packet) ?? PACKET_MS });
    }
  }
  return messages;
}
