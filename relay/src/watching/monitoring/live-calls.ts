import type { Interaction, OperatedSession } from '@parley/shared/monitoring-api';
import { turnLatencies } from '../metrics/turn-latencies.ts';
import type { CallEvent } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';

const KEPT_INTERACTIONS = 10;
/** Turns of one session that may be open; if a client begins more, the oldest is not shown. */
const MAX_OPEN_TURNS = 16;
/** A turn that is in one stage for longer is stuck. */
const STUCK_MS = 60_000;
/** Sessions that one answer lists. */
const MAX_LISTED = 200;
/** Of a question or an answer; the status page shows no more. */
const MAX_TEXT = 500;

type CallStage = OperatedSession['stage'];

/** The state of a turn from an event on. */
const STAGE_AFTER: { readonly [type in CallEvent['type']]?: CallStage } = {
  'utterance-started': 'listening',
  'turn-decided': 'recognising',
  'utterance-final': 'thinking',
  'text-typed': 'thinking',
  'reply-started': 'thinking',
  'clause-heard': 'speaking',
};

interface OpenTurn {
  stage: CallStage;
  stageSinceMs: number;
  question?: string;
  answer?: string;
  error?: Interaction['error'];
  voiceToVoiceMs?: number;
  providers: Interaction['providers'];
}

interface LiveCall {
  readonly startedAtMs: number;
  readonly client: string;
  turnCount: number;
  /** When the last turn ended, or the call began. */
  idleSinceMs: number;
  readonly turns: Map<string, OpenTurn>;
  /** What the client reported last. */
  line?: OperatedSession['line'];
}

export interface LiveCallsOptions {
  /** Whether what people say may be shown. */
  readonly showsTexts: boolean;
  /** ms since 1970. */
  readonly wallMs: () => number;
}

/** What each call does at this moment, and the last turns of all. */
export class LiveCalls implements CallObserver {
  readonly name = 'live-calls';
  readonly #options: LiveCallsOptions;
  readonly #calls = new Map<string, LiveCall>();
  readonly #interactions: Interaction[] = [];
  #lastTranscriptionMs: number | undefined;

  constructor(options: LiveCallsOptions) {
    this.#options = options;
  }

  observe(event: CallEvent): void {
    const { type, sessionId, atMs } = event;
    if (type === 'session-ended') {
      this.#calls.delete(sessionId);
      return;
    }
    const call = this.#callOf(event);
    if (call === undefined) return;
    if (type === 'utterance-final' && event.finalMs !== null) {
      this.#lastTranscriptionMs = Math.round(event.finalMs);
    }
    if (type === 'line-reported') {
      const { codec, sockets, rttMs, loss } = event;
      call.line = { codec, sockets, rtt_ms: Math.round(rttMs), loss };
    }
    if (type === 'turn-ended') this.#turnEnded(event, call);
    else if ('turnId' in event && event.turnId !== undefined) {
      const turn = turnOf(call, event.turnId, atMs);
      const stage = STAGE_AFTER[type];
      if (stage !== undefined && stage !== turn.stage) {
        turn.stage = stage;
        turn.stageSinceMs = atMs;
      }
      collect(turn, event, this.#options.showsTexts);
    }
  }

  /** From the end of the audio to the final words, of the last utterance of all. */
  get lastTranscriptionMs(): number | undefined {
    return this.#lastTranscriptionMs;
  }

  /** The latest first. */
  get interactions(): readonly Interaction[] {
    return this.#interactions;
  }

  get stuckCount(): number {
    let stuck = 0;
    for (const call of this.#calls.values()) if (this.#isStuck(call)) stuck++;
    return stuck;
  }

  /**
   * The stuck ones first, then those that have run for longest.
   *
   * @param more - what others know of a session; undefined: it has ended
   */
  sessions(
    more: (
      sessionId: string,
    ) => { readonly connected: boolean; readonly costUsd: number } | undefined,
  ): OperatedSession[] {
    const known = [...this.#calls].toSorted(
      ([, a], [, b]) => Number(this.#isStuck(b)) - Number(this.#isStuck(a)),
    );
    return known.slice(0, MAX_LISTED).flatMap(([session_id, call]) => {
      const rest = more(session_id);
      if (rest === undefined) return [];
      const { stage, stageSinceMs } = stageOf(call);
      return {
        session_id,
        started_at: new Date(call.startedAtMs).toISOString(),
        client: call.client,
        connected: rest.connected,
        stage,
        stage_since: new Date(stageSinceMs).toISOString(),
        stuck: this.#isStuck(call),
        turns: call.turnCount,
        cost_usd: rest.costUsd,
        line: call.line,
      };
    });
  }

  #isStuck(call: LiveCall): boolean {
    const { stage, stageSinceMs } = stageOf(call);
    return stage !== 'waiting' && this.#options.wallMs() - stageSinceMs > STUCK_MS;
  }

  #callOf(event: CallEvent): LiveCall | undefined {
    const known = this.#calls.get(event.sessionId);
    if (known !== undefined || event.type !== 'session-started') return known;
    const { atMs, client } = event;
    const call: LiveCall = {
      ...{ startedAtMs: atMs, client, turnCount: 0, idleSinceMs: atMs },
      turns: new Map(),
    };
    this.#calls.set(event.sessionId, call);
    return call;
  }

  #turnEnded(
    { sessionId, turnId, outcome, atMs }: CallEvent & { readonly type: 'turn-ended' },
    call: LiveCall,
  ): void {
    const { question, answer, error, voiceToVoiceMs, providers } = turnOf(call, turnId, atMs);
    call.turns.delete(turnId);
    call.turnCount++;
    call.idleSinceMs = atMs;
    this.#interactions.unshift({
      timestamp: new Date(atMs).toISOString(),
      session_id: sessionId,
      turn_id: turnId,
      outcome,
      error: error ?? null,
      voice_to_voice_ms: voiceToVoiceMs ?? null,
      providers,
      question: question ?? null,
      answer: answer ?? null,
    });
    this.#interactions.length = Math.min(this.#interactions.length, KEPT_INTERACTIONS);
  }
}

/** Of its latest turn: an earlier one may still end while the person speaks again. */
function stageOf({ turns, idleSinceMs }: LiveCall): Pick<OpenTurn, 'stage' | 'stageSinceMs'> {
  return [...turns.values()].at(-1) ?? { stage: 'waiting', stageSinceMs: idleSinceMs };
}

function turnOf({ turns }: LiveCall, turnId: string, atMs: number): OpenTurn {
  const known = turns.get(turnId);
  if (known !== undefined) return known;
  const turn: OpenTurn = { stage: 'waiting', stageSinceMs: atMs, providers: {} };
  turns.set(turnId, turn);
  if (turns.size > MAX_OPEN_TURNS) turns.delete(turns.keys().next().value!);
  return turn;
}

function collect(turn: OpenTurn, event: CallEvent, showsTexts: boolean): void {
  switch (event.type) {
    case 'utterance-final':
      turn.providers = { ...turn.providers, transcriber: event.provider };
      if (showsTexts) turn.question = event.speech.text.slice(0, MAX_TEXT);
      break;
    case 'text-typed':
      if (showsTexts) turn.question = event.speech.text.slice(0, MAX_TEXT);
      break;
    case 'utterance-failed':
      turn.error = event.code;
      break;
    case 'reply-done': {
      turn.providers = { ...turn.providers, ...event.providers };
      if (event.code !== null) turn.error = event.code;
      const { e2e } = turnLatencies(event.timeline);
      if (e2e !== undefined) turn.voiceToVoiceMs = Math.round(e2e);
      if (showsTexts) turn.answer = event.speech.text.slice(0, MAX_TEXT);
      break;
    }
    default:
  }
}
