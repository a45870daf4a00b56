import { ParleyError, type UnnumberedRelayEvent } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { outsideBoundaries, within, type ErrorBoundary } from '../../base/lib/error-boundary.ts';
import type { Identity } from '../../people/auth/identity.ts';
import type { CallEventBody } from '../events/call-events.ts';
import type { Conversation } from '../turn/conversation.ts';
import { OpenTurns } from './open-turns.ts';
import type { Outbox } from './outbox.ts';
import type { SessionOptions } from './session-options.ts';
import { SNAPSHOT_VERSION, type SessionSnapshot, type SnapshotKeeper } from './session-snapshot.ts';

/**
 * A relay that goes on with a call leaves so many numbers out: its client may have had more messages
 * than the snapshot knows of.
 */
const ADOPTED_SEQ_GAP = 1_000_000;
/** How long after it came back the client may take to send what it had begun to say. */
const RESENT_MS = 1_000;

export interface KeptSession {
  readonly session: ErrorBoundary & { readonly identity: Identity };
  readonly options: SessionOptions;
  readonly conversation: Conversation;
  readonly outbox: Outbox;
  readonly inbox: () => { readonly lastSeq: number; holdAfter(seq: number): void };
  /** Another relay has taken the call over. */
  readonly onLost: () => void;
}

/**
 * Keeps a snapshot of a call where other relays find it: as the call begins, and whenever a turn is
 * over. What the client sent since then is not acknowledged, so that it can send it again to a relay
 * that takes the call over. While nothing can be kept, it is acknowledged as usual.
 */
export class SessionKeeping {
  readonly turns = new OpenTurns();
  readonly #keeper: SnapshotKeeper;
  readonly #kept: KeptSession;
  #isScheduled = false;
  #isOver = false;
  #work: Promise<void> = Promise.resolve();

  constructor(keeper: SnapshotKeeper, kept: KeptSession) {
    this.#keeper = keeper;
    this.#kept = kept;
  }

  /** The call is over, here at least, or is being given up. */
  get isOver(): boolean {
    return this.#isOver;
  }

  observe(event: CallEventBody): void {
    if (event.type === 'turn-ended') this.turns.ended(event.turnId);
    else if (event.type !== 'session-started') return;
    this.schedule();
  }

  /** The snapshot is out of date, or may be lost. */
  schedule(): void {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    // What follows from the end of a turn is done first; one snapshot shows turns that end together.
    outsideBoundaries(() => setImmediate(() => this.#next()));
  }

  /**
   * The client of a call that another relay held is back.
   *
   * @param responses - that it had begun to receive
   */
  goOn(responses: readonly string[], clock: Clock): void {
    const { session, options, conversation, outbox } = this.#kept;
    for (const responseId of responses) outbox.event(cutOffResponse(responseId));
    if (options.restored?.messages === undefined) conversation.announceForgotten();
    // Unless the client sends again what else was said.
    clock.after(RESENT_MS, () => within(session, () => conversation.answerPostponed()));
  }

  /** @returns whether another relay can go on with the call; this one does nothing more for it */
  async release(): Promise<boolean> {
    this.#isOver = true;
    await this.#work;
    const { resumeKey } = this.#kept.options;
    return this.#keeper.keep(resumeKey, this.#take(), true).catch(() => false);
  }

  /** The call is over, here or everywhere. */
  end(isEverywhere: boolean): void {
    this.#isOver = true;
    const { resumeKey } = this.#kept.options;
    if (isEverywhere) void this.#work.then(() => this.#keeper.forget(resumeKey));
  }

  #next(): void {
    this.#isScheduled = false;
    this.#work = this.#work.then(() => this.#keep());
  }

  async #keep(): Promise<void> {
    if (this.#isOver) return;
    const { options, inbox, onLost } = this.#kept;
    try {
      const snapshot = this.#take();
      const isOurs = await this.#keeper.keep(options.resumeKey, snapshot, false);
      if (isOurs) inbox().holdAfter(snapshot.received.seq);
      else if (!this.#isOver) onLost();
    } catch (err) {
      inbox().holdAfter(Infinity);
      options.logger.debug({ err }, 'the snapshot of a call could not be kept');
    }
  }

  /** The call as it is now, without its open turns. */
  #take(): SessionSnapshot {
    const { session, options, conversation, outbox, inbox } = this.#kept;
    const { id, resumeKey, conversationId, client, tags, address = '', settings } = options;
    const { voice, language, timeZone } = settings;
    const { messages, ...rest } = conversation.snapshot(this.turns.ids);
    return {
      version: SNAPSHOT_VERSION,
      grant: {
        ...{ sessionId: id, resumeKey, conversationId, isContinued: false },
        ...{ identity: session.identity, client, address, tags, voice, language, timeZone },
      },
      settings: { ...settings },
      startedAtMs: Date.now() - outbox.nowMs(),
      sentSeq: outbox.lastSeq,
      received: this.turns.position(inbox().lastSeq),
      conversation: rest,
      messages,
      spent: options.spending?.spent,
    };
  }
}

/** Where the outbox of a call goes on that another relay held, on this one's monotonic clock. */
export function adoptedStart({ startedAtMs, sentSeq }: SessionSnapshot, clock: Clock) {
  return {
    startedAtMs: startedAtMs - Date.now() + clock.now(),
    lastSeq: sentSeq + ADOPTED_SEQ_GAP,
  };
}

/** A reply of another relay's, of which no more comes. */
function cutOffResponse(responseId: string): UnnumberedRelayEvent {
  const { message, retryable } = new ParleyError('call_moved');
  return {
    type: 'response.done',
    response_id: responseId,
    status: 'failed',
    usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
    timeline: {},
    error: { code: 'call_moved', message, retryable },
  };
}
