import { speechMs } from '../audio/opus-packet.ts';
import type { Outbound, SequencedEvent } from './outbound.ts';

/**
 * Messages kept until the relay has acknowledged them: a minute of speech and its events, with
 * room to spare.
 */
const CAPACITY = 1_024;

type SpeechStarted = Extract<SequencedEvent, { type: 'input_audio_buffer.speech_started' }>;

/** What ends the utterance that is spoken. */
const ENDS: ReadonlySet<string> = new Set<SequencedEvent['type']>([
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
]);

export interface Numbered {
  readonly seq: number;
  readonly message: Outbound;
}

/**
 * Everything that was sent, or is waiting to be, and not yet acknowledged.
 *
 * Events and audio share one sequence from 1. After a lost connection the relay says what arrived
 * last and the rest is sent again. If the ring had to drop its oldest, the session cannot be
 * resumed any more and `after` says so.
 */
export class ClientOutbox {
  readonly #ring: (Numbered | undefined)[];
  readonly #capacity: number;
  /** Sequence number of the oldest message kept. */
  #first = 1;
  #next = 1;
  /** How the utterance that is still spoken began. */
  #open: SpeechStarted | undefined;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
    this.#ring = Array<Numbered | undefined>(capacity);
  }

  /** Numbers a message and keeps it; the oldest is dropped if the ring is full. */
  push(message: Outbound): Numbered {
    const numbered = { seq: this.#next, message };
    this.#ring[this.#next % this.#capacity] = numbered;
    this.#next += 1;
    if (this.#next - this.#first > this.#capacity) this.#first = this.#next - this.#capacity;
    if (message.kind === 'event') this.#noteUtterance(message.event);
    return numbered;
  }

  #noteUtterance(event: SequencedEvent): void {
    if (event.type === 'input_audio_buffer.speech_started') this.#open = event;
    else if (ENDS.has(event.type)) this.#open = undefined;
  }

  /** Everything up to and including `seq` has arrived. Old and impossible numbers change nothing. */
  acknowledge(seq: number): void {
    if (seq >= this.#next) return;
    while (this.#first <= seq) {
      this.#ring[this.#first % this.#capacity] = undefined;
      this.#first += 1;
    }
  }

  /**
   * What the relay lacks when `seq` is the last that arrived.
   *
   * @returns undefined if a part of it was dropped, or the relay claims what was never sent
   */
  after(seq: number): readonly Numbered[] | undefined {
    if (seq + 1 < this.#first || seq >= this.#next) return undefined;
    return this.#from(Math.max(seq + 1, this.#first));
  }

  /** Duration of the audio that is not yet acknowledged. */
  get unacknowledgedMs(): number {
    return this.#from(this.#first).reduce(
      (sum, { message }) => (message.kind === 'audio' ? sum + speechMs(message.audio) : sum),
      0,
    );
  }

  /**
   * Begins a new sequence for a new session and takes along what it can use: what was typed,
   * utterances whose beginning is still here, and what is left of one that is still spoken. The
   * rest belonged to the old session.
   *
   * @returns what is to be sent to the new session
   */
  restart(): readonly Numbered[] {
    const kept = this.#from(this.#first).map(({ message }) => message);
    const open = this.#open;
    // Else the new session would take the rest of the utterance for a fault.
    if (open && !kept.some((message) => message.kind === 'event' && message.event === open)) {
      kept.unshift({ kind: 'event', event: { ...open, interrupts: undefined } });
    }
    this.#ring.fill(undefined);
    this.#first = 1;
    this.#next = 1;
    const begun = new Set<number>();
    for (const message of kept) {
      if (isForNewSession(message, begun)) this.push(message);
    }
    return this.#from(1);
  }

  #from(seq: number): Numbered[] {
    const found: Numbered[] = [];
    for (let n = seq; n < this.#next; n += 1) found.push(this.#ring[n % this.#capacity]!);
    return found;
  }
}

/** @param begun the utterances whose beginning was seen so far; added to */
function isForNewSession(message: Outbound, begun: Set<number>): boolean {
  if (message.kind === 'audio') return begun.has(message.utterance);
  const { event } = message;
  switch (event.type) {
    case 'conversation.item.create':
      return true;
    case 'input_audio_buffer.speech_started':
      begun.add(event.utterance);
      return true;
    case 'input_audio_buffer.speech_paused':
    case 'input_audio_buffer.speech_resumed':
    case 'input_audio_buffer.speech_stopped':
    case 'input_audio_buffer.commit':
    case 'input_audio_buffer.clear':
      return begun.has(event.utterance);
    case 'session.update':
    case 'conversation.item.delete':
    case 'conversation.item.truncate':
    case 'response.create':
    case 'response.cancel':
    case 'page.answer.delta':
    case 'page.answer.done':
      return false;
  }
}
