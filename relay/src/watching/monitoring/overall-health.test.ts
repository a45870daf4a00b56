import { describe, expect, it } from 'vitest';
import type { MonitoredService } from '@parley/shared/monitoring-api';
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
  slowness: undefined,
  stuckSessions: 0,
  budgetUsed: 0.79,
};
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
      slowness: { e2eMs: 2_940, part: 'model', partMs: 2_400 },
      stuckSessions: 2,
      budgetUsed: 0.805,
    };
    expect(sentences(evidence)).toEqual([
      'Nothing answers now. Failed: a (unauthorized).',
      'data_not_written',
      'memory_low',
      'log_not_written',
      'Answers are slow: half of the last ones took more than 2.9 s, of which 2.4 s until the first words of the model.',
      '2 calls have been in one stage of a turn for over a minute.',
      '80 % of the budget of the day is spent.',
      'c has failed once.',
    ]);
  });
});
