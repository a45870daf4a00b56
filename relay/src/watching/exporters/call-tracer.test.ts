import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { spanIdOf, traceIdOf } from '../../base/lib/ids.ts';
import type { CallEventBody } from '../../call/events/call-events.ts';
import { CallTracer } from './call-tracer.ts';
import { NamedIds } from './named-ids.ts';

const SESSION: CallEventBody = {
  type: 'session-started',
  conversationId: 'conv_1',
  kind: 'guest',
  plan: 'guest',
  client: 'test',
  tags: ['trial'],
};

const TRAFFIC = { framesIn: 0, bytesIn: 0, framesOut: 0, bufferedBytes: 0 };

function start() {
  const ids = new NamedIds();
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  const provider = new TracerProvider({ idGenerator: ids, spanProcessors });
  const tracer = new CallTracer(provider.getTracer('test'), ids);
  let nowMs = 1_000;
  const emit = (body: CallEventBody) => {
    nowMs += 100;
    tracer.observe({ ...body, atMs: nowMs, sessionId: 'sess_1', userId: 'guest_1' });
  };
  const spans = () => exporter.getFinishedSpans();
  const named = (name: string) => spans().filter((span) => span.name === name);
  return { tracer, emit, spans, named };
}

const turnBegins = (turnId: string): CallEventBody => ({
  type: 'turn-decided',
  turnId,
  why: 'typed',
  afterMs: null,
});
const turnEnds = (turnId: string): CallEventBody => ({
  type: 'turn-ended',
  turnId,
  outcome: 'replied',
});
const attempted = (
  provider: string,
  outcome: 'succeeded' | 'failed',
  fault: string | null = null,
): CallEventBody => ({
  type: 'provider-attempted',
  turnId: 'turn_1',
  stage: 'generator',
  provider,
  outcome,
  durationMs: 40,
  fault,
});

describe('the trace of a call', () => {
  it('has a span for each attempt, with what it took', () => {
    const { emit, spans, named } = start();
    emit(SESSION);
    emit(turnBegins('turn_1'));
    emit(attempted('first', 'failed', 'overloaded'));
    emit({
      type: 'provider-used',
      turnId: 'turn_1',
      stage: 'generator',
      provider: 'second',
      model: 'model-2',
      purpose: 'turn',
      units: { inputTokens: 5, outputTokens: 7 },
      isEstimated: false,
    });
    emit(attempted('second', 'succeeded'));
    emit(turnEnds('turn_1'));
    emit({ type: 'session-ended', reason: 'normal', durationMs: 1, traffic: TRAFFIC });
    expect(spans().map(({ name }) => name)).toEqual(['chat', 'chat model-2', 'turn', 'session']);
    expect(named('chat')[0]!.attributes).toMatchObject({
      'gen_ai.provider.name': 'first',
      'error.type': 'overloaded',
    });
    const [second] = named('chat model-2');
    expect(second!.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.usage.output_tokens': 7,
    });
    expect(second!.duration).toEqual([0, 40_000_000]);
  });

  it('gives requests the turn that runs as their parent, or the session between turns', () => {
    const { tracer, emit } = start();
    expect(spanIdOf('turn_8bc2aff634902849')).toBe('8bc2aff634902849');
    const traceId = traceIdOf('sess_1');
    emit(SESSION);
    expect(tracer.workTraceOf('sess_1').present()).toBe(`00-${traceId}-${spanIdOf('sess_1')}-01`);
    emit(turnBegins('turn_1'));
    expect(tracer.workTraceOf('sess_1').present()).toBe(`00-${traceId}-${spanIdOf('turn_1')}-01`);
    emit(turnEnds('turn_1'));
    expect(tracer.workTraceOf('sess_1').present()).toBe(`00-${traceId}-${spanIdOf('sess_1')}-01`);
  });

  it('ends what is open when the session does, and makes nothing of what comes later', () => {
    const { emit, named } = start();
    emit(SESSION);
    emit(turnBegins('turn_1'));
    emit({ type: 'session-ended', reason: 'internal', durationMs: 1, traffic: TRAFFIC });
    emit(turnBegins('turn_2'));
    emit(turnEnds('turn_2'));
    expect(named('turn')).toHaveLength(1);
    expect(named('session')[0]!.attributes).toMatchObject({ 'parley.tags': ['trial'] });
  });

  it('keeps at most 64 turns open', () => {
    const { emit, named } = start();
    emit(SESSION);
    for (let index = 0; index < 70; index++) emit(turnBegins(`turn_${index}`));
    expect(named('turn')).toHaveLength(6);
  });
});
