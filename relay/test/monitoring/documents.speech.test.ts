import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { z } from 'zod/mini';
import { API_PATHS, LOG_PATHS, logSettingsSchema } from '@parley/shared';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import {
  healthDetailedSchema,
  monitoredServicesSchema,
  monitoringHealthSchema,
  monitoringMetricsSchema,
  overviewSchema,
  performanceSummarySchema,
  serviceResetSchema,
  sessionMetricsSchema,
  type Overview,
} from '@parley/shared/monitoring-api';
import { openWarmStages } from '../../src/providers/embedded/warm-engines.rig.ts';
import { trackOf } from '../../src/call/stages/synthesizer/track.rig.ts';
import type { Stages } from '../../src/call/stages/stages.ts';
import { runTalk } from '../../talk/run.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay } from '../support/test-relay.ts';
import { ADMIN_TOKEN, askOperator } from './operator.ts';

const DOCUMENT = '../../../docs/monitoring/README.md';
const { monitoring, healthDetailed, performance } = API_PATHS;

const EXAMPLES: Readonly<Record<string, readonly [string, z.ZodMiniType]>> = {
  health: [`${monitoring}/health`, monitoringHealthSchema],
  services: [`${monitoring}/health/services`, monitoredServicesSchema],
  detailed: [healthDetailed, healthDetailedSchema],
  metrics: [`${monitoring}/metrics`, monitoringMetricsSchema],
  performance: [performance, performanceSummarySchema],
};

// When this fails, the answers have changed: `vitest run --project speech
// relay/test/monitoring/documents.speech.test.ts -u` writes the examples anew.
test('the examples are what a relay answers after a spoken call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-examples-'));
  await using providers = await openWarmStages();
  const metricsPath = join(folder, 'metrics.jsonl');
  await using relay = await startTestRelay({
    stages: providers,
    env: { ADMIN_TOKEN, METRICS_SAVE_PATH: metricsPath },
  });
  const said = { write: () => true };
  const { signal } = new AbortController();
  const question = join(folder, 'question.wav');
  await writeFile(
    question,
    encodeWav(await spoken(providers, 'what is seven times eight'), 16_000),
  );
  const line = ['--url', relay.url, question];
  expect(await runTalk(line, { output: said, errors: said, signal })).toBe(0);
  await vi.waitUntil(async () => (await readFile(metricsPath, 'utf8').catch(() => '')) !== '', {
    timeout: 10_000,
  });

  const answers = new Map<string, string>();
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  for (const [name, [path, schema]] of Object.entries(EXAMPLES)) {
    const response = await fetch(relay.url + path, { headers });
    expect(response.status).toBe(200);
    answers.set(name, inJson(schema, await response.json()));
  }
  const session: unknown = JSON.parse(await readFile(metricsPath, 'utf8'));
  answers.set('session', inJson(sessionMetricsSchema, session));
  answers.set('overview', inJson(overviewSchema, shortened(await overviewOf(relay.url))));
  const level = await fetch(relay.url + LOG_PATHS.level, { headers });
  answers.set('level', inJson(logSettingsSchema, await level.json()));
  const reset = await fetch(`${relay.url}${monitoring}/health/reset/generator:embedded`, {
    method: 'POST',
    headers,
  });
  answers.set('reset', inJson(serviceResetSchema, await reset.json()));
  await rm(folder, { recursive: true });

  const document = await readFile(new URL(DOCUMENT, import.meta.url), 'utf8');
  const current = document.replaceAll(
    /^```json monitoring:(\w+)\n([\s\S]*?)^```$/gm,
    (block, name: string, example: string) => {
      const answer = answers.get(name);
      if (answer === undefined) throw new Error(`What is monitoring:${name}?`);
      answers.delete(name);
      // Figures differ each time; an example of the same shape stays as it is.
      const isSame = shapeOf(JSON.parse(example)) === shapeOf(JSON.parse(answer));
      return isSame ? block : `\`\`\`json monitoring:${name}\n${answer}\n\`\`\``;
    },
  );
  expect([...answers.keys()]).toEqual([]);
  await expect(current).toMatchFileSnapshot(DOCUMENT);
}, 120_000);

/** With a call that runs. */
async function overviewOf(url: string): Promise<Overview> {
  await using call = await TestCall.start(url);
  const { body } = await askOperator(url, API_PATHS.adminOverview, overviewSchema);
  await call.hangUp();
  return body;
}

/** Of each list the latest entry, which has something in it. */
function shortened(overview: Overview): Overview {
  const { services, history, interactions } = overview;
  return {
    ...overview,
    services: services.slice(0, 1),
    history: { ...history, points: history.points.slice(-1) },
    interactions: interactions.slice(0, 1),
  };
}

/** PCM16 mono at 16 kHz. */
async function spoken({ synthesizer }: Stages, text: string): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  const { signal } = new AbortController();
  for await (const event of synthesizer.speak(trackOf([text]), { voice: 'slt', signal })) {
    if (event.type === 'speech-audio') pieces.push(event.samples);
  }
  return joinPcm16(pieces);
}

function inJson(schema: z.ZodMiniType, answer: unknown): string {
  return JSON.stringify(schema.parse(answer), null, 2);
}

/** The names in it, without values; of a list, those of its first entry. */
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : shapeOf(value[0])}]`;
  if (typeof value !== 'object' || value === null) return '';
  const parts = Object.entries(value).map(([name, part]) => `${name}:${shapeOf(part)}`);
  return `{${parts.toSorted().join(',')}}`;
}
