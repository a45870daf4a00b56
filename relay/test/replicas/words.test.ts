import { createClient } from '@redis/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import { askedOf, moveTo, startReplica } from '../support/replica.ts';
import { TestCall } from '../support/test-call.ts';

let redis: RedisServer;
beforeEach(async () => {
  redis = await RedisServer.start();
});
afterEach(() => redis[Symbol.asyncDispose]());

/** All that Redis holds of the only call. */
async function keptCall(): Promise<string> {
  const client = createClient({ url: redis.url, RESP: 2 });
  await client.connect();
  const keys = await client.keys('parley:call:*');
  expect(keys).toHaveLength(1);
  const { snapshot = '' } = await client.hGetAll(keys[0]!);
  client.destroy();
  return snapshot;
}

it.each([
  ['encrypted', { STORE_KEY: Buffer.alloc(32, 7).toString('base64') }],
  ['on', {}],
])('with transcripts %s, the words of a call go with it', async (transcripts, keys) => {
  const env = { STORE_TRANSCRIPTS: transcripts, ...keys };
  await using gone = await startReplica(redis, { peerPort: await freePort(), env });
  await using heir = await startReplica(redis, { env });
  await using call = await TestCall.start(gone.url);
  call.type('My dog is called Rex');
  await call.inbound.next('response.done');
  call.send({ type: 'session.update', session: { turn_detection: { eagerness: 'low' } } });
  await call.inbound.next('session.updated');
  call.type('Good night');
  await call.inbound.next('response.done');
  await call.inbound.next('input_audio_buffer.ack');
  expect(await keptCall()).not.toContain('Rex');
  await call.cut();
  moveTo(call, heir);
  await call.resume();
  const { session } = call.inbound.ofType('session.resumed').at(-1)!;
  expect(session.turn_detection?.eagerness).toBe('low');
  call.type('What is it called');
  await call.inbound.next('response.done');
  expect(askedOf(heir)).toEqual([
    'My dog is called Rex | My dog is called Rex! | Good night | Good night! | What is it called',
  ]);
});

it('with transcripts off, they stay: the other relay says that it does not know them', async () => {
  const env = { STORE_TRANSCRIPTS: 'off' };
  await using gone = await startReplica(redis, { peerPort: await freePort(), env });
  await using heir = await startReplica(redis, { env });
  await using call = await TestCall.start(gone.url);
  call.type('My dog is called Rex');
  await call.inbound.next('response.done');
  await call.inbound.next('input_audio_buffer.ack');
  expect(await keptCall()).not.toContain('Rex');
  await call.cut();
  moveTo(call, heir);
  await call.resume();
  await call.inbound.next('response.done');
  const said = call.inbound
    .ofType('response.output_audio_transcript.delta')
    .map(({ delta }) => delta)
    .join('');
  expect(said).toContain('no longer know what we said before');
  call.type('Hello');
  await call.inbound.next('response.done');
  expect(askedOf(heir).at(-1)).not.toContain('Rex');
});
