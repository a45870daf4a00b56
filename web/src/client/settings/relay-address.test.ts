import { describe, expect, test } from 'vitest';
import { memoryStore } from './memory-store.fake.ts';
import { findRelay, relayIn } from './relay-address.ts';

const PAGE = 'https://page.example';
const RELAY = 'https://relay.example:8443';

describe('the configuration file', () => {
  test.each([
    ['', PAGE],
    [' \n', PAGE],
    ['{}', PAGE],
    ['{"relay": ""}', PAGE],
    ['{"relay": null}', PAGE],
    ['{"something": "else"}', PAGE],
    ['<!doctype html><title>The page itself</title>', PAGE],
    [`{"relay": "${RELAY}"}`, RELAY],
    [`{"relay": "${RELAY}/"}`, RELAY],
    ['{"relay": "HTTPS://Relay.Example"}', 'https://relay.example'],
    ['{"relay": "https://host.example/voice/"}', 'https://host.example/voice'],
    ['{"relay": "http://localhost:8787"}', 'http://localhost:8787'],
    ['{"relay": "http://127.0.0.1:8787"}', 'http://127.0.0.1:8787'],
  ])('%j leads to %s', (text, origin) => {
    expect(relayIn(text, PAGE)).toEqual({ kind: 'known', origin });
  });

  test.each([
    ['{"relay": ', 'is not valid JSON'],
    ['relay = "https://relay.example"', 'is not valid JSON'],
    ['null', 'by its address alone'],
    ['"https://relay.example"', 'by its address alone'],
    ['{"relay": 7}', 'by its address alone'],
    ['{"relay": ["https://relay.example"]}', 'by its address alone'],
    ['{"relay": "relay.example"}', 'by its address alone'],
    ['{"relay": "relay.example:8787"}', 'by its address alone'],
    ['{"relay": "wss://relay.example"}', 'by its address alone'],
    ['{"relay": "javascript:alert(1)"}', 'by its address alone'],
    ['{"relay": "https://relay.example?x"}', 'by its address alone'],
    ['{"relay": "https://user:password@relay.example"}', 'by its address alone'],
    ['{"relay": "http://relay.example"}', 'only use a relay over https'],
  ])('%j is explained', (text, reason) => {
    const address = relayIn(text, PAGE);
    expect(address).toMatchObject({ kind: 'misconfigured' });
    expect(address).toHaveProperty('message', expect.stringContaining(reason));
    expect(JSON.stringify(address)).not.toContain('password');
  });

  test('may name any relay without https if the page is without it too', () => {
    const address = relayIn('{"relay": "http://192.168.1.5:8787"}', 'http://192.168.1.5');
    expect(address).toEqual({ kind: 'known', origin: 'http://192.168.1.5:8787' });
  });
});

describe('the relay', () => {
  const find = (answer: () => Promise<Response>, storage = memoryStore()) =>
    findRelay({ fetch: answer, storage, pageUrl: PAGE });
  const named = async () => new Response(`{"relay": "${RELAY}"}`);
  const failures: readonly (readonly [string, () => Promise<Response>])[] = [
    ['no network', () => Promise.reject(new TypeError('failed'))],
    ['no answer', () => Promise.reject(new DOMException('too late', 'TimeoutError'))],
    ['a host in trouble', async () => new Response('', { status: 503 })],
  ];

  test('is asked for anew each time', async () => {
    let asked: readonly unknown[] = [];
    const fetchLike = (...request: readonly unknown[]) => {
      asked = request;
      return named();
    };
    await findRelay({ fetch: fetchLike, storage: null, pageUrl: PAGE });
    expect(asked).toMatchObject([`${PAGE}/parley.json`, { cache: 'no-cache' }]);
  });

  test('is at the page’s own origin if there is no file', async () => {
    const missing = async () => new Response('Not found', { status: 404 });
    expect(await find(missing)).toEqual({ kind: 'known', origin: PAGE });
  });

  test.each(failures)('is where it was last, with %s', async (_, failing) => {
    const storage = memoryStore();
    expect(await find(failing, storage)).toEqual({ kind: 'known', origin: PAGE });
    await find(named, storage);
    expect(await find(failing, storage)).toEqual({ kind: 'known', origin: RELAY });
    // A file that was changed takes effect, and is what counts from then on.
    await find(async () => new Response('{}'), storage);
    expect(await find(failing, storage)).toEqual({ kind: 'known', origin: PAGE });
    storage.setItem('parley.relay', '{"origin":"no address"}');
    expect(await find(failing, storage)).toEqual({ kind: 'known', origin: PAGE });
  });
});
