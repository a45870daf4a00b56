import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { toneFor } from '../../simulators/kit/simulator.ts';
import {
  monitoringMetricsSchema,
  overviewSchema,
  performanceSummarySchema,
  sessionMetricsSchema,
  type SessionMetrics,
} from '@parley/shared/monitoring-api';
import { FaultyRelay } from '../faults/faulty-relay.ts';
import { askAgain, askOverAnswer } from '../faults/spoken-turn.ts';
import { createSession } from '../support/api.ts';
import { openKeptStorage } from '../support/kept-relay.ts';
import { personOf } from '../support/person.ts';
import { TestCall } from '../support/test-call.ts';
import { TestLedger } from '../support/test-ledger.ts';
import { ADMIN_TOKEN, askOperator, samplesOf, sumOf } from './operator.ts';

/** Two seconds of speech in frames of 100 ms. */
const FRAMES_OF_TURN = 20;
const MICRO = 1_000_000;
/** What the vendors take, ms. */
const DELAYS = { finalDelayMs: 70, firstTokenDelayMs: 110, firstAudioDelayMs: 40 };
/** Long enough to be interrupted, in the last call alone. */
const voice = { isLong: false };
/** A busy machine may take more, but no less. */
const SLACK_MS = 2_000;

test('all that tells of calls agrees with what was sent, and with each other', async () => {
  await using kept = await openKeptStorage();
  const metricsPath = join(kept.dataDir, 'metrics.jsonl');
  const ledger = new TestLedger();
  const { storage } = kept;
  const money = {
    ...ledger.money,
    ledger: {
      append: (entry: Parameters<TestLedger['append']>[0]) => {
        ledger.append(entry);
        storage.append({ type: 'ledger', id: entry.id, entry });
      },
    },
  };
  await using faulty = await FaultyRelay.start({
    money,
    storage,
    primary: {
      ...DELAYS,
      speak: (text, rateHz) => toneFor(voice.isLong ? text : 'short', rateHz),
    },
    env: {
      ADMIN_TOKEN,
      METRICS_SAVE_PATH: metricsPath,
      DATA_DIR: kept.dataDir,
      // The prices of the test are so dear that two turns at once would not be allowed.
      BUDGET_SESSION_USD: '100',
      BUDGET_USER_DAY_USD: '100',
      BUDGET_GUEST_DAY_USD: '100',
    },
  });
  const { url } = faulty.relay;
  storage.begin();
  await vi.waitUntil(() => storage.state === 'ok', { timeout: 60_000, interval: 50 });

  const calls: { readonly userId: string; readonly conversationId: string }[] = [];
  const startCall = async () => {
    const { userId, token } = await personOf(url);
    const grant = await createSession(url, token);
    calls.push({ userId, conversationId: grant.conversation_id! });
    return TestCall.start(url, {}, grant);
  };
  // Three calls with one, two and three turns; the second loses its connection, and one question
  // of the third gets no answer.
  for (const turns of [1, 2, 3]) {
    await using call = await startCall();
    for (let turn = 1; turn <= turns; turn++) {
      if (turns === 3 && turn === 2) {
        faulty.vendor('generator').fail({ kind: 'status', status: 400 }, 'first-use', 1);
      }
      await askAgain(call, turn);
      await call.inbound.next('session.usage');
      if (turns === 2 && turn === 1) {
        await call.cut();
        await call.resume();
      }
    }
    call.raw('this is not JSON');
    await call.inbound.next('error');
    await call.hangUp();
  }
  // A fourth, in which an answer is interrupted by the next question.
  voice.isLong = true;
  await using last = await startCall();
  await askOverAnswer(last, 1);
  await last.hangUp();

  await vi.waitUntil(async () => (await linesOf(metricsPath)).length === 4, { timeout: 5_000 });
  const lines = await linesOf(metricsPath);
  const frames = (count: (line: SessionMetrics) => number) =>
    lines.reduce((sum, line) => sum + count(line), 0);
  const metrics = (
    await askOperator(url, `${API_PATHS.monitoring}/metrics`, monitoringMetricsSchema)
  ).body;
  const overview = (await askOperator(url, API_PATHS.adminOverview, overviewSchema)).body;
  const summary = (await askOperator(url, API_PATHS.performance, performanceSummarySchema)).body;
  const text = await (
    await fetch(url + API_PATHS.prometheus, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    })
  ).text();
  const counted = (name: string) => sumOf(samplesOf(text, name));

  // What was sent.
  expect(lines.map(({ turns }) => turns)).toEqual([1, 2, 3, 2]);
  expect(lines.map(({ reconnects }) => reconnects)).toEqual([0, 1, 0, 0]);
  expect(lines.map(({ barge_ins }) => barge_ins)).toEqual([0, 0, 0, 1]);
  expect(lines.map(({ errors }) => errors)).toEqual([1, 1, 2, 0]);
  expect(lines.map(({ asr }) => asr.chunks)).toEqual([1, 2, 3, 2].map((n) => n * FRAMES_OF_TURN));
  expect(lines.map(({ asr }) => asr.transcriptions)).toEqual([1, 2, 3, 2]);

  // /metrics.
  expect(counted('voice_sessions_total')).toBe(4);
  expect(counted('voice_turns_total')).toBe(8);
  expect(counted('voice_transcriptions_total')).toBe(8);
  expect(counted('voice_transcription_duration_seconds_count')).toBe(8);
  expect(counted('voice_reconnects_total')).toBe(1);
  expect(samplesOf(text, 'voice_barge_ins_total')).toEqual(new Map([['kind="interruption"', 1]]));
  expect(samplesOf(text, 'voice_errors_total')).toEqual(
    new Map([
      ['type="malformed_json",fault="client"', 3],
      ['type="generator_failed",fault="relay"', 1],
    ]),
  );
  expect(counted('voice_active_connections')).toBe(0);
  expect(counted('voice_to_voice_seconds_count')).toBe(frames(({ e2e }) => e2e.measurements));
  expect(counted('voice_uplink_bytes_total')).toBe(summary.metrics.audio_processing.bytes_received);
  expect(summary.metrics.audio_processing.frames_received).toBe(frames(({ asr }) => asr.chunks));
  expect(summary.metrics.audio_processing.frames_sent).toBe(frames(({ tts }) => tts.frames));

  // The JSON of the same.
  expect(metrics).toMatchObject({
    active_sessions: 0,
    total_sessions: 4,
    total_turns: 8,
    total_errors: 4,
    total_reconnects: 1,
    total_barge_ins: 1,
    sessions_in_window: 4,
  });
  const asrMs = frames(({ asr }) => asr.total_latency_ms) / 8;
  expect(Math.abs(metrics.avg_latencies_ms.asr! - asrMs)).toBeLessThan(0.2);
  expect(overview.metrics).toEqual(metrics);

  // What the vendors took, everywhere the same.
  const taken = {
    asr: DELAYS.finalDelayMs,
    llm: DELAYS.firstTokenDelayMs,
    tts: DELAYS.firstAudioDelayMs,
  };
  const names = {
    asr: 'voice_transcription_duration_seconds',
    llm: 'voice_llm_ttft_seconds',
    tts: 'voice_tts_ttfb_seconds',
  };
  for (const stage of ['asr', 'llm', 'tts'] as const) {
    const inLines = frames((line) => line[stage].total_latency_ms);
    const [ms, count] = [counted(`${names[stage]}_sum`) * 1_000, counted(`${names[stage]}_count`)];
    expect(Math.abs(ms - inLines)).toBeLessThan(0.2);
    expect(Math.abs(metrics.avg_latencies_ms[stage]! - ms / count)).toBeLessThan(0.1);
    expect(ms / count).toBeGreaterThan(taken[stage] - 20);
    expect(ms / count).toBeLessThan(taken[stage] + SLACK_MS);
  }
  // Percentiles are of the turns that were answered aloud.
  const answered = counted('voice_to_voice_seconds_count');
  const counts = Object.values(overview.latencies).map((of) => of.count);
  expect(new Set(counts)).toEqual(new Set([answered]));
  expect(overview.history.points.reduce((sum, { turns }) => sum + turns, 0)).toBe(8);
  expect(overview.history.points.reduce((sum, { errors }) => sum + errors, 0)).toBe(4);
  expect(overview.interactions).toHaveLength(8);
  expect(overview.interactions.filter(({ error }) => error === 'generator_failed')).toHaveLength(1);

  // The database.
  await vi.waitUntil(() => storage.spoolBytes === 0, { timeout: 10_000 });
  const stored = await Promise.all(
    calls.map(({ userId, conversationId }) =>
      storage.asUser({ userId, role: 'user' }).conversation(conversationId),
    ),
  );
  expect(stored.map((conversation) => conversation?.turns.length)).toEqual([1, 2, 3, 2]);
  const interrupted = stored.map(
    (conversation) => conversation?.turns.filter((turn) => turn.was_interrupted).length,
  );
  expect(interrupted).toEqual(lines.map(({ barge_ins }) => barge_ins));

  // Money: the ledger, its copy in the database, and all that is counted from it.
  const inMicro = (usd: number) => Math.round(usd * MICRO);
  expect(ledger.microUsd).toBeGreaterThan(0);
  expect(inMicro(metrics.total_cost_usd)).toBe(ledger.microUsd);
  expect(inMicro(counted('voice_cost_usd_total'))).toBe(ledger.microUsd);
  expect(inMicro(frames(({ cost_usd }) => cost_usd))).toBe(ledger.microUsd);
  expect(inMicro(overview.spending.spent_usd)).toBe(ledger.microUsd);
  const today = new Date().toISOString().slice(0, 10);
  const kept3 = await storage.admin.usage({ by: 'provider', from: today, to: today });
  expect(inMicro(kept3.reduce((sum, { cost_usd }) => sum + cost_usd, 0))).toBe(ledger.microUsd);
  const byDay = await storage.admin.usage({ by: 'day', from: today, to: today });
  expect(byDay.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(metrics.total_sessions);
  expect(byDay.reduce((sum, { entries }) => sum + entries, 0)).toBe(ledger.entries.length);
}, 120_000);

async function linesOf(path: string): Promise<SessionMetrics[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => sessionMetricsSchema.parse(JSON.parse(line)));
}
