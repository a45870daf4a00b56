import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { CLOSE_REASONS, type Stage, timelineOf } from '@parley/shared';
import { outsideBoundaries, type WorkTrace } from '../../base/lib/error-boundary.ts';
import { spanIdOf, traceIdOf, traceparentOf } from '../../base/lib/ids.ts';
import type { SessionTraces } from '../logs/session-fields.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import type { NamedIds } from './named-ids.ts';
import type { ProviderAttempt, ProviderUse } from '../../call/stages/provider.ts';

/** Of one turn; a provider that is tried more often than that has a line in the log. */
const MAX_ATTEMPTS = 64;

type AttemptEvent = CallEventOf<'provider-attempted'>;

/**
 * What a stage does, as OpenTelemetry's conventions for generative AI name it; they have no word
 * for the recognition of speech or for a voice.
 */
const OPERATIONS: Readonly<Record<Stage, string>> = {
  transcriber: 'transcription',
  generator: 'chat',
  synthesizer: 'speech',
};

const OUTPUTS: Readonly<Record<Stage, string>> = {
  transcriber: 'text',
  generator: 'text',
  synthesizer: 'speech',
};

/** Turns of one session that may be open; if a client begins more, the oldest ends in its trace. */
const MAX_OPEN_TURNS = 64;

/** Any of these can be the first event of a turn. */
const FIRST_EVENTS: ReadonlySet<CallEvent['type']> = new Set([
  'utterance-started',
  'turn-decided',
  'reply-started',
]);

interface SessionTrace {
  readonly traceId: string;
  readonly span: Span;
  readonly turns: Map<string, TurnTrace>;
}

/** Makes a trace of each session: its turns, and in them what each provider was asked. No words. */
export class CallTracer implements CallObserver, SessionTraces {
  readonly name = 'call-tracer';
  readonly #tracer: Tracer;
  readonly #ids: NamedIds;
  readonly #sessions = new Map<string, SessionTrace>();

  /** @param ids - which `tracer` gets its ids from */
  constructor(tracer: Tracer, ids: NamedIds) {
    this.#tracer = tracer;
    this.#ids = ids;
  }

  traceIdOf(sessionId: string): string {
    return traceIdOf(sessionId);
  }

  /** The parent is the turn that runs, or else the session. */
  workTraceOf(sessionId: string): WorkTrace {
    const traceId = traceIdOf(sessionId);
    const ahead = traceparentOf(traceId, spanIdOf(sessionId));
    return {
      ahead,
      present: () => {
        const turn = [...(this.#sessions.get(sessionId)?.turns.values() ?? [])].at(-1);
        return turn === undefined ? ahead : traceparentOf(traceId, turn.spanId);
      },
    };
  }

  observe(event: CallEvent): void {
    // The later export of spans is not the session's work.
    outsideBoundaries(() => this.#observe(event));
  }

  #observe(event: CallEvent): void {
    if (event.type === 'session-started') return this.#sessionStarted(event);
    const session = this.#sessions.get(event.sessionId);
    if (session === undefined) return;
    switch (event.type) {
      case 'session-resumed':
        session.span.addEvent('session resumed', {}, event.atMs);
        break;
      case 'connection-lost':
        session.span.addEvent('connection lost', { code: event.closeCode }, event.atMs);
        break;
      case 'history-summarised':
        this.#historySummarised(event, session);
        break;
      case 'turn-ended':
        this.#turnEnded(event, session);
        break;
      case 'session-ended':
        this.#sessionEnded(event, session);
        break;
      default:
        this.#turnOf(event, session)?.collect(event);
    }
  }

  #sessionStarted(event: CallEventOf<'session-started'>): void {
    const { sessionId, userId, conversationId, plan, kind, client, tags = [], atMs } = event;
    const ids = { traceId: traceIdOf(sessionId), spanId: spanIdOf(sessionId) };
    const attributes = {
      'session.id': sessionId,
      'user.id': userId,
      'gen_ai.conversation.id': conversationId,
      'parley.user_kind': kind,
      'parley.plan': plan,
      'parley.client': client,
      ...(tags.length > 0 && { 'parley.tags': [...tags] }),
    };
    const span = this.#ids.use(ids, () =>
      this.#tracer.startSpan(
        'session',
        { kind: SpanKind.SERVER, startTime: atMs, attributes },
        ROOT_CONTEXT,
      ),
    );
    this.#sessions.set(sessionId, { traceId: ids.traceId, span, turns: new Map() });
  }

  /** The turn that the event belongs to, begun by the first event of a turn. */
  #turnOf(event: CallEvent, session: SessionTrace): TurnTrace | undefined {
    const turnId = 'turnId' in event ? event.turnId : undefined;
    if (turnId === undefined) return undefined;
    const known = session.turns.get(turnId);
    if (known !== undefined || !FIRST_EVENTS.has(event.type)) return known;
    const spanId = spanIdOf(turnId);
    const ids = { traceId: session.traceId, spanId };
    const span = this.#ids.use(ids, () =>
      this.#child(session.span, 'turn', SpanKind.INTERNAL, event.atMs, {
        'parley.turn.id': turnId,
      }),
    );
    const turn = new TurnTrace(span, spanId);
    session.turns.set(turnId, turn);
    if (session.turns.size > MAX_OPEN_TURNS) {
      const [oldestId, oldest] = session.turns.entries().next().value!;
      session.turns.delete(oldestId);
      this.#end(oldest, event.atMs);
    }
    return turn;
  }

  #turnEnded({ turnId, outcome, atMs }: CallEventOf<'turn-ended'>, session: SessionTrace): void {
    const turn = session.turns.get(turnId);
    if (turn === undefined) return;
    session.turns.delete(turnId);
    turn.span.setAttribute('parley.turn.outcome', outcome);
    this.#end(turn, atMs);
  }

  #end(turn: TurnTrace, atMs: number): void {
    for (const [attempt, use] of turn.attempts()) {
      const { stage, provider, durationMs, outcome } = attempt;
      const span = this.#child(
        turn.span,
        nameOfStage(stage, use?.model),
        SpanKind.CLIENT,
        attempt.atMs - durationMs,
        {
          ...attributesOfStage(stage, provider),
          ...attributesOfAttempt(attempt),
          ...(use && attributesOfUse(use)),
        },
      );
      if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(attempt.atMs);
    }
    turn.span.end(atMs);
  }

  #historySummarised(
    { outcome, provider, usage, durationMs, atMs }: CallEventOf<'history-summarised'>,
    { span: parent }: SessionTrace,
  ): void {
    const attributes = {
      ...attributesOfStage('generator', provider ?? 'none'),
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      'parley.usage.purpose': 'summary',
      'parley.outcome': outcome,
    };
    this.#child(parent, 'chat', SpanKind.CLIENT, atMs - durationMs, attributes).end(atMs);
  }

  #sessionEnded(event: CallEventOf<'session-ended'>, { span, turns }: SessionTrace): void {
    this.#sessions.delete(event.sessionId);
    for (const turn of turns.values()) this.#end(turn, event.atMs);
    span.setAttribute('parley.close_reason', CLOSE_REASONS[event.reason].reason);
    if (event.reason === 'internal') span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(event.atMs);
  }

  #child(
    parent: Span,
    name: string,
    kind: SpanKind,
    startTime: number,
    attributes: Attributes,
  ): Span {
    const options = { kind, startTime, attributes };
    return this.#tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, parent));
  }
}

/** `{operation} {model}`, or without the model if it is not known. */
function nameOfStage(stage: Stage, model: string | undefined): string {
  return model === undefined ? OPERATIONS[stage] : `${OPERATIONS[stage]} ${model}`;
}

function attributesOfStage(stage: Stage, provider: string): Attributes {
  return {
    'gen_ai.operation.name': OPERATIONS[stage],
    'gen_ai.output.type': OUTPUTS[stage],
    'gen_ai.provider.name': provider,
    'parley.stage': stage,
  };
}

function attributesOfAttempt({ outcome, fault }: ProviderAttempt): Attributes {
  return { 'parley.outcome': outcome, ...(fault !== null && { 'error.type': fault }) };
}

/** Of an attempt that took something; units that the stage does not count are left out. */
function attributesOfUse({ model, units, purpose, isEstimated }: ProviderUse): Attributes {
  const counted: Readonly<Record<string, number | undefined>> = {
    'gen_ai.usage.input_tokens': units.inputTokens,
    'gen_ai.usage.output_tokens': units.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': units.cachedInputTokens,
    'gen_ai.usage.cache_creation.input_tokens': units.cacheWriteTokens,
    'parley.usage.audio_ms': units.audioMs,
    'parley.usage.characters': units.characters,
  };
  return {
    ...Object.fromEntries(
      Object.entries(counted).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    'gen_ai.request.model': model,
    'parley.usage.purpose': purpose,
    'parley.usage.is_estimated': isEstimated,
  };
}

/** A span of a turn that runs, and what its providers did so far. */
class TurnTrace {
  readonly span: Span;
  readonly spanId: string;
  readonly #attempts: AttemptEvent[] = [];
  readonly #uses: ProviderUse[] = [];

  constructor(span: Span, spanId: string) {
    this.span = span;
    this.spanId = spanId;
  }

  collect(event: CallEvent): void {
    switch (event.type) {
      case 'provider-attempted':
        if (this.#attempts.length < MAX_ATTEMPTS) this.#attempts.push(event);
        break;
      case 'provider-used':
        if (this.#uses.length < MAX_ATTEMPTS) this.#uses.push(event);
        break;
      case 'provider-failed-over': {
        const { stage, from, to, reason, atMs } = event;
        const fields = { 'parley.stage': stage, from, to, reason };
        this.span.addEvent('provider failover', fields, atMs);
        break;
      }
      case 'turn-decided':
        this.span.setAttribute('parley.turn.ended_by', event.why);
        break;
      case 'reply-started':
        this.span.setAttribute('parley.turn.trigger', event.trigger);
        break;
      case 'utterance-failed':
        this.#failed(event.code);
        break;
      case 'reply-interrupted':
        this.span.addEvent('reply interrupted', { 'parley.played_ms': event.playedMs }, event.atMs);
        break;
      case 'reply-done':
        this.#replyDone(event);
        break;
      default:
      // The rest does not belong in a span.
    }
  }

  /** What each provider did, with what it took of it if that is known. */
  attempts(): readonly (readonly [AttemptEvent, ProviderUse | undefined])[] {
    return this.#attempts.map((attempt) => {
      const index = this.#uses.findIndex(
        ({ stage, provider }) => stage === attempt.stage && provider === attempt.provider,
      );
      return [attempt, index < 0 ? undefined : this.#uses.splice(index, 1)[0]] as const;
    });
  }

  #replyDone({ status, code, timeline }: CallEventOf<'reply-done'>): void {
    this.span.setAttribute('parley.reply.status', status);
    if (code !== null) this.#failed(code);
    // The relay does not know when its voice reached the ear.
    const { downlink_ms: _, playout_ms: __, ...known } = timelineOf(timeline).timeline;
    for (const [name, ms] of Object.entries(known)) {
      this.span.setAttribute(`parley.latency.${name}`, ms);
    }
  }

  #failed(code: string): void {
    this.span.setAttribute('error.type', code);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }
}
