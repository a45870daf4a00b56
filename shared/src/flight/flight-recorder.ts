import type { ConnectionStatus, TrafficDirection } from '../link/connection-options.ts';
import { AudioFrameKind, decodeAudioFrame, type AudioFrame } from '../protocol/audio-frame.ts';
import { toBase64 } from './base64.ts';
import { FLIGHT_FORMAT, FLIGHT_VERSION } from './flight-format.ts';
import { FlightRing, type RingEntry } from './flight-ring.ts';
import type { FlightEntry, FlightEntryOf, FlightHeader } from './flight-schema.ts';

/** Ten minutes at one every 32 ms, with some to spare. */
const CAPACITY = 20_000;

/** Probabilities of so long stand in one line. */
const LINE_MS = 1_000;

const MAX_MS = 600_000;
/** Ten minutes of speech without a pause are 19 MB. */
const MAX_BYTES = 24 * 1024 * 1024;
/** What an entry takes beside its text or samples. */
const ENTRY_BYTES = 96;

type SentAudio = Omit<FlightEntryOf<'sent-audio'>, 't' | 'pcm' | 'opus'>;
/** An entry of the file that is complete but for its time. */
export type FlightNote = {
  [K in FlightEntry['kind']]: Omit<FlightEntryOf<K>, 't'>;
}['connection' | 'received-audio' | 'received-unreadable' | 'decision' | 'microphone' | 'turn'];

/** Messages are kept as they are; they are turned into lines only when a file is asked for. */
type Kept = RingEntry &
  (
    | { readonly kind: 'text'; readonly direction: TrafficDirection; readonly text: string }
    | {
        readonly kind: 'audio';
        readonly frame: SentAudio;
        readonly kept: Int16Array | Uint8Array | null;
      }
    | { readonly kind: 'note'; readonly note: FlightNote }
  );

export interface FlightRecorderOptions {
  readonly client: FlightHeader['client'];
  readonly maxMs?: number;
  readonly maxBytes?: number;
}

export interface FlightStatus {
  /** How much of the call is kept. */
  readonly durationMs: number;
  readonly bytes: number;
  readonly hasAudioConsent: boolean;
}

/**
 * The newest ten minutes of one call: what passed over the socket in both directions, what was
 * decided, and when. Audio is kept only with the person's consent, and without a copy: what was
 * sent is not written to any more. Instants are those of the client's own clock.
 */
export class FlightRecorder {
  readonly #options: FlightRecorderOptions;
  readonly #ring: FlightRing<Kept>;
  readonly #speech = new SpeechTrace();
  #hasAudioConsent = false;
  #startMs: number;
  #endMs: number;
  #isTruncated = false;
  /** The last event with a session's description that was dropped. */
  #droppedSession: string | undefined;

  constructor(startMs: number, options: FlightRecorderOptions) {
    const { maxMs = MAX_MS, maxBytes = MAX_BYTES } = options;
    this.#options = options;
    this.#startMs = startMs;
    this.#endMs = startMs;
    this.#ring = new FlightRing({ maxMs, maxBytes }, (entry) => this.#onDropped(entry));
  }

  get status(): FlightStatus {
    const { oldest, bytes } = this.#ring;
    const durationMs = oldest === undefined ? 0 : this.#endMs - oldest.atMs;
    return { durationMs, bytes, hasAudioConsent: this.#hasAudioConsent };
  }

  /** Another call: nothing of the one before is kept, but the consent still holds. */
  restart(startMs: number): void {
    this.#ring.clear();
    this.#speech.clear();
    this.#startMs = startMs;
    this.#endMs = startMs;
    this.#isTruncated = false;
    this.#droppedSession = undefined;
  }

  /** Once it is withdrawn, audio that was kept is gone as well. */
  setAudioConsent(agreed: boolean): void {
    this.#hasAudioConsent = agreed;
    if (agreed) return;
    this.#ring.replace((entry) =>
      entry.kind === 'audio' ? { ...entry, kept: null, bytes: ENTRY_BYTES } : entry,
    );
  }

  /** A message that passed. A sent message must not be written to afterwards. */
  traffic(atMs: number, direction: TrafficDirection, data: unknown): void {
    if (direction === 'received') return this.#received(atMs, data);
    if (!(data instanceof Uint8Array)) return this.#text(atMs, 'sent', String(data));
    const result = decodeAudioFrame(data);
    if (result.ok) this.#sentAudio(atMs, result.frame);
  }

  connection(atMs: number, status: ConnectionStatus): void {
    const { kind: state } = status;
    const reason = state === 'closed' ? { reason: status.reason.reason } : {};
    this.note(atMs, { kind: 'connection', state, ...reason });
  }

  /** Anything else that happened. */
  note(atMs: number, note: FlightNote): void {
    this.#push({ atMs, bytes: ENTRY_BYTES, kind: 'note', note });
  }

  /** @param probability - that the person speaks, 0–1 */
  speech(atMs: number, probability: number): void {
    this.#speech.push(atMs, probability);
  }

  /**
   * The file, a line at a time and without line ends, as it is at the first of them.
   *
   * @param savedAt - the wall clock
   */
  *lines(savedAt: Date): Generator<string, void, undefined> {
    const startMs = this.#startMs;
    const entries = this.#ring.snapshot();
    const sinceMs = entries[0]?.atMs ?? startMs;
    const speech = [...this.#speech.lines(sinceMs, startMs)];
    yield JSON.stringify(this.#header(savedAt));
    let next = 0;
    for (const entry of entries) {
      const t = sinceStart(entry.atMs, startMs);
      for (let line = speech[next]; line !== undefined && line.t <= t; line = speech[next]) {
        yield JSON.stringify(line);
        next += 1;
      }
      yield JSON.stringify(lineOf(entry, t));
    }
    for (const line of speech.slice(next)) yield JSON.stringify(line);
  }

  #header(savedAt: Date): FlightHeader {
    const dropped = eventOf(this.#droppedSession ?? '');
    return {
      format: FLIGHT_FORMAT,
      version: FLIGHT_VERSION,
      saved_at: savedAt.toISOString(),
      client: this.#options.client,
      clock_ms: this.#startMs,
      audio: this.#hasAudioConsent,
      truncated: this.#isTruncated,
      session: (dropped?.['session'] as FlightHeader['session'] | undefined) ?? null,
    };
  }

  #sentAudio(atMs: number, frame: AudioFrame): void {
    const { seq, item: utterance, timestampMs: at_ms, last, samples, opus } = frame;
    const kept = this.#hasAudioConsent ? (opus?.packet ?? samples) : null;
    const size = { samples: samples.length, ...opusMs(frame) };
    this.#push({
      atMs,
      bytes: ENTRY_BYTES + (kept?.byteLength ?? 0),
      kind: 'audio',
      frame: { kind: 'sent-audio', seq, utterance, at_ms, last, ...size },
      kept,
    });
  }

  /** Of audio only its size is kept. */
  #received(atMs: number, data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return this.#text(atMs, 'received', String(data));
    const result = decodeAudioFrame(new Uint8Array(data));
    if (!result.ok || result.frame.kind !== AudioFrameKind.downlink) {
      return this.note(atMs, { kind: 'received-unreadable', bytes: data.byteLength });
    }
    const { seq, item, last, samples } = result.frame;
    const size = { samples: samples.length, ...opusMs(result.frame) };
    this.note(atMs, { kind: 'received-audio', seq, item, last, ...size });
  }

  #text(atMs: number, direction: TrafficDirection, text: string): void {
    this.#push({ atMs, bytes: ENTRY_BYTES + text.length, kind: 'text', direction, text });
  }

  #push(entry: Kept): void {
    this.#endMs = entry.atMs;
    this.#ring.push(entry);
  }

  #onDropped(entry: Kept): void {
    this.#isTruncated = true;
    if (entry.kind !== 'text' || entry.direction !== 'received') return;
    if (entry.text.startsWith('{"type":"session.') && entry.text.includes('"session":')) {
      this.#droppedSession = entry.text;
    }
  }
}

function lineOf(entry: Kept, t: number): FlightEntry {
  if (entry.kind === 'note') return { t, ...entry.note };
  if (entry.kind === 'audio') {
    const { frame, kept } = entry;
    if (kept === null) return { t, ...frame };
    return { t, ...frame, [kept instanceof Int16Array ? 'pcm' : 'opus']: toBase64(kept) };
  }
  const { direction: kind, text } = entry;
  const event = eventOf(text);
  if (event === undefined) return { t, kind: 'received-unreadable', bytes: text.length };
  // With it, a reader of the file could enter the session while that lasts.
  if (event.type === 'session.resume')
    return { t, kind, event: { ...event, resume_token: 'removed' } };
  return { t, kind, event };
}

function opusMs({ opus }: AudioFrame): { readonly opus_ms?: number } {
  return opus === undefined ? {} : { opus_ms: opus.durationMs };
}

function eventOf(text: string): FlightEntryOf<'sent'>['event'] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEvent = typeof (value as { type?: unknown } | null)?.type === 'string';
    return isEvent ? (value as FlightEntryOf<'sent'>['event']) : undefined;
  } catch {
    return undefined;
  }
}

/** The newest probabilities of speech, in memory that is allocated once. */
class SpeechTrace {
  readonly #atMs = new Float64Array(CAPACITY);
  readonly #probability = new Float32Array(CAPACITY);
  #count = 0;

  push(atMs: number, probability: number): void {
    const place = this.#count % CAPACITY;
    this.#atMs[place] = atMs;
    this.#probability[place] = probability;
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
  }

  /** @param sinceMs - older ones are left out @param startMs - what `t` counts from */
  *lines(sinceMs: number, startMs: number): Generator<FlightEntryOf<'speech'>> {
    let firstMs = Number.NEGATIVE_INFINITY;
    let line: FlightEntryOf<'speech'> | undefined;
    for (let n = Math.max(0, this.#count - CAPACITY); n < this.#count; n += 1) {
      const atMs = this.#atMs[n % CAPACITY]!;
      if (atMs < sinceMs) continue;
      if (line === undefined || atMs - firstMs >= LINE_MS) {
        if (line !== undefined) yield line;
        firstMs = atMs;
        line = { t: sinceStart(atMs, startMs), kind: 'speech', at: [], p: [] };
      }
      line.at.push(Math.round(atMs - firstMs));
      line.p.push(Math.round(this.#probability[n % CAPACITY]! * 1_000) / 1_000);
    }
    if (line !== undefined) yield line;
  }
}

/** `t` of an entry: tenths of a ms are enough. */
function sinceStart(atMs: number, startMs: number): number {
  return Math.max(0, Math.round((atMs - startMs) * 10) / 10);
}
