import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { timelineOf } from '@parley/shared';
import type { ProviderUse } from '../../call/stages/provider.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';

/** Of one turn; a provider that is tried more often than that has a line in the log. */
const MAX_ATTEMPTS = 64;

type AttemptEvent = CallEventOf<'provider-attempted'>;

/** A span of a turn that runs, and what its providers did so far. */
export class TurnTrace {
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
