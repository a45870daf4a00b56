import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Behaviour, Simulator } from '../kit/simulator.ts';
import { SimulatorServer } from '../kit/simulator-server.ts';
import { SCRIBE_QUERY, ScribeSession } from './scribe-session.ts';
import { problemOf } from './session.ts';
import { VOICE_QUERY, VoiceSession } from './voice-session.ts';

const SCRIBE_PATH = '/v1/speech-to-text/realtime';
const VOICE_PATH = /^\/v1\/text-to-speech\/([^/]+)\/multi-stream-input$/;

/** ElevenLabs: realtime Scribe, and text to speech with several contexts on a socket. */
export async function startElevenLabsSimulator(behaviour: Behaviour = {}): Promise<Simulator> {
  const server: SimulatorServer = new SimulatorServer({ upgrade });
  return server.listen();

  function upgrade(request: IncomingMessage): ((socket: WebSocket) => void) | number {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const voice = VOICE_PATH.exec(url.pathname)?.[1];
    if (url.pathname !== SCRIBE_PATH && voice === undefined) {
      return server.refusal(404, `There is nothing at ${url.pathname}.`);
    }
    const problem = problemOf(url.searchParams, voice === undefined ? SCRIBE_QUERY : VOICE_QUERY);
    if (problem !== undefined) return server.refusal(400, problem);
    const isAuthorised = request.headers['xi-api-key'] === server.key;
    if (voice !== undefined) {
      if (!isAuthorised) return 403;
      return (socket) =>
        void new VoiceSession({ server, socket, behaviour, query: url.searchParams });
    }
    return (socket) => {
      if (isAuthorised) {
        void new ScribeSession({ server, socket, behaviour, query: url.searchParams });
        return;
      }
      // The vendor takes the connection first, and then tells.
      const error = 'You must be authenticated to use this endpoint.';
      socket.send(JSON.stringify({ message_type: 'auth_error', error }));
      socket.close(1000);
    };
  }
}
