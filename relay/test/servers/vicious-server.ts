import { readBody } from '../../simulators/kit/http-answers.ts';
import { toneFor, type Simulator } from '../../simulators/kit/simulator.ts';
import type { Vice } from '../../simulators/openai/answering.ts';
import { startOpenAiSimulator } from '../../simulators/openai/openai-simulator.ts';
import { readConfiguration } from '../../src/providers/registry/configuration.ts';
import { openProviders } from '../../src/providers/registry/open-providers.ts';
import { loggerInto } from '../conformance/subject.ts';
import type { IncomingMessage } from 'node:http';
import type { FailoverStages } from '../../src/call/stages/failover-stages.ts';
import { MovableClock } from '../support/movable-clock.ts';
import { startTestRelay, type TestRelay } from '../support/test-relay.ts';

/** Longest that a stage may take, over all its providers. */
export const STAGE_MS = 5_000;

/** One of two callers: what they say, how it sounds, and what they are answered. */
export interface Person {
  readonly question: string;
  readonly answer: string;
  /** Every sample of their speech: by it the server knows the speaker. */
  readonly sample: number;
}

/** The caller who meets the server's vice, if not both do. */
export const VICTIM: Person = {
  question: 'what will the victim hear',
  answer: 'The victim hears this. And the victim hears all of the rest.',
  sample: 1_000,
};
/** The caller who notices nothing. */
export const OTHER: Person = {
  question: 'what is the answer',
  answer: 'Here is the first of it. And this is all the rest.',
  sample: 2_000,
};

/** Whether a request, to any endpoint, is made for the victim. */
export async function isForVictim(request: IncomingMessage): Promise<boolean> {
  const body = await readBody(request);
  const sound = Buffer.from(new Int16Array(8).fill(VICTIM.sample).buffer);
  return body?.includes('victim') === true || body?.includes(sound) === true;
}

/** A relay that is configured by settings alone, with one server for all three stages. */
export interface ViciousServer extends AsyncDisposable {
  readonly relay: TestRelay;
  readonly server: Simulator;
  readonly providers: FailoverStages;
  /** The relay's; the server's time is real. */
  readonly clock: MovableClock;
  /** What was logged of the providers, at `info` and above. */
  readonly logs: readonly string[];
}

/**
 * @param settings - beyond the server's address and its models, which they may override
 * @param vice - if undefined, the server is healthy
 */
export async function startViciousServer(
  settings: (url: string) => Readonly<Record<string, string>>,
  vice?: Vice,
): Promise<ViciousServer> {
  const server = await startOpenAiSimulator({
    flavour: 'compatible',
    hear: (audio) => (audio.includes(VICTIM.sample) ? VICTIM : OTHER).question,
    answer: (question) => (question.includes('victim') ? VICTIM : OTHER).answer,
    // Short, so that turns follow one another quickly.
    speak: (_, rateHz) => toneFor('short', rateHz),
    vice,
  });
  const seconds = String(STAGE_MS / 1_000);
  const environment = {
    COMPATIBLE_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_TRANSCRIPTION_MODEL: 'whisper',
    COMPATIBLE_CHAT_MODEL: 'llama',
    COMPATIBLE_SPEECH_MODEL: 'kokoro',
    TRANSCRIBERS: 'compatible',
    GENERATORS: 'compatible',
    SYNTHESIZERS: 'compatible',
    TRANSCRIBER_DEADLINE_S: seconds,
    GENERATOR_DEADLINE_S: seconds,
    SYNTHESIZER_DEADLINE_S: seconds,
    HEALTH_INTERVAL_S: '1',
    ...settings(server.url),
  };
  const logs: string[] = [];
  const clock = new MovableClock();
  const providers = await openProviders(readConfiguration(environment), {
    clock,
    logger: loggerInto(logs, 'info'),
  });
  const relay = await startTestRelay({ stages: providers, env: environment, clock });
  return {
    relay,
    server,
    providers,
    clock,
    logs,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await providers[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
