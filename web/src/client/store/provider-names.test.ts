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

test('a relay that cannot be reached is not an error here', async () => {
  expect(
    await fetchProviderNames(() => Promise.reject(new TypeError('offline')), RELAY),
  ).toBeNull();
  expect(
    await fetchProviderNames(() => Promise.resolve(new Response('', { status: 503 })), RELAY),
  ).toBeNull();
});
