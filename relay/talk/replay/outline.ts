import { decodeRelayEvent, type RelayEvent } from '@parley/shared';
import type { FlightEntry } from '@parley/shared/flight/flight-schema';
import { ResponseIds } from './response-ids.ts';

/** What a call came to, by which two runs of it are compared. */
export interface Outline {
  /** Final words and responses, in the order in which they came. */
  readonly order: readonly string[];
  /** By utterance; the error code if they could not be had. */
  readonly transcripts: ReadonlyMap<string, string>;
  /** By response: how it ended, if it did. */
  readonly endings: ReadonlyMap<string, string>;
  /** By utterance: whether it interrupted. */
  readonly interruptions: ReadonlyMap<string, string>;
  readonly errors: readonly string[];
  /** Ms from the end of a turn to its words and to the first of its response. */
  readonly delaysMs: ReadonlyMap<string, number>;
}

/** Reads a call from its recording, one session at a time. */
export function outlineOf(entries: Iterable<FlightEntry>): Outline {
  const reader = new OutlineReader();
  for (const entry of withoutRepeats(entries)) reader.read(entry);
  return reader.outline;
}

/** Leaves out what the relay sent again after a resumption although it had arrived. */
export function* withoutRepeats(entries: Iterable<FlightEntry>): Generator<FlightEntry> {
  let receivedSeq = 0;
  for (const entry of entries) {
    const seq = seqOf(entry);
    if (seq !== undefined && seq <= receivedSeq) continue;
    receivedSeq = seq ?? receivedSeq;
    yield entry;
  }
}

function seqOf(entry: FlightEntry): number | undefined {
  if (entry.kind === 'received-audio') return entry.seq;
  if (entry.kind !== 'received') return undefined;
  const { seq } = entry.event;
  return typeof seq === 'number' ? seq : undefined;
}

class OutlineReader {
  readonly outline = {
    order: [] as string[],
    transcripts: new Map<string, string>(),
    endings: new Map<string, string>(),
    interruptions: new Map<string, string>(),
    errors: [] as string[],
    delaysMs: new Map<string, number>(),
  };
  readonly #responses = new ResponseIds();
  /** When the client said last that a turn is over, by utterance; null for what was typed. */
  readonly #turnEnds = new Map<number | null, number>();
  /** When what a response answers was over. */
  readonly #answeredFrom = new Map<string, number>();

  read(entry: FlightEntry): void {
    if (entry.kind === 'sent') this.#sent(entry.t, entry.event);
    else if (entry.kind === 'received-audio') {
      this.#began(this.#responses.keyOfItem(entry.item), entry.t);
    } else if (entry.kind === 'received') {
      const result = decodeRelayEvent(JSON.stringify(entry.event));
      if (result.kind === 'event') this.#received(entry.t, result.event);
    }
  }

  #sent(t: number, event: { readonly type: string; readonly [field: string]: unknown }): void {
    switch (event.type) {
      case 'input_audio_buffer.speech_paused':
      case 'input_audio_buffer.speech_stopped':
      case 'input_audio_buffer.commit':
        this.#turnEnds.set(Number(event['utterance']), t);
        return;
      case 'conversation.item.create':
        this.#turnEnds.set(null, t);
        return;
      default:
    }
  }

  #received(t: number, event: RelayEvent): void {
    const { outline } = this;
    switch (event.type) {
      case 'conversation.item.input_audio_transcription.completed':
        return this.#words(t, event.utterance, event.transcript);
      case 'conversation.item.input_audio_transcription.failed':
        return this.#words(t, event.utterance, `(${event.error.code})`);
      case 'response.created': {
        const key = `response to ${this.#responses.add(event)}`;
        outline.order.push(key);
        const fromMs = this.#turnEnds.get(event.utterance);
        const isAsked = event.trigger === 'speech' || event.trigger === 'text';
        if (fromMs !== undefined && isAsked) this.#answeredFrom.set(key, fromMs);
        return;
      }
      case 'response.output_audio_transcript.delta':
        // With a voice, that is what is waited for.
        if (event.audio_start_ms === null) this.#began(this.#responses.keyOf(event.response_id), t);
        return;
      case 'response.done': {
        const key = this.#responses.keyOf(event.response_id);
        if (key !== undefined) outline.endings.set(`response to ${key}`, event.status);
        return;
      }
      case 'response.interruption_decided':
        outline.interruptions.set(
          `utterance ${event.utterance}`,
          event.interrupted ? 'interrupts' : 'does not interrupt',
        );
        return;
      case 'error':
        outline.errors.push(event.code);
        return;
      default:
    }
  }

  #words(t: number, utterance: number, transcript: string): void {
    const key = `utterance ${utterance}`;
    this.outline.order.push(key);
    this.outline.transcripts.set(key, transcript);
    const fromMs = this.#turnEnds.get(utterance);
    if (fromMs !== undefined) this.outline.delaysMs.set(key, t - fromMs);
  }

  #began(responseKey: string | undefined, t: number): void {
    const key = `response to ${responseKey}`;
    const fromMs = this.#answeredFrom.get(key);
    if (fromMs === undefined || this.outline.delaysMs.has(key)) return;
    this.outline.delaysMs.set(key, t - fromMs);
  }
}
