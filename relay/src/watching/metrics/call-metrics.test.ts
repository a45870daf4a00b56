import { expect, it } from 'vitest';
import type { SessionMetrics } from '@parley/shared/monitoring-api';
import type { CallEventBody } from '../../call/events/call-events.ts';
import { CallMetrics } from './call-metrics.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import { TurnHistory } from './turn-history.ts';

const TRAFFIC = { framesIn: 10, bytesIn: 32_000, framesOut: 5, bufferedBytes: 0 };
const STARTED: CallEventBody = {
  type: 'session-started',
  conversationId: 'conv',
  kind: 'guest',
  plan: 'guest',
  client: 'test',
};

function createTest() {
  const prometheus = new PrometheusMetrics();
  const lines: SessionMetrics[] = [];
  const metrics = new CallMetrics({
    prometheus,
    history: new TurnHistory(),
    onSession: (line) => lines.push(line),
  });
  const tell = (sessionId: string, ...bodies: CallEventBody[]) => {
    for (const body of bodies) {
      metrics.observe({ ...body, atMs: 1_000, sessionId, userId: 'user' });
    }
  };
  return { prometheus, metrics, lines, tell };
}

const ended: CallEventBody = {
  type: 'session-ended',
  reason: 'normal',
  durationMs: 1_000,
  traffic: TRAFFIC,
};
const decided = (verdict: 'interruption' | 'stop' | 'backchannel'): CallEventBody => ({
  type: 'barge-in-decided',
  turnId: 'turn',
  responseId: 'response',
  verdict,
  afterMs: 300,
});

it('counts who takes the turn or wants silence, not who only listens aloud', async () => {
  const { metrics, prometheus, lines, tell } = createTest();
  const verdicts = (['interruption', 'stop', 'backchannel', 'backchannel'] as const).map(decided);
  tell('a', STARTED, ...verdicts, ended);
  expect(metrics.report(0).total_barge_ins).toBe(2);
  expect(lines[0]!.barge_ins).toBe(2);
  const text = await prometheus.text();
  for (const [kind, count] of [
    ['interruption', 1],
    ['stop', 1],
    ['backchannel', 2],
  ] as const) {
    expect(text).toContain(`voice_barge_ins_total{kind="${kind}"} ${count}`);
  }
});

it('takes its means from the last hundred sessions and those that run, its counts from all', () => {
  const { metrics, tell } = createTest();
  const heard = (finalMs: number): CallEventBody => ({
    type: 'utterance-final',
    turnId: 'turn',
    itemId: 'item',
    utterance: 1,
    provider: 'p',
    audioMs: 1_000,
    finalMs,
    isUnrecognised: false,
    speech: { text: 'words' },
  });
  for (let n = 0; n < 50; n++) tell(`slow ${n}`, STARTED, heard(9_000), ended);
  for (let n = 0; n < 100; n++) tell(`quick ${n}`, STARTED, heard(100), ended);
  tell('running', STARTED, heard(201));
  expect(metrics.report(1)).toMatchObject({
    total_sessions: 151,
    sessions_in_window: 101,
    avg_latencies_ms: { asr: 101, llm: null },
    latency_targets: { asr: { target: 500, met: true }, llm: { met: null } },
  });
});

it('knows nothing of sessions that never had a connection', () => {
  const { metrics, lines, tell } = createTest();
  tell('a', ended);
  expect(metrics.report(0).total_sessions).toBe(0);
  expect(lines).toEqual([]);
});

it('counts the tokens that were read apart from those that were written', () => {
  const { lines, tell } = createTest();
  const used: CallEventBody = {
    type: 'provider-used',
    stage: 'generator',
    provider: 'p',
    model: 'm',
    purpose: 'turn',
    units: { inputTokens: 300, outputTokens: 20 },
    isEstimated: false,
  };
  tell('a', STARTED, used, used, ended);
  expect(lines[0]!.llm).toMatchObject({ tokens: 640, input_tokens: 600, output_tokens: 40 });
});

it('tells what a client did wrong from what the relay failed at', async () => {
  const { prometheus, tell } = createTest();
  const codes = [
    'rate_limited',
    'malformed_json',
    'budget_exhausted',
    'generator_timeout',
  ] as const;
  tell(
    'a',
    STARTED,
    ...codes.map((code): CallEventBody => ({ type: 'error', code, requestId: 'req' })),
  );
  const text = await prometheus.text();
  for (const code of codes.slice(0, -1)) {
    expect(text).toContain(`voice_errors_total{type="${code}",fault="client"} 1`);
  }
  expect(text).toContain('voice_errors_total{type="generator_timeout",fault="relay"} 1');
});
