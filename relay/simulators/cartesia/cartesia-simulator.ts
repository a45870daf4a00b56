import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Behaviour, Simulator } from '../kit/simulator.ts';
import { SimulatorServer } from '../kit/simulator-server.ts';
import { SonicSession } from './sonic-session.ts';

const PATH = '/tts/websocket';
const VERSION = '2026-08-14';
const PARAMETERS = new Set(['cartesia_version', 'api_key', 'access_token', 'cartesia_client']);

/** Cartesia: Sonic over a WebSocket, with contexts. */
export async function startCartesiaSimulator(behaviour: Behaviour = {}): Promise<Simulator> {
  const server: SimulatorServer = new SimulatorServer({ upgrade });
  return server.listen();

  function upgrade(request: IncomingMessage): ((socket: WebSocket) => void) | number {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
    if (pathname !== PATH) return server.refusal(404, `There is nothing at ${pathname}.`);
    const unknown = [...searchParams.keys()].filter((name) => !PARAMETERS.has(name));
    const version = request.headers['cartesia-version'] ?? searchParams.get('cartesia_version');
    if (unknown.length > 0) {
      return server.refusal(400, `There is no parameter ${unknown.join(', ')}.`);
    }
    if (version !== VERSION) {
      return server.refusal(400, `The version must be ${VERSION}, not ${String(version)}.`);
    }
    const key =
      request.headers.authorization?.replace(/^Bearer /, '') ??
      request.headers['x-api-key'] ??
      searchParams.get('api_key') ??
      searchParams.get('access_token');
    if (key !== server.key) return 401;
    return (socket) => void new SonicSession(server, socket, behaviour);
  }
}
