import { expect, test } from 'vitest';
import { fetchProviderNames, providerNamesIn } from './provider-names.ts';

const RELAY = 'https://relay.example';
const NAMES = { transcriber: 'embedded', generator: 'openai', synthesizer: 'embedded' };

test('the names are read out of the health answer', async () => {
  const fetchLike = () => Promise.resolve(Response.json({ status: 'ok', providers: NAMES }));
  expect(await fetchProviderNames(fetchLike, RELAY)).toEqual(NAMES);
});

test.each([null, 'text', {}, { providers: null }, { providers: { ...NAMES, generator: 7 } }])(
  'no names are made up from %j',
  (body) => {
    expect(providerNamesIn(body)).toBeNull();
  },
);

test.each([
  ['nothing', () => Promise.reject(new TypeError('offline')), undefined],
  ['a page', () => Promise.resolve(new Response('<html>')), undefined],
  ['a relay that refuses', () => Promise.resolve(Response.json({}, { status: 403 })), null],
])('%s in place of the names is told apart from a relay', async (_what, fetchLike, names) => {
  expect(await fetchProviderNames(fetchLike, RELAY)).toBe(names);
});
