import { CLOSE_REASONS, timelineOf, type ErrorCode, type Usage, type Stage } from '@parley/shared';
import type { Logger } from '../../base/lib/logger.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import { sessionFields, type SessionTraces } from './session-fields.ts';

/** Turns of one session that may be open; if a client begins more, the oldest gets no line. */
const MAX_OPEN_TURNS = 64;

/** Any of these can be the first event of a turn. */
const FIRST_EVENTS: ReadonlySet<CallEvent['type']> = new Set([
  'utterance-started',
  'turn-decided',
  'reply-started',
]);

/** What is known of a turn so far: the fields of its line. */
interface TurnLine {
  utterance?: number;
  itemId?: string;
  responseId?: string;
  endedBy?: CallEventOf<'turn-decided'>['why'];
  trigger?: CallEventOf<'reply-started'>['trigger'];
  outcome?: string;
  code?: ErrorCode;
  audioMs?: number;
  timeline?: object;
  readonly providers: { [stage in Stage]?: string };
  failovers?: string[];
  usage?: Usage;
}

interface OpenSession {
  /** Of each of its lines. */
  readonly fields: object;
  readonly turns: Map<string, TurnLine>;
  turnCount: number;
  lostConnections: number;
  refusals: number;
}

/**
 * Writes three kinds of lines at `info`, without words: one for each turn, one for each summary of
 * what was said before, and one each for the beginning and the end of a session. docs/operations.md explains their fields.
 */
export class CallLog implements CallObserver {
  readonly name = 'call-log';
  readonly #logger: Logger;
  readonly #traces: SessionTraces | undefined;
  readonly #sessions = new Map<string, OpenSession>();

  /** @param traces - undefined: sessions are not traced */
  constructor(logger: Logger, traces?: SessionTraces) {
    this.#logger = logger;
    this.#traces = traces;
  }

  observe(event: CallEvent): void {
    const { sessionId } = event;
    if (event.type === 'session-started') {
      const fields = sessionFields(event, this.#traces);
      this.#sessions.set(sessionId, {
        fields,
        turns: new Map(),
        turnCount: 0,
        lostConnections: 0,
        refusals: 0,
      });
      this.#logger.info(fields, 'session started');
      return;
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    if (event.type === 'connection-lost') session.lostConnections++;
    else if (event.type === 'error') session.refusals++;
    else if (event.type === 'turn-ended') this.#turnEnded(event, session);
    else if (event.type === 'session-ended') this.#sessionEnded(event, session);
    else if (event.type === 'history-summarised') this.#historySummarised(event, session);
    else collect(session, event);
  }

  #turnEnded({ turnId, outcome }: CallEventOf<'turn-ended'>, session: OpenSession) {
    const line = session.turns.get(turnId);
    session.turns.delete(turnId);
    session.turnCount++;
    this.#logger.info({ ...session.fields, turnId, outcome, ...line }, 'turn ended');
  }

  #historySummarised(event: CallEventOf<'history-summarised'>, { fields }: OpenSession) {
    const { outcome, provider, messages, usage } = event;
    const durationMs = Math.round(event.durationMs);
    this.#logger.info(
      { ...fields, outcome, provider, messages, usage, durationMs },
      'history summarised',
    );
  }

  #sessionEnded(event: CallEventOf<'session-ended'>, session: OpenSession) {
    const { fields, turnCount: turns, lostConnections, refusals } = session;
    this.#sessions.delete(event.sessionId);
    const { reason } = CLOSE_REASONS[event.reason];
    const durationMs = Math.round(event.durationMs);
    this.#logger.info(
      { ...fields, reason, durationMs, turns, lostConnections, refusals },
      'session ended',
    );
  }
}

/** The line of the turn that the event belongs to, made by the first event of a turn. */
function lineOf({ turns }: OpenSession, event: CallEvent): TurnLine | undefined {
  if (!('turnId' in event)) return undefined;
  const known = turns.get(event.turnId);
  if (known !== undefined || !FIRST_EVENTS.has(event.type)) return known;
  const line: TurnLine = { providers: {} };
  turns.set(event.turnId, line);
  if (turns.size > MAX_OPEN_TURNS) turns.delete(turns.keys().next().value!);
  return line;
}

function collect(session: OpenSession, event: CallEvent): void {
  const line = lineOf(session, event);
  if (line === undefined) return;
  switch (event.type) {
    case 'utterance-started':
      line.utterance = event.utterance;
      line.itemId = event.itemId;
      break;
    case 'utterance-final':
      line.audioMs = Math.round(event.audioMs);
      line.providers.transcriber = event.provider;
      break;
    case 'utterance-discarded':
      line.audioMs = Math.round(event.audioMs);
      break;
    case 'utterance-failed':
      line.code = event.code;
      line.outcome = 'failed';
      break;
    case 'turn-decided':
      line.endedBy = event.why;
      break;
    case 'provider-failed-over':
      (line.failovers ??= []).push(`${event.from} to ${event.to}: ${event.reason}`);
      break;
    case 'reply-started':
      line.responseId = event.responseId;
      line.trigger = event.trigger;
      break;
    case 'reply-done': {
      // The relay does not know when its voice reached the ear.
      const { downlink_ms: _, playout_ms: __, ...timeline } = timelineOf(event.timeline).timeline;
      line.timeline = timeline;
      line.usage = event.usage;
      Object.assign(line.providers, event.providers);
      line.outcome ??= event.status;
      if (event.code !== null) line.code ??= event.code;
      break;
    }
    default:
    // The rest does not belong in the line.
  }
}
