import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MEASURED_LATENCIES,
  type LatencyPercentiles,
  type MeasuredLatency,
  type MonitoredService,
} from '@parley/shared/monitoring-api';
import { ENOUGH_TURNS, percentile, percentilesOf } from '@parley/shared/statistics';
import { overallHealth, type Evidence } from './overall-health.ts';

function service(change: Partial<MonitoredService>): MonitoredService {
  return {
    service_id: 'generator:a',
    stage: 'generator',
    name: 'a',
    url: null,
    state: 'healthy',
    failure_count: 0,
    last_check: null,
    last_success: null,
    last_error: null,
    last_error_at: null,
    latency_ms: null,
    total_requests: 0,
    total_failures: 0,
    ...change,
  };
}

const WELL: Evidence = {
  active: { transcriber: 'browser', generator: 'a', synthesizer: 'browser' },
  services: [service({})],
  problems: [],
  latencies: undefined,
  stuckSessions: 0,
  budgetUsed: 0.79,
};
/** Of `count` turns that all took as long. */
function latencies(
  ms: Partial<Record<MeasuredLatency, number>>,
  count = ENOUGH_TURNS,
): LatencyPercentiles {
  return Object.fromEntries(
    MEASURED_LATENCIES.map((name) => {
      const values = Array.from({ length: count }, () => ms[name] ?? 0);
      return [name, percentilesOf(values)];
    }),
  ) as LatencyPercentiles;
}

const failed = service({ state: 'failed', failure_count: 3, last_error: 'unauthorized' });

const sentences = (evidence: Evidence) =>
  overallHealth(evidence).causes.map(({ message }) => message);

describe('the relay', () => {
  it('is well, if nothing is wrong; a stage without providers of its own is meant to be so', () => {
    expect(overallHealth(WELL)).toEqual({ status: 'healthy', criticalDown: [], causes: [] });
  });

  it('is down, if a stage has lost all of its providers', () => {
    const active = { ...WELL.active, generator: 'none' };
    expect(overallHealth({ ...WELL, active, services: [failed] })).toEqual({
      status: 'critical_down',
      criticalDown: ['generator'],
      causes: [{ code: 'stage_down', message: 'Nothing answers now. Failed: a (unauthorized).' }],
    });
  });

  it('is down, if only the page is left to do what providers did', () => {
    const voice = { ...failed, stage: 'synthesizer' } as const;
    const { status, causes } = overallHealth({ ...WELL, services: [voice] });
    expect(status).toBe('critical_down');
    expect(causes[0]!.message).toBe('Only the browser speaks now. Failed: a (unauthorized).');
  });

  it('goes on with what is left, and says who stands in', () => {
    const active = { ...WELL.active, generator: 'b' };
    const services = [failed, service({ name: 'b' })];
    const { status } = overallHealth({ ...WELL, active, services });
    expect(status).toBe('degraded');
    expect(sentences({ ...WELL, active, services })).toEqual([
      'a has failed (unauthorized). b answers in its place.',
    ]);
  });

  it('names what is most urgent first', () => {
    const problem = (code: 'memory_low' | 'data_not_written' | 'log_not_written') => ({
      code,
      message: code,
      since_s: 1,
    });
    const evidence: Evidence = {
      ...WELL,
      active: { ...WELL.active, transcriber: 'c', generator: 'none' },
      services: [
        failed,
        service({ stage: 'transcriber', name: 'c', state: 'degraded', failure_count: 1 }),
      ],
      problems: [problem('log_not_written'), problem('memory_low'), problem('data_not_written')],
      latencies: latencies({ e2e: 2_940, llm: 2_400 }),
      stuckSessions: 2,
      budgetUsed: 0.805,
    };
    expect(sentences(evidence)).toEqual([
      'Nothing answers now. Failed: a (unauthorized).',
      'data_not_written',
      'memory_low',
      'log_not_written',
      'Answers are slow: half take 2.9 s or more. The longest wait is for the model’s first word: 2.4 s.',
      '2 calls have been in one stage of a turn for over a minute.',
      '80 % of the budget of the day is spent.',
      'c has failed once.',
    ]);
  });
});

describe('slow answers', () => {
  const slowness = (of: LatencyPercentiles) => overallHealth({ ...WELL, latencies: of }).causes[0];

  it('are judged from twenty turns on, and by more than what people notice', () => {
    expect(slowness(latencies({ e2e: 9_000 }, ENOUGH_TURNS - 1))).toBeUndefined();
    expect(slowness(latencies({ e2e: 1_500 }))).toBeUndefined();
    expect(slowness(latencies({ e2e: 1_501 }))).toMatchObject({ code: 'answers_slow' });
  });

  it.each([
    ['endpointing', 'the end of the turn'],
    ['asr', 'the recogniser’s final words'],
    ['text_aggregation', 'the model’s first clause'],
    ['tts', 'the voice’s first sound'],
  ] as const)('name %s, if that is the longest part', (part, words) => {
    const cause = slowness(latencies({ e2e: 1_700, llm: 620, [part]: 700 }));
    expect(cause).toMatchObject({ part });
    expect(cause!.message).toMatch(`The longest wait is for ${words}: 0.7 s.`);
  });

  it('name the median that is shown, of any turns', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9_999), { minLength: ENOUGH_TURNS }), (values) => {
        const e2e = percentilesOf(values);
        const shown = `half take ${(percentile(values, 0.5) / 1_000).toFixed(1)} s or more`;
        const message = slowness({ ...latencies({}), e2e })?.message ?? '';
        expect(message.includes(shown)).toBe(e2e.p50! > 1_500);
      }),
    );
  });
});
