/**
 * The relay as end-to-end tests of other packages see it: the program, the page's build, the
 * simulated vendors, and the embedded recogniser and voice to listen and speak with.
 */
import { fileURLToPath } from 'node:url';

export { createEmbeddedTranscriber } from '../src/providers/embedded/embedded-transcriber.ts';
export { OpusDecoder } from '@parley/opus/opus-codec';
export { OpusEncoder } from '@parley/opus/opus-codec';
export { compileFlite, Flite } from '@parley/voice';
export { trimSilence } from '@parley/voice';
export { createEmbeddedSynthesizer } from '../src/providers/embedded/embedded-synthesizer.ts';
export { serve } from '../bench/process/serve.ts';
export type {
  Background,
  Dialogue,
  Observation,
  PageHandlers,
  TimedWord,
} from '../bench/dialogues/dialogue.ts';
export type {
  ChaosHandlers,
  Conversation,
  ConversationOptions,
} from '../bench/chaos/conversation.ts';
export { lossDelayMs } from '../bench/chaos/faults.ts';
export { seeded } from '../bench/chaos/random.ts';
export { FaultyProxy, type FaultyConnection } from '../test/support/faulty-proxy.ts';
export { startBalancer } from '../test/support/balancers.ts';
export { freePort } from '../test/support/free-port.ts';
export { NGINX, RealProxy } from '../test/support/real-proxies.ts';
export { RedisServer } from '../test/support/redis-server.ts';
export { SentryServer } from '../test/support/sentry-server.ts';
export { writeMark, type SampleMark } from '../bench/dialogues/sample-mark.ts';
export type { BrowserFigures, BrowserHandlers, WebBenchOptions } from '../bench/web/browser.ts';
export type {
  EchoBrowser,
  EchoHandlers,
  EchoNote,
  EchoRoom,
  InterruptionVerdict,
} from '../bench/echo/laboratory.ts';
export { UNLIMITED } from '../bench/process/unlimited.ts';
export type { EarHandlers, EarQuestion, EarTurn } from '../bench/ear/ear-handlers.ts';
export { CATALOGUE } from '../simulators/catalogue.ts';
export type { Behaviour, Simulator } from '../simulators/kit/simulator.ts';
export { simulatorTraffic, type Traffic } from '../simulators/kit/traffic.ts';
export {
  startSupabaseAuth,
  type SupabaseAuthSimulator,
} from '../simulators/supabase/supabase-auth.ts';
export { makeDatabaseTemplate } from '../src/keeping/storage/database-template.ts';
export { buildPage } from '../tools/page-build.ts';
export { digestOf, ROOT } from '../tools/project.ts';
export { staticHost, type StaticAnswer } from './static-host.ts';

/** The relay's program, for a process of its own. */
export const RELAY_PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** For Node's `--import`: the relay under test is never overloaded. */
export const NEVER_OVERLOADED = new URL('./never-overloaded.ts', import.meta.url).href;
