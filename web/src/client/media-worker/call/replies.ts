import type { RelayEventOf } from '@parley/shared';
import { heldSegments, timelineOf, type LatencyMarks } from '@parley/shared/latency';
import type { EndOfTurnPrediction, MediaNotice } from '../../messages/media-messages.ts';
import { isApology } from './relay-notices.ts';

/** Utterances whose end is remembered until they are answered. */
const MAX_ENDS = 16;

type Done = Pick<RelayEventOf<'response.done'>, 'status' | 'timeline' | 'suggestions'>;

/** How a turn was ended. */
interface TurnEnd {
  readonly speechEndMs: number;
  /** When we sent the end; undefined if the relay decided it. */
  readonly sentMs?: number;
  /** What the relay had predicted. */
  readonly endOfTurn?: EndOfTurnPrediction | undefined;
}

interface Reply {
  readonly responseId: string;
  readonly trigger: RelayEventOf<'response.created'>['trigger'];
  readonly utterance: number | null;
  readonly asked: Partial<TurnEnd> | undefined;
  receivedMs: number | undefined;
  /** When its first sample left the speaker. */
  heardMs: number | undefined;
  /** The same of the first that can be heard. */
  audibleAtMs: (() => number) | undefined;
  voice: 'expected' | 'ended' | 'interrupted';
  /** The page's own voice, which speaks what the relay sends without one. */
  page: 'unused' | 'speaking' | 'silent';
  playedMs: number;
  done: Done | undefined;
  /** Whether its end was reported. */
  reported: boolean;
}

export interface RepliesOptions {
  notify(notice: MediaNotice): void;
  /** When the call began. */
  readonly beganMs: number;
  toSessionMs(localMs: number): number;
}

/**
 * The replies that are under way: what is known of each from the relay and from the speaker, until
 * both have ended. All instants are ms on our own clock.
 */
export class PlayedReplies {
  readonly #options: RepliesOptions;
  readonly #replies = new Map<string, Reply>();
  readonly #ends = new Map<number, TurnEnd>();
  #typedMs: number | undefined;

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /** Whether any reply can be heard at this moment. */
  get speaking(): boolean {
    return this.#some((reply) => reply.heardMs !== undefined);
  }

  /** Whether the person waits for a reply that is begun and not ended; not so for a timer's. */
  get awaited(): boolean {
    return this.#some(({ trigger }) => trigger !== 'timer' && trigger !== 'notice');
  }

  /** Whether a reply is known and its end was not reported. */
  isOpen(responseId: string): boolean {
    return this.#replies.get(responseId)?.reported === false;
  }

  /** Whether the relay's own voice may have more of it to say. */
  isVoiceExpected(responseId: string): boolean {
    return this.#replies.get(responseId)?.voice === 'expected';
  }

  utteranceEnded(utterance: number, end: TurnEnd): void {
    this.#ends.set(utterance, end);
    if (this.#ends.size > MAX_ENDS) this.#ends.delete(this.#ends.keys().next().value!);
  }

  textSent(atMs: number): void {
    this.#typedMs = atMs;
  }

  begin(event: RelayEventOf<'response.created'>): void {
    const { response_id: responseId, trigger, utterance } = event;
    const typed = this.#typedMs === undefined ? undefined : { sentMs: this.#typedMs };
    const spoken = event.audio !== null;
    this.#replies.set(responseId, {
      responseId,
      trigger,
      utterance,
      asked:
        utterance !== null ? this.#ends.get(utterance) : trigger === 'text' ? typed : undefined,
      receivedMs: undefined,
      heardMs: undefined,
      audibleAtMs: undefined,
      voice: spoken ? 'expected' : 'ended',
      page: 'unused',
      playedMs: 0,
      done: undefined,
      reported: false,
    });
    this.#options.notify({ type: 'response-started', responseId, trigger, utterance, spoken });
  }

  /** @param atMs when its first audio arrived, or the first words that the page itself speaks */
  voiceReceived(responseId: string, atMs: number): void {
    const reply = this.#replies.get(responseId);
    if (reply !== undefined) reply.receivedMs ??= atMs;
  }

  /** @param atMs when its first sample left the speaker */
  voiceHeard(responseId: string, atMs: number): void {
    const reply = this.#replies.get(responseId);
    if (reply !== undefined) reply.heardMs ??= atMs;
  }

  /**
   * Its first sample that can be heard was rendered.
   *
   * @param atMs when it left the speaker: asked when the reply is over, and this better known
   */
  voiceAudible(responseId: string, atMs: () => number): void {
    const reply = this.#replies.get(responseId);
    if (reply !== undefined) reply.audibleAtMs = atMs;
  }

  /** The page's own voice was asked to speak some of it, or has spoken all of that. */
  setPage(responseId: string, page: 'speaking' | 'silent'): void {
    const reply = this.#replies.get(responseId);
    if (reply === undefined) return;
    reply.page = page;
    this.#settle(reply);
  }

  /**
   * The person interrupted: what the page has spoken some of will not go on, even if it was only
   * waiting for more.
   */
  pageInterrupted(responseId?: string): void {
    for (const reply of this.#replies.values()) {
      if (reply.page === 'unused' || (responseId ?? reply.responseId) !== reply.responseId)
        continue;
      reply.page = 'silent';
      // A relay's voice that is still being stopped reports how much of it was heard.
      if (reply.voice === 'ended') reply.voice = 'interrupted';
      this.#settle(reply);
    }
  }

  voiceEnded(responseId: string, how: 'ended' | 'interrupted', playedMs: number): void {
    const reply = this.#replies.get(responseId);
    if (reply === undefined) return;
    reply.voice = how;
    reply.playedMs = playedMs;
    this.#settle(reply);
  }

  done(event: RelayEventOf<'response.done'>): void {
    const reply = this.#replies.get(event.response_id);
    if (reply === undefined) return;
    reply.done = isApology(event) ? { ...event, status: 'completed' } : event;
    this.#settle(reply);
  }

  /** The relay will say no more about any of them. */
  sessionLost(): void {
    for (const reply of this.#replies.values()) {
      reply.done ??= { status: 'cancelled', timeline: {} };
      this.#settle(reply);
    }
  }

  #settle(reply: Reply): void {
    const { responseId, done, voice, page, playedMs } = reply;
    const isOver = done !== undefined && voice === 'ended' && page !== 'speaking';
    if (!reply.reported && (voice === 'interrupted' || isOver)) {
      reply.reported = true;
      // What was cut off by us was not heard to its end, even if the relay had sent all of it.
      const status = voice === 'interrupted' || done === undefined ? 'cancelled' : done.status;
      this.#options.notify({
        type: 'response-ended',
        responseId,
        status,
        heardMs: playedMs,
        suggestions: done?.suggestions,
      });
    }
    if (done === undefined || !reply.reported) return;
    this.#replies.delete(responseId);
    this.#measure(reply, done);
  }

  #measure(reply: Reply, done: Done): void {
    const { asked, receivedMs, responseId, utterance } = reply;
    const heardMs = reply.audibleAtMs?.() ?? reply.heardMs;
    // Only what was asked for and heard has a voice-to-voice latency.
    if (asked === undefined || heardMs === undefined || receivedMs === undefined) return;
    const { endOfTurn } = asked;
    const toSessionMs = (localMs: number) => this.#options.toSessionMs(localMs);
    const ours: LatencyMarks = {
      ...(asked.speechEndMs === undefined ? {} : { speech_end: toSessionMs(asked.speechEndMs) }),
      // If the relay decided, its own timeline says when.
      ...(asked.sentMs === undefined ? {} : { end_sent: toSessionMs(asked.sentMs) }),
      audio_received: toSessionMs(receivedMs),
      audio_heard: toSessionMs(heardMs),
    };
    // A mark the relay left out may be spelled `undefined`; a timeline only has marks or none.
    const theirs = Object.fromEntries(
      Object.entries(done.timeline).filter(([, instant]) => instant !== undefined),
    );
    const marks: LatencyMarks = { ...theirs, ...ours };
    const approximate = heldSegments(marks);
    this.#options.notify({
      type: 'turn-measured',
      heardAtMs: heardMs - this.#options.beganMs,
      turn: {
        responseId,
        utterance,
        ...(endOfTurn && { endOfTurn }),
        ...timelineOf(marks),
        ...(approximate.length > 0 && { approximate }),
      },
    });
  }

  #some(predicate: (reply: Reply) => boolean): boolean {
    return [...this.#replies.values()].some((reply) => !reply.reported && predicate(reply));
  }
}
