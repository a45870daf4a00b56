import { describe, expect, it } from 'vitest';
import type { LatencyMarks } from '@parley/shared';
import { WAIT_PARTS, type SessionMetrics } from '@parley/shared/monitoring-api';
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
  const report = () => metrics.report(0, metrics.percentilesSince(0));
  return { prometheus, metrics, lines, tell, report };
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

it('measures the lines of clients by what these report', async () => {
  const { prometheus, tell } = createTest();
  const report = { type: 'line-reported', rttMs: 104, loss: 0.08 } as const;
  tell('a', STARTED, { ...report, codec: 'opus', sockets: 2 });
  tell('a', { ...report, codec: 'pcm16', sockets: 1, loss: 0 });
  const text = await prometheus.text();
  for (const line of [
    'voice_client_line_reports_total{codec="opus",sockets="2"} 1',
    'voice_client_line_reports_total{codec="pcm16",sockets="1"} 1',
    'voice_client_round_trip_seconds_bucket{le="0.1"} 0',
    'voice_client_round_trip_seconds_bucket{le="0.2"} 2',
    'voice_client_loss_ratio_bucket{le="0"} 1',
    'voice_client_loss_ratio_bucket{le="0.1"} 2',
  ]) {
    expect(text).toContain(line);
  }
});

it('counts what providers did for requests that are no sessions, and no session for them', async () => {
  const { prometheus, tell, report } = createTest();
  const utterance = { turnId: 'turn', itemId: 'item', utterance: 1, provider: 'one' } as const;
  const heard = { audioMs: 900, finalMs: 300, isUnrecognised: false, speech: { text: 'word' } };
  const lost = { code: 'transcriber_failed', responseId: null, audio: () => [] } as const;
  tell('request', { type: 'utterance-started', ...utterance });
  tell('request', { type: 'utterance-final', ...utterance, ...heard });
  tell('request', { type: 'utterance-failed', ...utterance, ...lost });
  const text = await prometheus.text();
  for (const outcome of ['recognised', 'failed']) {
    expect(text).toContain(`voice_transcriptions_total{provider="one",outcome="${outcome}"} 1`);
  }
  expect(report()).toMatchObject({ total_sessions: 0, sessions_in_window: 0, total_errors: 1 });
});

it('counts who takes the turn or wants silence, not who only listens aloud', async () => {
  const { prometheus, lines, tell, report } = createTest();
  const verdicts = (['interruption', 'stop', 'backchannel', 'backchannel'] as const).map(decided);
  tell('a', STARTED, ...verdicts, ended);
  expect(report().total_barge_ins).toBe(2);
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
  const { tell, report } = createTest();
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
  expect(report()).toMatchObject({
    total_sessions: 151,
    sessions_in_window: 101,
    avg_latencies_ms: { asr: 101, llm: null },
  });
});

describe('percentiles', () => {
  const answered = (timeline: LatencyMarks): CallEventBody => ({
    type: 'reply-done',
    turnId: 'turn',
    responseId: 'response',
    status: 'completed',
    code: null,
    timeline,
    usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
    providers: {},
    speech: { text: '', written: '' },
  });
  /** Its parts take 500 (the uplink included), 30, `llm`, 20 and 50 ms. */
  const spoken = (llm: number) =>
    answered({
      ...{ speech_end: 1_000.2, end_received: 1_500.4, asr_final: 1_530.3 },
      ...{ llm_first_token: 1_530 + llm, first_clause: 1_550 + llm, tts_first_audio: 1_600 + llm },
    });

  it('are of spoken turns, whose parts add up; of typed ones, nothing is waited for', () => {
    const { metrics, tell } = createTest();
    const typed = answered({
      end_received: 1,
      llm_first_token: 2,
      first_clause: 3,
      tts_first_audio: 4,
    });
    tell('a', STARTED, typed, spoken(100), typed, typed, spoken(400), spoken(900), spoken(1_300));
    const { e2e, ...parts } = metrics.percentilesSince(0);
    expect(e2e).toEqual({ count: 4, p50: 1_000, p95: 1_900, p99: 1_900 });
    expect(WAIT_PARTS.map((part) => parts[part].p50)).toEqual([500, 30, 400, 20, 50]);
    expect(WAIT_PARTS.map((part) => parts[part].count)).toEqual([4, 4, 4, 4, 4]);
    expect(metrics.percentilesSince(1_001).e2e.count).toBe(0);
  });

  it('are held against the targets from twenty turns on', () => {
    const { tell, report } = createTest();
    const turns = Array.from({ length: 20 }, (_, n) => spoken(n < 10 ? 300 : 9_000));
    tell('a', STARTED, ...turns.slice(1));
    expect(report().latency_targets).toMatchObject({ e2e: { met: null }, asr: { met: null } });
    tell('a', turns[0]!);
    expect(report().latency_targets).toMatchObject({
      ...{ e2e: { target: 1_000, met: true }, llm: { target: 300, met: true } },
    });
    tell('a', spoken(9_000));
    expect(report().latency_targets).toMatchObject({ e2e: { met: false }, llm: { met: false } });
  });
});

it('knows nothing of sessions that never had a connection', () => {
  const { lines, tell, report } = createTest();
  tell('a', ended);
  expect(report().total_sessions).toBe(0);
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
