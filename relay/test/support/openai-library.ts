import OpenAI, { toFile, type APIError } from 'openai';
import { afterEach, expect } from 'vitest';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { FaultyRelay, type FaultyRelayOptions } from '../faults/faulty-relay.ts';
import { signIn } from './api.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from './test-relay.ts';

/** Relays for a file of tests, and OpenAI's own library before each, with a guest's token as its key. */
export function openAiRelays() {
  const opened: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
  });
  const libraryFor = async ({ url }: TestRelay) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey: await signIn(url), maxRetries: 0 });
  return {
    async start(options: TestRelayOptions = {}) {
      const relay = await startTestRelay(options);
      opened.push(relay);
      return { relay, client: await libraryFor(relay) };
    },
    /** Over simulated vendors. */
    async startVendors(options: FaultyRelayOptions = {}) {
      const vendors = await FaultyRelay.start(options);
      opened.push(vendors);
      return { vendors, client: await libraryFor(vendors.relay) };
    },
  };
}

export const wavFile = (samples: Int16Array) => toFile(encodeWav(samples, 16_000), 'a.wav');

/** Settings with another plan for guests. */
export const guestPlan = (guest: object) => ({ PLANS: JSON.stringify({ plans: { guest } }) });

/** The error that the library makes of the answer. */
export async function refusal(work: Promise<unknown>): Promise<APIError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OpenAI.APIError);
  return error as APIError;
}
