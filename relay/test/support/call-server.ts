import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { CreateSessionResponse } from '@parley/shared';
import { OwnHosts } from '../../src/people/auth/own-hosts.ts';
import { readConfig } from '../../src/base/config/config.ts';
import { acceptRealtime } from '../../src/http/realtime.ts';
import { TrustedProxies } from '../../src/http/trusted-proxies.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { RefusalLog } from '../../src/base/lib/refusal-log.ts';
import { SessionCreator } from '../../src/call/session/session-creator.ts';
import { NO_RULES } from '../../src/call/session/session-options.ts';
import { SessionRegistry } from '../../src/call/session/session-registry.ts';
import type { Stages } from '../../src/call/stages/stages.ts';
import type { ConversationPolicy } from '../../src/call/turn/conversation-options.ts';
import { Limiter } from '../../src/people/limits/limiter.ts';
import { toPolicy } from '../../src/people/limits/policy.ts';
import { readPolicy } from '../../src/people/limits/read-policy.ts';
import { Watchdog } from '../../src/call/turn/watchdog.ts';
import { CallObservers, type CallObserver } from '../../src/call/events/call-observers.ts';
import { LogWatch } from './log-watch.ts';
import { TestCall } from './test-call.ts';
import { TEST_CALLER } from '../../src/call/session/caller.fake.ts';
import { FakeOpus } from '../../src/base/lib/opus-thread.fake.ts';

export interface CallServer extends AsyncDisposable {
  readonly logs: LogWatch;
  /** Signs in, opens a session and waits for `session.created`. */
  call(): Promise<TestCall>;
}

export interface CallServerOptions {
  readonly providers: Stages;
  readonly policy?: Partial<ConversationPolicy>;
  readonly watchdog?: Watchdog;
  readonly observers?: readonly CallObserver[];
}

/** Sessions on real sockets, put together by a test: what a whole relay would choose is given. */
export async function startCallServer(options: CallServerOptions): Promise<CallServer> {
  const clock = systemClock;
  const logs = new LogWatch();
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString('utf8').trim().split('\n')) logs.add(line);
      done();
    },
  });
  const logger = pino({ level: 'debug', base: null }, sink);
  const config = readConfig({});
  const registry = new SessionRegistry({
    clock,
    capacity: () => ({ sessions: 10, sessionsForAccounts: 0 }),
    maxReplayBytes: config.maxReplayBytes,
    logger,
  });
  const policy = toPolicy(readPolicy(config));
  const sessions = new SessionCreator({
    context: {
      policy: { ...config.providers, ...options.policy },
      languages: config.providers,
      limits: config.limits,
      rules: NO_RULES,
      watchdog: options.watchdog ?? new Watchdog({ clock }),
      opus: new FakeOpus(),
      clock,
    },
    registry,
    admission: { isOpen: true },
    observers: new CallObservers(options.observers ?? [], { logger }),
    ticketTtlMs: config.ticketTtlMs,
    limiter: new Limiter({ clock, policy: () => policy }),
    planOf: policy.planOf,
    providersOf: () => options.providers,
    isDraining: () => false,
    logger,
  });
  const refusals = new RefusalLog({ logger, clock, maxOfOne: 100 });
  const server = createServer();
  const stop = acceptRealtime(server, {
    sessions,
    registry,
    admission: { isOpen: true },
    allowedOrigins: [],
    publicUrl: undefined,
    hosts: new OwnHosts([]),
    proxies: new TrustedProxies(config.auth.trustedProxies),
    logger,
    refusals,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    logs,
    async call() {
      const grant: CreateSessionResponse = {
        ...(await sessions.create({ ...TEST_CALLER, address: '127.0.0.1' }, {})),
        ws_url: `ws://127.0.0.1:${port}/api/v1/realtime`,
      };
      return TestCall.start('', {}, grant);
    },
    async [Symbol.asyncDispose]() {
      registry.closeAll('draining');
      stop();
      refusals[Symbol.dispose]();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
