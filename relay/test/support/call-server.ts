import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { CreateSessionResponse } from '@parley/shared';
import { readConfig } from '../../src/config/config.ts';
import { acceptRealtime } from '../../src/http/realtime.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { SessionCreator, type SessionCreatorOptions } from '../../src/session/session-creator.ts';
import { SessionRegistry } from '../../src/session/session-registry.ts';
import { CallObservers, type CallObserver } from '../../src/turn/call-observers.ts';
import { LogWatch } from './log-watch.ts';
import { TestCall } from './test-call.ts';

export interface CallServer extends AsyncDisposable {
  readonly logs: LogWatch;
  /** Signs in, opens a session and waits for `session.created`. */
  call(): Promise<TestCall>;
}

/** Sessions on real sockets, put together by a test: what a whole relay would choose is given. */
export async function startCallServer(
  options: Pick<SessionCreatorOptions, 'providers'> &
    Partial<Omit<SessionCreatorOptions, 'observers'>> & {
      readonly observers?: readonly CallObserver[];
    },
): Promise<CallServer> {
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
  const registry = new SessionRegistry({ clock, limit: 10 });
  const sessions = new SessionCreator({
    registry,
    limits: config.limits,
    deadlines: config.deadlines,
    ticketTtlMs: config.ticketTtlMs,
    maxSessions: 10,
    clock,
    logger,
    ...options,
    observers: new CallObservers(options.observers ?? [], { logger }),
  });
  const server = createServer();
  const stop = acceptRealtime(server, { sessions, registry, allowedOrigins: [], logger });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    logs,
    call() {
      const grant: CreateSessionResponse = {
        ...sessions.create({ id: 'guest_1' }, {}),
        ws_url: `ws://127.0.0.1:${port}/api/v1/realtime`,
      };
      return TestCall.start('', {}, grant);
    },
    async [Symbol.asyncDispose]() {
      registry.closeAll('draining');
      stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
