import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Dialect } from '../../http/problem.ts';
import { AudioRequests, type AudioRequestsOptions } from './audio-requests.ts';
import { errorBody } from './errors.ts';
import {
  MAX_SECRET_BODY_BYTES,
  realtimeRoutes,
  type RealtimeRoutesOptions,
} from './realtime-routes.ts';
import { MAX_BODY_BYTES, openAiRoutes, type OpenAiRoutesOptions } from './routes.ts';
import { SoundReader } from './recording.ts';

type Options = Omit<AudioRequestsOptions, 'reader'> &
  Pick<OpenAiRoutesOptions, 'choice'> &
  RealtimeRoutesOptions;

/**
 * OpenAI's audio interfaces on a relay; `realtime-sockets.ts` has its WebSockets.
 *
 * @param parts - releases what they take
 */
export function openOpenAi(options: Options, parts: AsyncDisposableStack): Dialect {
  const reader = parts.use(new SoundReader(options));
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.route('/', realtimeRoutes(options));
  const requests = parts.use(new AudioRequests({ ...options, reader }));
  routes.route('/', openAiRoutes({ ...options, requests }));
  const maxBodyBytes = { ...MAX_BODY_BYTES, ...MAX_SECRET_BODY_BYTES };
  return { paths: '/v1/*', routes, errorBody, maxBodyBytes };
}
