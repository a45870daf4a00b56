import { OutgoingAudio } from '../calls/call-audio.ts';

/** A piece of voice: 96 ms, which are whole groups of base64. */
const PIECE_CHARACTERS = 1_024;
/** Some minute: a session sends its voice a few seconds ahead of its being heard. */
const MAX_UNHEARD = 600;

/** Where a reply stands: so much of it was heard. */
export interface Heard {
  readonly responseId: string;
  readonly playedMs: number;
}

interface Piece {
  readonly responseId: string;
  /** Of the reply, with this piece. */
  readonly endMs: number;
  /** Base64 of µ-law. */
  readonly payload: string;
}

interface Reply {
  readonly responseId: string;
  /** Of its audio frames. */
  readonly number: number;
  readonly audio: OutgoingAudio;
  sentMs: number;
}

export interface PhoneVoiceOptions {
  /** To Twilio, which plays one after the other. */
  readonly play: (payload: string) => void;
  /** Twilio says the name when all before it was played, or was cleared. */
  readonly mark: (name: string) => void;
  /** Nothing of what was sent is played any more. */
  readonly clear: () => void;
}

/**
 * The voice on its way to a telephone. Twilio plays what it is sent and says, mark by mark, how far
 * it has come: that is the playback position. What was not heard is kept, so that a reply that was
 * held can go on.
 */
export class PhoneVoice {
  readonly #options: PhoneVoiceOptions;
  #reply: Reply | undefined;
  /** In their order. */
  #unheard: Piece[] = [];
  /** The last piece that was heard. */
  #heard: Heard | undefined;
  #isHeld = false;
  /** Marks before the last `clear` say nothing: Twilio returns them at once. */
  #generation = 0;
  /** The number of the first piece of `#unheard`. */
  #first = 0;

  constructor(options: PhoneVoiceOptions) {
    this.#options = options;
  }

  get isPlaying(): boolean {
    return this.#unheard.length > 0 && !this.#isHeld;
  }

  /** Twilio says nothing of what it plays. */
  get isStuck(): boolean {
    return this.#unheard.length > MAX_UNHEARD;
  }

  begin(responseId: string, number: number, sampleRateHz: number): void {
    const audio = new OutgoingAudio('audio/pcmu', sampleRateHz);
    this.#reply = { responseId, number, audio, sentMs: 0 };
  }

  /** @param number - of the reply that the frame belongs to */
  push(number: number, samples: Int16Array, isLast: boolean): void {
    const reply = this.#reply;
    if (reply?.number !== number) return;
    this.#add(reply, reply.audio.give(samples));
    if (isLast) this.#add(reply, reply.audio.end());
  }

  /** A mark that came back. */
  marked(name: string): void {
    const [, generation, number] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
    const count = Number(number) - this.#first + 1;
    // Also if it is not a mark of ours.
    if (Number(generation) !== this.#generation) return;
    if (!(count > 0 && count <= this.#unheard.length)) return;
    const { responseId, endMs } = this.#unheard[count - 1]!;
    this.#heard = { responseId, playedMs: endMs };
    this.#unheard.splice(0, count);
    this.#first += count;
  }

  /** Falls silent. @returns where the reply stands that was being heard, if one was */
  hold(): Heard | undefined {
    const heard = this.#position;
    if (heard !== undefined && !this.#isHeld) {
      this.#isHeld = true;
      this.#silence();
    }
    return heard;
  }

  /** Goes on where it was held. */
  resume(): void {
    this.#isHeld = false;
    this.#unheard.forEach((piece, index) => this.#play(piece, index));
  }

  /** The rest is not wanted. @returns where the reply stands that was being heard, if one was */
  cut(): Heard | undefined {
    const heard = this.#position;
    if (heard !== undefined && !this.#isHeld) this.#silence();
    this.#isHeld = false;
    this.#first += this.#unheard.length;
    this.#unheard = [];
    this.#reply = undefined;
    return heard;
  }

  /** Undefined: all was heard. */
  get #position(): Heard | undefined {
    const responseId = this.#unheard[0]?.responseId;
    if (responseId === undefined) return undefined;
    return this.#heard?.responseId === responseId ? this.#heard : { responseId, playedMs: 0 };
  }

  #add(reply: Reply, base64: string): void {
    for (let at = 0; at < base64.length; at += PIECE_CHARACTERS) {
      const payload = base64.slice(at, at + PIECE_CHARACTERS);
      reply.sentMs += Buffer.byteLength(payload, 'base64') / 8;
      const piece = { responseId: reply.responseId, endMs: reply.sentMs, payload };
      this.#unheard.push(piece);
      if (!this.#isHeld) this.#play(piece, this.#unheard.length - 1);
    }
  }

  #play({ payload }: Piece, index: number): void {
    this.#options.play(payload);
    this.#options.mark(`${this.#generation}.${this.#first + index}`);
  }

  #silence(): void {
    this.#generation += 1;
    this.#options.clear();
  }
}
