import { expect, test } from 'vitest';
import { Openings } from './openings.ts';
import type { WebSocketConstructor } from './relay-socket.ts';
import { SessionApi } from './session-api.ts';

test('a page tries WebSockets that were blocked once more in each call, and anew when one opens', async () => {
  const WebSocket = class {} as unknown as WebSocketConstructor;
  const api = new SessionApi({
    ...{ baseUrl: 'https://talk.example', token: undefined, replacesToken: false },
    fetch: () => Promise.resolve(Response.json({ status: 'ok' })),
  });
  const call = () => new Openings({ api, replacesSession: true, WebSocket });
  const { signal } = new AbortController();
  const verdicts = async (openings: Openings) => {
    const given: string[] = [];
    do given.push(await openings.judge(false, signal));
    while (given.at(-1) === 'again');
    return given;
  };
  const first = call();
  expect(await verdicts(first)).toEqual(['again', 'again', 'otherwise']);
  // By requests, which says nothing of WebSockets.
  first.succeeded();
  expect(await verdicts(call())).toEqual(['otherwise']);
  call().succeeded();
  expect(await verdicts(call())).toEqual(['again', 'again', 'otherwise']);
});
