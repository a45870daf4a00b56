import { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { Hono, type MiddlewareHandler } from 'hono';
import { API_PATHS, logSettingsRequestSchema, type logSettingsSchema } from '@parley/shared';
import { HISTORY_RANGES } from '@parley/shared/monitoring-api';
import type { Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { RelayMonitor } from '../watching/monitoring/relay-monitor.ts';
import type { OtherRelays } from '../replicas/other-relays.ts';
import type { AdminEnv } from './admin-only.ts';
import { problem } from './problem.ts';
import { z } from 'zod/mini';
import type { RelaySettings } from '../people/limits/relay-settings.ts';
import { bodyOf } from './requests.ts';

/** How long a reader may take nothing. */
const STALL_MS = 60_000;

/**
 * What the status page reads and does; for administrators.
 *
 * - `GET /api/v1/admin/overview?range=1h|6h|24h`
 * - `POST /api/v1/admin/sessions/:id/end` ends a call
 * - `POST /api/v1/admin/heap-snapshot` answers with a file for the browser's developer tools. It
 *   stops the relay for seconds, and holds what people say: for emergencies. One at a time, until
 *   it is read, or its reader has taken nothing for a minute
 */
export function operationRoutes(options: {
  readonly monitor: RelayMonitor;
  readonly admin: MiddlewareHandler<AdminEnv>;
  /** undefined: this relay is the only one. */
  readonly others?: OtherRelays | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly takeHeap?: () => Readable;
}): Hono<AdminEnv> {
  const { monitor, admin, others, clock, logger, takeHeap = getHeapSnapshot } = options;
  const app = new Hono<AdminEnv>();
  let isWriting = false;

  app.get(API_PATHS.adminOverview, admin, async (c) => {
    if (!monitor.hasMetrics) return problem(c, 'not_found');
    const given = c.req.query('range') ?? '1h';
    const range = HISTORY_RANGES.find((one) => one === given);
    if (range === undefined) {
      return problem(c, 'invalid_request', `range: expected one of ${HISTORY_RANGES.join(', ')}.`);
    }
    const relay = c.req.query('relay');
    const asked = relay !== undefined && relay !== others?.id;
    const ofOther = asked ? await others?.overviewOf(relay, range) : undefined;
    if (ofOther !== undefined) return c.json(ofOther);
    const overview = monitor.overview(range);
    return c.json((await others?.withOthers(overview)) ?? overview);
  });
  app.post(`${API_PATHS.adminSessions}/:id/end`, admin, async (c) => {
    const sessionId = c.req.param('id');
    const isEnded =
      monitor.endSession(sessionId) ||
      (await others?.end({ sessionId, reason: 'endedByOperator' })) === true;
    if (!isEnded) return problem(c, 'not_found');
    logger.info({ admin: c.var.admin, sessionId }, 'an administrator ended a call');
    return c.body(null, 204);
  });
  app.post(API_PATHS.adminHeap, admin, (c) => {
    // One is as large as the heap, and waits in memory for its reader.
    if (isWriting) return problem(c, 'rate_limited');
    isWriting = true;
    logger.warn({ admin: c.var.admin }, 'an administrator takes a heap snapshot');
    const snapshot = takeHeap();
    snapshot.once('close', () => (isWriting = false));
    return new Response(whileItIsRead(snapshot, clock), {
      headers: {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': 'attachment; filename="parley.heapsnapshot"',
      },
    });
  });
  return app;
}

/**
 * A stream as the body of an answer. The stream is destroyed if its reader goes away, or takes
 * nothing for a minute: its content would wait for that reader for ever.
 */
function whileItIsRead(source: Readable, clock: Clock): ReadableStream<Uint8Array> {
  const stalled = () => source.destroy(new Error('Its reader takes nothing.'));
  let cancel = clock.after(STALL_MS, stalled);
  source.once('close', () => cancel());
  // The answer ends with it, and nothing else waits for it.
  source.on('error', () => {});
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, out) {
      cancel();
      if (!source.destroyed) cancel = clock.after(STALL_MS, stalled);
      out.enqueue(chunk);
    },
  });
  return (Readable.toWeb(source) as ReadableStream<Uint8Array>).pipeThrough(watch);
}

/**
 * The level of the log, below `/api/v1/admin/logs`; the same as `log_level` of the settings.
 *
 * - `GET /` says what it is
 * - `PUT /` with `{level}` changes it; `null` is that of the environment
 *
 * @param access - refuses callers who are not administrators
 */
export function adminLogs(
  access: MiddlewareHandler<AdminEnv>,
  settings: Pick<RelaySettings, 'logLevel' | 'change'>,
): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(access);
  const report = (): z.infer<typeof logSettingsSchema> => ({ level: settings.logLevel });
  app.get('/', (c) => c.json(report()));
  app.put('/', async (c) => {
    const { level } = await bodyOf(c, logSettingsRequestSchema);
    await settings.change({ log_level: level }, c.var.admin);
    return c.json(report());
  });
  return app;
}

/**
 * What an administrator changes while the relay runs, below `/api/v1/admin/settings`.
 *
 * - `GET /` says what holds, and what of it was changed
 * - `PATCH /` changes what its body names
 *
 * @param access - refuses callers who are not administrators
 */
export function adminSettings(
  access: MiddlewareHandler<AdminEnv>,
  settings: Pick<RelaySettings, 'describe' | 'change'>,
): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(access);
  app.get('/', (c) => c.json(settings.describe()));
  app.patch('/', async (c) => {
    await settings.change(await bodyOf(c, z.unknown()), c.var.admin);
    return c.json(settings.describe());
  });
  return app;
}
