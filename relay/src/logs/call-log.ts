import { CLOSE_REASONS, type ErrorCode } from '@parley/shared';
import type { Logger } from '../lib/logger.ts';
import type { Stage } from '../stages/provider.ts';
import type { CallEvent } from '../turn/call-events.ts';
import type { CallObserver } from '../turn/call-observers.ts';

/** Turns of one session whose end is awaited; a client that begins more loses the oldest's line. */
const MAX_OPEN_TURNS = 64;

type EventOf<T extends CallEvent['type']> = Extract<CallEvent, { readonly type: T }>;

/** What is known of a turn so far: the fields of its line. */
interface TurnLine {
  itemId?: string;
  utterance?: number;
  responseId?: string;
  trigger?: EventOf<'reply-started'>['trigger'];
  endedBy?: EventOf<'turn-decided'>['why'];
  endpointingMs?: number;
  audioMs?: number;
  transcriberMs?: number;
  timeline?: EventOf<'reply-done'>['timeline'];
  usage?: EventOf<'reply-done'>['usage'];
  providers: { [stage in Stage]?: string };
  failovers: string[];
  status?: EventOf<'reply-done'>['status'];
  code?: ErrorCode;
}

interface OpenSession {
  readonly turns: Map<string, TurnLine>;
  turnCount: number;
  lostConnections: number;
}

/**
 * Writes two kinds of lines at `info`, without words: one for each turn, and one each for the
 * beginning and the end of a session. docs/operations.md explains their fields.
 */
export class CallLog implements CallObserver {
  readonly name = 'call-log';
  readonly #logger: Logger;
  readonly #sessions = new Map<string, OpenSession>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  observe(event: CallEvent): void {
    const { sessionId, userId } = event;
    if (event.type === 'session-started') {
      this.#sessions.set(sessionId, { turns: new Map(), turnCount: 0, lostConnections: 0 });
      this.#logger.info({ sessionId, userId }, 'session started');
      return;
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    switch (event.type) {
      case 'connection-lost':
        session.lostConnections++;
        break;
      case 'turn-ended':
        this.#turnEnded(session, event);
        break;
      case 'session-ended':
        this.#sessions.delete(sessionId);
        this.#logger.info(
          {
            sessionId,
            userId,
            reason: CLOSE_REASONS[event.reason].reason,
            durationMs: Math.round(event.durationMs),
            turns: session.turnCount,
            lostConnections: session.lostConnections,
          },
          'session ended',
        );
        break;
      default:
        if ('turnId' in event && event.turnId !== undefined) {
          collect(lineOf(session, event.turnId), event);
        }
    }
  }

  #turnEnded(session: OpenSession, event: EventOf<'turn-ended'>): void {
    const { sessionId, userId, turnId, outcome } = event;
    const { status, failovers, ...line } = lineOf(session, turnId);
    session.turns.delete(turnId);
    session.turnCount++;
    this.#logger.info(
      {
        sessionId,
        userId,
        turnId,
        ...line,
        ...(failovers.length > 0 && { failovers }),
        outcome: line.code === undefined ? (status ?? outcome) : 'failed',
      },
      'turn ended',
    );
  }
}

function lineOf({ turns }: OpenSession, turnId: string): TurnLine {
  const known = turns.get(turnId);
  if (known !== undefined) return known;
  const line: TurnLine = { providers: {}, failovers: [] };
  turns.set(turnId, line);
  if (turns.size > MAX_OPEN_TURNS) turns.delete(turns.keys().next().value!);
  return line;
}

function collect(line: TurnLine, event: CallEvent): void {
  switch (event.type) {
    case 'utterance-started':
      line.itemId = event.itemId;
      line.utterance = event.utterance;
      break;
    case 'utterance-final':
      line.audioMs = Math.round(event.audioMs);
      line.providers.transcriber = event.provider;
      if (event.finalMs !== null) line.transcriberMs = Math.round(event.finalMs);
      break;
    case 'utterance-discarded':
      line.audioMs = Math.round(event.audioMs);
      break;
    case 'utterance-failed':
      line.code = event.code;
      break;
    case 'turn-decided':
      line.endedBy = event.why;
      if (event.afterMs !== null) line.endpointingMs = Math.round(event.afterMs);
      break;
    case 'provider-failed-over':
      line.failovers.push(`${event.from} → ${event.to}: ${event.reason}`);
      break;
    case 'reply-started':
      line.responseId = event.responseId;
      line.trigger = event.trigger;
      break;
    case 'reply-done':
      line.timeline = event.timeline;
      line.usage = event.usage;
      line.status = event.status;
      Object.assign(line.providers, event.providers);
      if (event.code !== null) line.code ??= event.code;
      break;
    default:
    // Nothing of it belongs into the line.
  }
}
