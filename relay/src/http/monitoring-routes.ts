import { Hono, type MiddlewareHandler } from 'hono';
import { accepts } from 'hono/accepts';
import { API_PATHS } from '@parley/shared';
import type { RelayMonitor } from '../watching/monitoring/relay-monitor.ts';
import type { OtherRelays } from '../replicas/other-relays.ts';
import type { AdminEnv, OperatorAccess } from './admin-only.ts';
import { problem } from './problem.ts';

export interface MonitoringRoutes {
  readonly monitor: RelayMonitor;
  /** undefined: this relay is the only one. */
  readonly others?: Pick<OtherRelays, 'list' | 'reset'> | undefined;
  readonly access: OperatorAccess;
  /** Refuses callers who are not administrators. */
  readonly admin: MiddlewareHandler<AdminEnv>;
}

/**
 * What programs of the operator read.
 *
 * - `GET /livez`, `GET /readyz`: 200, or 503; for anyone, because they say nothing else
 * - `GET /health/detailed`, `GET /performance/summary`
 * - `GET /metrics`: the text format of Prometheus
 * - below `/api/v1/monitoring`: `health`, 503 if it is `critical_down`, in short for anyone;
 *   `health/services`; `metrics`, also as text; `status`; and `POST health/reset/{service_id}` for administrators
 *
 * Without metrics, those of calls are 404.
 */
export function monitoringRoutes({
  monitor,
  others,
  access: { access, isOpen },
  admin,
}: MonitoringRoutes): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const { monitoring, healthDetailed, performance, prometheus, live, ready } = API_PATHS;
  const measured: MiddlewareHandler<AdminEnv> = (c, next) =>
    monitor.hasMetrics ? next() : Promise.resolve(problem(c, 'not_found'));

  app.get(live, (c) => c.json({ status: 'ok' }));
  app.get(ready, (c) =>
    monitor.isReady ? c.json({ status: 'ready' }) : c.json({ status: 'not_ready' }, 503),
  );
  app.get(healthDetailed, access, (c) => {
    const detailed = { ...monitor.detailed(), relays: others?.list() };
    return c.json(detailed, detailed.status === 'critical_down' ? 503 : 200);
  });
  app.get(performance, access, measured, (c) => c.json(monitor.performance()));

  const text = async () =>
    new Response(await monitor.prometheus(), {
      headers: { 'Content-Type': monitor.prometheusContentType, 'Cache-Control': 'no-store' },
    });
  app.get(prometheus, access, measured, text);

  app.get(`${monitoring}/health`, async (c, next) => {
    if (c.req.header('authorization') !== undefined || isOpen(c)) return access(c, next);
    // A balancer's.
    const { status, critical_down } = monitor.health();
    return c.json({ status, critical_down }, status === 'critical_down' ? 503 : 200);
  });
  app.get(`${monitoring}/health`, (c) => {
    const health = monitor.health();
    return c.json(health, health.status === 'critical_down' ? 503 : 200);
  });
  app.get(`${monitoring}/health/services`, access, (c) => c.json({ services: monitor.services() }));
  app.post(`${monitoring}/health/reset/:id`, admin, async (c) => {
    const id = c.req.param('id');
    const reset = monitor.reset(id);
    await others?.reset(id);
    return reset === undefined ? problem(c, 'not_found') : c.json(reset);
  });
  app.get(`${monitoring}/metrics`, access, measured, async (c) => {
    const type = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/plain', 'application/openmetrics-text'],
      default: 'application/json',
    });
    return type === 'application/json' ? c.json(monitor.metrics()) : text();
  });
  app.get(`${monitoring}/status`, access, measured, (c) => {
    const services = monitor.services();
    const health = monitor.health(services);
    const metrics = monitor.metrics();
    const status = { health, services, metrics, relays: others?.list() };
    return c.json(status, health.status === 'critical_down' ? 503 : 200);
  });
  return app;
}
