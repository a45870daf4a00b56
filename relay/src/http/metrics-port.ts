import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Config } from '../config/config.ts';
import type { Logger } from '../lib/logger.ts';
import { isLoopback } from '../lib/network-address.ts';
import type { RelayMonitor } from '../monitoring/relay-monitor.ts';
import { monitoringRoutes } from './monitoring-routes.ts';
import { identifyRequests, problem } from './problem.ts';

const HOST = '127.0.0.1';
const MAX_CONNECTIONS = 32;
/** For a request, its headers included. */
const REQUEST_MS = 10_000;
/** Longer than Prometheus waits between two readings, so that it keeps its connection. */
const IDLE_MS = 90_000;

/**
 * What programs of this machine read without a token, on a port of its own. At the relay's own port
 * requests of strangers may come from this machine as well, through a proxy that says nothing of
 * it; no proxy leads here. It is not there if another program has the port: the log says so.
 *
 * A page that points its own name at this machine (DNS rebinding) is refused by that name.
 */
export function openMetricsPort(options: {
  readonly config: Pick<Config, 'metrics'>;
  readonly monitor: RelayMonitor;
  readonly logger: Logger;
}): Disposable {
  const { config, monitor, logger } = options;
  const { port } = config.metrics;
  if (port === undefined) return { [Symbol.dispose]: () => {} };
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(identifyRequests());
  app.use((c, next) => {
    const host = URL.parse(`http://${c.req.header('host') ?? ''}`)?.hostname;
    if (host !== undefined && isLoopback(host)) return next();
    return Promise.resolve(problem(c, 'host_not_allowed'));
  });
  app.route(
    '/',
    monitoringRoutes({
      monitor,
      access: (_c, next) => next(),
      admin: (c) => Promise.resolve(problem(c, 'forbidden')),
    }),
  );
  app.notFound((c) => problem(c, 'not_found'));
  app.onError((err, c) => {
    logger.error({ err }, 'request failed unexpectedly');
    return problem(c, 'internal_error');
  });
  const listener = getRequestListener(app.fetch);
  const timeouts = { requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS };
  const server = createServer(timeouts, (...exchange) => void listener(...exchange));
  server.maxConnections = MAX_CONNECTIONS;
  server.on('error', ({ code }: NodeJS.ErrnoException) => {
    logger.warn({ port, code }, 'METRICS_PORT cannot be listened on');
  });
  server.listen(port, HOST, () => {
    const { port: taken } = server.address() as AddressInfo;
    logger.info({ url: `http://${HOST}:${taken}` }, 'metrics can be read on this machine');
  });
  return {
    [Symbol.dispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
