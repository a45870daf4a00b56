import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_PATHS, usageResponseSchema } from '@parley/shared';
import { MemoryStorage } from './support/memory-storage.ts';
import { personOf } from './support/person.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const { usage } = API_PATHS;
const ADMIN_TOKEN = 'the-operators-token';
const storage = new MemoryStorage();
let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay({ storage, env: { ADMIN_TOKEN } });
});
afterAll(() => relay[Symbol.asyncDispose]());

it('shows what was used in the last thirty days, or in those that are asked for', async () => {
  const { userId, request } = await personOf(relay.url);
  const row = {
    stage: 'generator' as const,
    provider: 'openai',
    audio_s: 0,
    input_tokens: 10,
    output_tokens: 2,
    characters: 0,
    cost_usd: 0.001,
  };
  storage.of(userId).usage = ['2026-01-01', '2026-01-02'].map((day) => ({ ...row, day }));
  const recent = usageResponseSchema.parse(await (await request('GET', usage)).json());
  expect(recent.rows).toEqual([]);
  expect(Date.parse(recent.to) - Date.parse(recent.from)).toBe(29 * 86_400_000);
  const asked = await request('GET', `${usage}?from=2026-01-02&to=2026-01-31`);
  expect(await asked.json()).toMatchObject({ rows: [{ day: '2026-01-02' }] });
});

it.each(['?from=2026-01-02&to=2026-01-01', '?from=2020-01-01', '?to=soon'])(
  'refuses usage of %s',
  async (query) => {
    const { request } = await personOf(relay.url);
    expect((await request('GET', usage + query)).status).toBe(400);
  },
);

describe('usage of all', () => {
  const row = { sessions: 1, audio_s: 2.5, input_tokens: 3, output_tokens: 4, characters: 5 };
  const ask = (query: string, token: string) =>
    fetch(`${relay.url}${API_PATHS.adminUsage}${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });

  it('is for administrators', async () => {
    expect((await ask('', (await personOf(relay.url)).token)).status).toBe(403);
    storage.grouped = [{ key: 'guest_1', entries: 9, ...row, cost_usd: 0.000001 }];
    const response = await ask('?by=user&from=2026-11-01&to=2026-11-30', ADMIN_TOKEN);
    expect(await response.json()).toEqual({
      ...{ by: 'user', from: '2026-11-01', to: '2026-11-30' },
      rows: storage.grouped,
    });
    expect((await ask('?by=secret', ADMIN_TOKEN)).status).toBe(400);
  });

  it('is CSV in which nothing is a formula', async () => {
    storage.grouped = ['=HYPERLINK("http://bad.example")', '+1', '-1', '@a', '\tb', 'a,"b"\nc'].map(
      (key) => ({ key, entries: 9, ...row, cost_usd: 0.000001 }),
    );
    const response = await ask('?by=user&format=csv&from=2026-11-01&to=2026-11-30', ADMIN_TOKEN);
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="usage-2026-11-01-2026-11-30.csv"',
    );
    const rest = '9,1,2.5,3,4,5,0.000001';
    expect(await response.text()).toBe(
      [
        'key,entries,sessions,audio_s,input_tokens,output_tokens,characters,cost_usd',
        `"'=HYPERLINK(""http://bad.example"")",${rest}`,
        ...["'+1", "'-1", "'@a", "'\tb"].map((key) => `${key},${rest}`),
        `"a,""b""\nc",${rest}`,
        '',
      ].join('\r\n'),
    );
  });
});
