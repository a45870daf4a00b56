import { CLOSE_REASONS } from '@parley/shared';
import { recordingName } from '../../keeping/recordings/recordings.ts';
import { titlePlace, turnPlace } from '../../keeping/storage/kept-texts.ts';
import type { CallHeader, JournalRecord, TurnRecord } from '../../keeping/storage/records.ts';
import type { Sealing } from '../../keeping/storage/sealing.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';

/** Turns of one session that are remembered; of an older one no more can become known. */
const MAX_TURNS = 16;
const MAX_TITLE_CHARACTERS = 60;

export interface ConversationRecorderOptions {
  /** Keeps a record over the end of this process by the time it returns. */
  readonly append: (record: JournalRecord) => void;
  /** undefined: words are not kept. */
  readonly sealing: Sealing | undefined;
}

type MutableTurn = {
  -readonly [
    key in Exclude<keyof TurnRecord, 'type' | 'call' | 'textKey' | 'title'>
  ]: TurnRecord[key];
};

interface OpenTurn extends MutableTurn {
  /** All of the reply; what was heard of it is `replyText`. */
  written: string;
  isReplyDone: boolean;
}

interface OpenSession {
  readonly call: CallHeader;
  readonly turns: Map<string, OpenTurn>;
  isKept: boolean;
  isTitled: boolean;
  hasMoved: boolean;
}

/**
 * Turns what happens in calls into records: one for each turn as soon as its reply is over, before
 * the client is informed, and another if more becomes known of what was heard. A call in which
 * nothing was said leaves none.
 */
export class ConversationRecorder implements CallObserver {
  readonly name = 'conversation-recorder';
  readonly #options: ConversationRecorderOptions;
  readonly #sessions = new Map<string, OpenSession>();

  constructor(options: ConversationRecorderOptions) {
    this.#options = options;
  }

  observe(event: CallEvent): void {
    if (event.type === 'session-started') return this.#sessionStarted(event);
    const session = this.#sessions.get(event.sessionId);
    if (session === undefined) return;
    if (event.type === 'session-ended') return this.#sessionEnded(event, session);
    if (event.type === 'recording-started') return this.#recordingStarted(event, session);
    if (event.type === 'session-moved') session.hasMoved = true;
    else if ('turnId' in event && event.turnId !== undefined && !session.hasMoved) {
      this.#ofTurn(event, session, event.turnId);
    }
  }

  #sessionStarted(event: CallEventOf<'session-started'>): void {
    const { userId, kind, plan, conversationId, sessionId, client } = event;
    const startedAtMs = event.before?.startedAtMs ?? event.atMs;
    this.#sessions.set(sessionId, {
      call: { userId, kind, plan, conversationId, sessionId, client, startedAtMs },
      turns: new Map(),
      isKept: event.before?.hadReplies === true,
      isTitled: false,
      hasMoved: false,
    });
  }

  #sessionEnded(event: CallEventOf<'session-ended'>, { call, isKept }: OpenSession): void {
    const { sessionId, atMs, durationMs, reason } = event;
    this.#sessions.delete(sessionId);
    if (!isKept) return;
    const closeReason = CLOSE_REASONS[reason].reason;
    this.#options.append({
      type: 'session',
      id: sessionId,
      call,
      end: { atMs, durationMs, closeReason },
    });
  }

  /** Recorded from its beginning, so that the file is deleted with the rest in any case. */
  #recordingStarted(
    { sessionId, atMs }: CallEventOf<'recording-started'>,
    session: OpenSession,
  ): void {
    session.isKept = true;
    const file = recordingName(sessionId);
    const length = { bytes: 0, durationMs: 0, key: null };
    this.#options.append({
      type: 'recording',
      id: file,
      call: session.call,
      atMs,
      file,
      ...length,
    });
  }

  #ofTurn(event: CallEvent, session: OpenSession, turnId: string): void {
    switch (event.type) {
      case 'utterance-started':
        turnOf(session, turnId, event.atMs);
        break;
      case 'utterance-final': {
        const turn = turnOf(session, turnId, event.atMs);
        turn.userText = event.speech.text || null;
        turn.providers = { ...turn.providers, transcriber: event.provider };
        break;
      }
      case 'utterance-failed':
        turnOf(session, turnId, event.atMs).error = event.code;
        break;
      case 'text-typed': {
        const turn = turnOf(session, turnId, event.atMs);
        turn.userText = event.speech.text;
        turn.trigger = 'text';
        break;
      }
      case 'reply-started':
        turnOf(session, turnId, event.atMs).trigger = event.trigger;
        break;
      case 'reply-interrupted': {
        const turn = session.turns.get(turnId);
        if (turn === undefined) break;
        turn.wasInterrupted = true;
        this.#heard(turn, event.speech.text);
        if (turn.isReplyDone) this.#keep(session, turn);
        break;
      }
      case 'reply-done': {
        const turn = turnOf(session, turnId, event.atMs);
        const { speech, status, timeline, providers, code } = event;
        turn.isReplyDone = true;
        turn.written = speech.written;
        turn.wasInterrupted ||= status === 'cancelled';
        turn.timeline = { ...timeline };
        turn.providers = { ...turn.providers, ...providers };
        turn.error = code ?? turn.error;
        this.#heard(turn, speech.text);
        this.#keep(session, turn);
        break;
      }
      case 'turn-ended': {
        const turn = session.turns.get(turnId);
        const isMissing = turn !== undefined && !turn.isReplyDone;
        if (isMissing && (turn.userText !== null || turn.error !== null)) this.#keep(session, turn);
        break;
      }
      default:
      // The rest is not kept.
    }
  }

  #heard(turn: OpenTurn, heard: string): void {
    const { written } = turn;
    turn.replyText = heard || null;
    turn.unheardText = written.startsWith(heard)
      ? written.slice(heard.length).trim() || null
      : null;
  }

  #keep(session: OpenSession, turn: OpenTurn): void {
    const { call } = session;
    const { written: _, isReplyDone: __, userText, replyText, unheardText, ...facts } = turn;
    const { sealing } = this.#options;
    const kept = (text: string | null, which: Parameters<typeof turnPlace>[1]) =>
      text === null || sealing === undefined ? null : sealing.seal(text, turnPlace(turn.id, which));
    const texts = [
      kept(userText, 'user'),
      kept(replyText, 'reply'),
      kept(unheardText, 'unheard'),
    ] as const;
    const titled = session.isTitled || userText === null ? '' : titleFrom(userText);
    const title =
      titled === '' ? undefined : sealing?.seal(titled, titlePlace(call.conversationId));
    turn.revision++;
    session.isKept = true;
    session.isTitled ||= title !== undefined;
    this.#options.append({
      ...facts,
      revision: turn.revision,
      type: 'turn',
      call,
      userText: texts[0]?.text ?? null,
      replyText: texts[1]?.text ?? null,
      unheardText: texts[2]?.text ?? null,
      textKey: texts.find((text) => text !== null)?.key ?? null,
      title: title ?? null,
    });
  }
}

function turnOf({ turns }: OpenSession, id: string, atMs: number): OpenTurn {
  const known = turns.get(id);
  if (known !== undefined) return known;
  const turn: OpenTurn = {
    id,
    revision: 0,
    atMs,
    trigger: 'speech',
    userText: null,
    replyText: null,
    unheardText: null,
    written: '',
    wasInterrupted: false,
    timeline: {},
    providers: {},
    error: null,
    isReplyDone: false,
  };
  turns.set(id, turn);
  if (turns.size > MAX_TURNS) turns.delete(turns.keys().next().value!);
  return turn;
}

/** The first words of what was said, up to the last whole one that fits. */
function titleFrom(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= MAX_TITLE_CHARACTERS) return line;
  // A pair of surrogates is one character, and half of it is not.
  const cut = line.slice(0, MAX_TITLE_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');
  const end = cut.lastIndexOf(' ');
  return `${end > 0 ? cut.slice(0, end) : cut} …`;
}
