import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Behaviour, Simulator } from '../kit/simulator.ts';
import { Answers } from './answers.ts';
import { serveAura } from './aura-session.ts';
import { serveFlux } from './flux-session.ts';
import { serveFluxVoice } from './flux-voice-session.ts';
import { serveNova } from './nova-session.ts';
import { AURA_QUERY, FLUX_QUERY, FLUX_VOICE_QUERY, NOVA_QUERY, objectionTo } from './query.ts';

const ENDPOINTS = {
  '/v1/listen': { serve: serveNova, query: NOVA_QUERY },
  '/v2/listen': { serve: serveFlux, query: FLUX_QUERY },
  '/v1/speak': { serve: serveAura, query: AURA_QUERY },
  '/v2/speak': { serve: serveFluxVoice, query: FLUX_VOICE_QUERY },
} as const;

/**
 * Deepgram's streaming endpoints: listening by Nova and by Flux, speaking by Aura and by Flux. Written from
 * the vendor's public reference; the vendor's own client is held against it in the test beside.
 */
export async function startDeepgramSimulator(behaviour: Behaviour = {}): Promise<Simulator> {
  const server: SimulatorServer = new SimulatorServer({ upgrade });
  return server.listen();

  function upgrade(request: IncomingMessage): ((socket: WebSocket) => void) | number {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const { authorization } = request.headers;
    if (authorization !== `Token ${server.key}` && authorization !== `Bearer ${server.key}`) {
      return 401;
    }
    if (!Object.hasOwn(ENDPOINTS, pathname)) {
      return server.refusal(404, `There is nothing at ${pathname}.`);
    }
    const endpoint = ENDPOINTS[pathname as keyof typeof ENDPOINTS];
    const objection = objectionTo(query, endpoint.query);
    if (objection !== undefined) return server.refusal(400, objection);
    return (socket) =>
      endpoint.serve({
        socket,
        answers: new Answers(socket, server.plan),
        query,
        behaviour,
        complain: (complaint) => server.complain(complaint),
      });
  }
}
