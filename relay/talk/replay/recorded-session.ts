import { decodeClientEvent, type ClientEvent } from '@parley/shared';
import { bytesFromBase64, fromBase64 } from '@parley/shared/flight/base64';
import { FlightFileError } from '@parley/shared/flight/flight-file';
import type { Flight, FlightEntry, FlightEntryOf } from '@parley/shared/flight/flight-schema';
import { ClockOffset } from '@parley/shared/link/clock-offset';
import { atInstants, type OutboundAudio, type SequencedEvent } from '@parley/shared/link/outbound';
import { withoutRepeats } from './outline.ts';

/** What the client did, and when. All instants are ms on the recording's own clock, like `t`. */
export type Step = { readonly t: number } & (
  | { readonly kind: 'event'; readonly event: SequencedEvent }
  | { readonly kind: 'audio'; readonly audio: OutboundAudio }
  /** The connection was lost, or could be had again. */
  | { readonly kind: 'cut' | 'mend' }
);

/** One session of a recording. */
export interface RecordedSession {
  /** When it was there. */
  readonly t: number;
  readonly timeZone: string | undefined;
  /** In which it began, BCP 47; undefined in recordings of older clients. */
  readonly language: string | undefined;
  readonly steps: readonly Step[];
  readonly entries: readonly FlightEntry[];
}

/**
 * The sessions of a recording, in order: a page goes on in a new one if the old one is gone.
 *
 * @throws FlightFileError if it cannot be replayed
 */
export function recordedSessions({ header, entries }: Flight): readonly RecordedSession[] {
  const frames = entries.filter((entry) => entry.kind === 'sent-audio');
  const silent = frames.filter(({ pcm, opus }) => (pcm ?? opus) === undefined).length;
  if (silent > 0) {
    const how = silent === frames.length ? 'no audio' : `no audio for ${silent} frames`;
    throw new FlightFileError(
      `holds ${how}, so it cannot be replayed: audio is recorded only if the person agrees`,
    );
  }
  const sessions = bySession(entries).map((part) =>
    sessionOf([...withoutRepeats(part)], header.clock_ms),
  );
  if (sessions.every(({ steps }) => steps.length === 0)) {
    throw new FlightFileError('holds nothing that the client sent');
  }
  const [first, ...others] = sessions;
  const timeZone = first!.timeZone ?? header.session?.time_zone;
  return [{ ...first!, timeZone }, ...others];
}

/** A session begins with the last attempt to connect before `session.created`. */
function bySession(entries: readonly FlightEntry[]): readonly (readonly FlightEntry[])[] {
  const starts: number[] = [];
  let connectingAt = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'connection' && entry.state === 'connecting') connectingAt = index;
    if (isEvent(entry, 'session.created')) starts.push(connectingAt);
  }
  // What is before the first one is of its attempts, or of a session whose beginning is gone.
  const [, ...later] = starts;
  return [0, ...later].map((start, n) => entries.slice(start, later[n]));
}

function sessionOf(entries: readonly FlightEntry[], clockMs: number): RecordedSession {
  const created = entries.find((entry) => isEvent(entry, 'session.created'));
  const session = (created as FlightEntryOf<'received'> | undefined)?.event['session'] as
    | { readonly time_zone?: string; readonly language?: string }
    | undefined;
  return {
    t: created?.t ?? entries[0]?.t ?? 0,
    timeZone: session?.time_zone,
    language: session?.language,
    steps: [...sentOf(entries, clockMs), ...outagesOf(entries)].toSorted((a, b) => a.t - b.t),
    entries,
  };
}

/** What was sent, each once: what was sent again after a resumption had been sent before. */
function* sentOf(entries: readonly FlightEntry[], clockMs: number): Generator<Step> {
  const clock = new RecordedClock(entries, clockMs);
  const isBegun = new Set<number>();
  let sentSeq = 0;
  for (const entry of entries) {
    clock.observe(entry);
    if (entry.kind === 'sent-audio') {
      if (entry.seq <= sentSeq) continue;
      sentSeq = entry.seq;
      if (isBegun.has(entry.utterance)) yield { t: entry.t, ...audioOf(entry, clock) };
    } else if (entry.kind === 'sent') {
      const event = clientEventOf(entry);
      if (event.type === 'ping' || event.type === 'session.resume') continue;
      const { seq = sentSeq + 1, ...unnumbered } = event;
      if (seq <= sentSeq) continue;
      sentSeq = seq;
      // The beginning of a long call may be gone.
      if (event.type === 'input_audio_buffer.speech_started') isBegun.add(event.utterance);
      else if ('utterance' in event && !isBegun.has(event.utterance)) continue;
      const toRecorded = (sessionMs: number) => clock.toRecorded(sessionMs);
      yield { t: entry.t, kind: 'event', event: atInstants(unnumbered, toRecorded) };
    }
  }
}

function audioOf(
  { utterance, at_ms, last, pcm = '', opus, opus_ms: durationMs = 0 }: FlightEntryOf<'sent-audio'>,
  clock: RecordedClock,
): { readonly kind: 'audio'; readonly audio: OutboundAudio } {
  const packet = opus === undefined ? undefined : bytesFromBase64(opus);
  const audio =
    packet === undefined ? (fromBase64(pcm) ?? new Int16Array()) : { packet, durationMs };
  const startMs = clock.toRecorded(at_ms);
  return { kind: 'audio', audio: { kind: 'audio', utterance, audio, startMs, last } };
}

function clientEventOf({ t, event }: FlightEntryOf<'sent'>): ClientEvent {
  const result = decodeClientEvent(JSON.stringify(event));
  if (result.kind === 'event') return result.event;
  throw new FlightFileError(`holds a sent event that is not of the protocol, at t ${t}`);
}

/** When the connection was lost, and when the attempt began that brought it back. */
function* outagesOf(entries: readonly FlightEntry[]): Generator<Step> {
  let connectingAt = 0;
  let isOpen = false;
  let isDown = false;
  for (const entry of entries) {
    if (entry.kind !== 'connection') continue;
    const { t, state } = entry;
    if (state === 'connecting') connectingAt = t;
    if (state === 'open') {
      if (isDown) yield { t: connectingAt, kind: 'mend' };
      isOpen = true;
      isDown = false;
    } else if (isOpen) {
      // The end of the call is no loss.
      if (state !== 'closed') yield { t, kind: 'cut' };
      isOpen = false;
      isDown = true;
    }
  }
}

function isEvent(entry: FlightEntry, type: string): boolean {
  return entry.kind === 'received' && entry.event.type === type;
}

/** The session clock as the client knew it. */
class RecordedClock {
  readonly #offset = new ClockOffset();
  readonly #clockMs: number;

  /** @param clockMs - the client's own clock at `t` 0 */
  constructor(entries: readonly FlightEntry[], clockMs: number) {
    this.#clockMs = clockMs;
    const first = entries.find(
      (entry) => isEvent(entry, 'session.created') || isEvent(entry, 'pong'),
    );
    if (first !== undefined) this.observe(first);
  }

  observe(entry: FlightEntry): void {
    if (entry.kind !== 'received') return;
    const { type, server_ms: serverMs, client_ms: clientMs } = entry.event;
    if (typeof serverMs !== 'number') return;
    const nowMs = this.#clockMs + entry.t;
    if (type === 'session.created') this.#offset.addOneWay(serverMs, nowMs);
    else if (type === 'pong' && typeof clientMs === 'number') {
      this.#offset.addRoundTrip(clientMs, serverMs, nowMs);
    }
  }

  toRecorded(sessionMs: number): number {
    // Far from 0, below which the session clock does not go.
    const aheadMs = this.#offset.toSessionMs(1e9) - 1e9;
    return sessionMs - aheadMs - this.#clockMs;
  }
}
