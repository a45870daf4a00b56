import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MAX_AUDIO_FRAME_BYTES } from '@parley/shared';
import { WebSocket, WebSocketServer } from 'ws';
import { novaAddress } from '../../src/providers/vendors/deepgram/deepgram-nova-transcriber.ts';
import { serve } from '../process/serve.ts';
import { subjectProbe } from './subject-probe.ts';
import type { UpstreamAddress } from './upstream.ts';

/** Messages that may wait while the upstream connection is made. */
const MAX_WAITING = 1_000;

interface Address {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * The baseline: `ws` and nothing else. Each connection has one upstream connection, and each message
 * is handed on as it came, in both directions.
 */
const handlers = {
  ...subjectProbe,
  async open({ url, key }: UpstreamAddress): Promise<string> {
    const address = novaAddress({ baseUrl: url, apiKey: key, model: 'nova-3' }, 'en-US');
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: false,
      maxPayload: MAX_AUDIO_FRAME_BYTES,
    });
    server.on('connection', (socket) => pipe(socket, address));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}`;
  },
};
export type PipeHandlers = typeof handlers;

function pipe(socket: WebSocket, { url, headers = {} }: Address): void {
  const upstream = new WebSocket(url, { headers, perMessageDeflate: false });
  const waiting: { readonly message: Buffer; readonly binary: boolean }[] = [];
  upstream.on('open', () => {
    for (const { message, binary } of waiting.splice(0)) upstream.send(message, { binary });
  });
  upstream.on('message', (message: Buffer, binary) => socket.send(message, { binary }));
  socket.on('message', (message: Buffer, binary) => {
    if (upstream.readyState === WebSocket.OPEN) upstream.send(message, { binary });
    else if (waiting.length < MAX_WAITING) waiting.push({ message, binary });
  });
  socket.on('close', () => upstream.close());
  upstream.on('close', () => socket.close());
  socket.on('error', () => socket.terminate());
  upstream.on('error', () => socket.terminate());
}

serve(handlers);
