import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { API_PATHS } from '@parley/shared';
import { toneFor } from '../../simulators/kit/simulator.ts';
import { METRICS } from '../../src/watching/metrics/metric-table.ts';
import { hasPrometheus } from '../../testing/system-programs.ts';
import { FaultyRelay } from '../faults/faulty-relay.ts';
import { askAgain } from '../faults/spoken-turn.ts';
import { freePort } from '../support/free-port.ts';
import { TestCall } from '../support/test-call.ts';
import { TestLedger } from '../support/test-ledger.ts';

const DOCS = fileURLToPath(new URL('../../../docs/monitoring/', import.meta.url));
const METRICS_TOKEN = 'metrics-token-0001';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-prometheus-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

const dashboardSchema = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      targets: z.optional(z.array(z.object({ expr: z.string() }))),
    }),
  ),
});

/** What the dashboard asks Prometheus for. */
async function dashboardQueries(): Promise<readonly string[]> {
  const dashboard = dashboardSchema.parse(
    JSON.parse(await readFile(join(DOCS, 'grafana.json'), 'utf8')),
  );
  return dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

test('the dashboard and the alerts name metrics that there are', async () => {
  const alerts = await readFile(join(DOCS, 'alerts.yml'), 'utf8');
  const text = [alerts, ...(await dashboardQueries())].join('\n');
  const named = [...text.matchAll(/\bvoice_\w+/g)].map(([name]) =>
    name.replace(/_(?:bucket|count|sum)$/, ''),
  );
  expect(named.length).toBeGreaterThan(15);
  expect([...new Set(named)].filter((name) => !(name in METRICS))).toEqual([]);
});

describe.skipIf(!hasPrometheus())('with a real Prometheus', () => {
  const promtool = (args: readonly string[], input?: string) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, {
      encoding: 'utf8',
      cwd: folder,
      ...(input !== undefined && { input }),
    });
    return { status, output: stdout + stderr };
  };

  test('promtool finds nothing wrong with the configuration, the rules and the metrics', async () => {
    for (const check of [
      ['check', 'config', join(DOCS, 'prometheus.yml')],
      ['check', 'rules', join(DOCS, 'alerts.yml')],
    ]) {
      expect(promtool(check)).toMatchObject({ status: 0 });
    }
    await using relay = await FaultyRelay.start();
    const metrics = await (await fetch(relay.relay.url + API_PATHS.prometheus)).text();
    const { output } = promtool(['check', 'metrics'], metrics);
    // Those of the process are named by the library.
    expect(output.split('\n').filter((line) => line.startsWith('voice_'))).toEqual([]);
  });

  test('the alerts are raised by what they are for, and by nothing before', async () => {
    const rules = join(folder, 'alerts-test.yml');
    await writeFile(rules, ALERT_TESTS.replace('RULES', join(DOCS, 'alerts.yml')));
    const { status, output } = promtool(['test', 'rules', rules]);
    expect(output).not.toContain('FAILED');
    expect(status).toBe(0);
  });

  test('it reads a running relay, and answers the queries of the dashboard', async () => {
    await using faulty = await FaultyRelay.start({
      money: new TestLedger().money,
      primary: { speak: (_, rateHz) => toneFor('short', rateHz) },
      env: { METRICS_TOKEN, ALLOWED_ORIGINS: 'https://page.example' },
    });
    const { url } = faulty.relay;
    await using prometheus = await startPrometheus(url);
    await using call = await TestCall.start(url);
    for (const turn of [1, 2]) {
      await askAgain(call, turn);
      // Rates need two readings with a change between them.
      await vi.waitUntil(
        async () => {
          const [answer] = await prometheus.query('sum(voice_turns_total)');
          return Number(answer?.value[1]) === turn;
        },
        { timeout: 20_000, interval: 200 },
      );
    }
    await vi.waitUntil(
      async () => (await prometheus.query('sum(rate(voice_turns_total[1m])) > 0')).length > 0,
      { timeout: 20_000, interval: 200 },
    );
    const value = async (query: string) => Number((await prometheus.query(query))[0]?.value[1]);
    expect(await value('up{job="parley"}')).toBe(1);
    expect(await value('voice_sessions_total')).toBe(1);
    expect(await value('sum(voice_transcription_duration_seconds_count)')).toBe(2);
    for (const query of await dashboardQueries()) {
      const answers = await prometheus.query(query.replaceAll('$__rate_interval', '1m'));
      expect([query, answers.length > 0 || MAY_BE_EMPTY.test(query)]).toEqual([query, true]);
    }
  }, 90_000);
});

/** What has no value as long as nothing goes wrong. */
const MAY_BE_EMPTY = /errors|problem|barge_ins|reconnects|budget/;

async function startPrometheus(relayUrl: string) {
  const port = await freePort();
  const target = new URL(relayUrl).host;
  const config = (await readFile(join(DOCS, 'prometheus.yml'), 'utf8'))
    .replaceAll('30s', '200ms')
    .replace('alerts.yml', join(DOCS, 'alerts.yml'))
    .replace('127.0.0.1:8787', target)
    .replace(
      '    static_configs:',
      `    authorization: { credentials: ${METRICS_TOKEN} }\n    static_configs:`,
    );
  await writeFile(join(folder, 'prometheus.yml'), config);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const query = async (expression: string) => {
    const search = new URLSearchParams({ query: expression });
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?${search.toString()}`);
    return answerSchema.parse(await response.json()).data.result;
  };
  await vi.waitUntil(() => query('vector(1)').then(Boolean, () => false), {
    timeout: 20_000,
    interval: 100,
  });
  return {
    query,
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** Five minutes of a series, then what raises the alert; `promtool test rules` reads it. */
const ALERT_TESTS = `
rule_files: ['RULES']
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series:
      - series: 'up{job="parley",instance="a"}'
        values: '1x20 0x20'
      - series: 'voice_service_health{instance="a",service="generator:x"}'
        values: '1x20 0x20'
      - series: 'voice_errors_total{instance="a",type="generator_failed",fault="relay"}'
        values: '0+1x20 20+6x30'
      # A client that sends what it may not is no fault of the relay.
      - series: 'voice_errors_total{instance="a",type="malformed_json",fault="client"}'
        values: '0+60x50'
      - series: 'voice_memory_used_ratio{instance="a"}'
        values: '0.5x20 0.9x30'
      - series: 'voice_budget_used_ratio{instance="a"}'
        values: '0.5x20 0.8x30'
      - series: 'voice_event_loop_delay_seconds{instance="a",percentile="99"}'
        values: '0.01x20 0.3x30'
      - series: 'voice_stuck_sessions{instance="a"}'
        values: '0x20 1x30'
      - series: 'voice_problem{instance="a",code="data_not_written"}'
        values: '_x20 1x30'
      - series: 'voice_to_voice_seconds_bucket{instance="a",le="1.5"}'
        values: '0+1x20 20x30'
      - series: 'voice_to_voice_seconds_bucket{instance="a",le="3"}'
        values: '0+1x20 20+1x30'
      - series: 'voice_to_voice_seconds_bucket{instance="a",le="+Inf"}'
        values: '0+1x20 20+1x30'
    promql_expr_test:
      - expr: count(ALERTS{alertstate="firing"}) or vector(0)
        eval_time: 10m
        exp_samples: [{ labels: '{}', value: 0 }]
      - expr: count(count by (alertname) (ALERTS{alertstate="firing"}))
        eval_time: 20m
        exp_samples: [{ labels: '{}', value: 9 }]
    alert_rule_test:
      - alertname: ParleyServiceFailed
        eval_time: 11m30s
        exp_alerts: []
      - alertname: ParleyServiceFailed
        eval_time: 13m
        exp_alerts:
          - exp_labels: { severity: critical, instance: a, service: 'generator:x' }
            exp_annotations:
              summary: 'The provider generator:x of a has failed.'
`;
