import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MAX_AUDIO_FRAME_BYTES } from '@parley/shared';
import { WebSocket, WebSocketServer } from 'ws';
import { serve } from '../process/serve.ts';
import { startProfile, stopProfile } from './cpu-profile.ts';
import { hasNativeMasking } from './native-masking.ts';
import { usageOf, type SubjectHandlers } from './subject.ts';

/** Messages that may wait while the upstream connection is made. */
const MAX_WAITING = 1_000;

let forwarded = 0;

/**
 * The baseline: `ws` and nothing else. Each connection has one upstream connection, which gets each
 * binary message as it came.
 */
const handlers = {
  async open({ upstreamUrl }) {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: false,
      maxPayload: MAX_AUDIO_FRAME_BYTES,
    });
    server.on('connection', (socket) => pipe(socket, upstreamUrl));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { url: `ws://127.0.0.1:${port}`, isNative: hasNativeMasking() };
  },
  usage: () => usageOf(forwarded),
  startProfile,
  stopProfile,
} satisfies SubjectHandlers;

function pipe(socket: WebSocket, upstreamUrl: string): void {
  const upstream = new WebSocket(upstreamUrl, { perMessageDeflate: false });
  const waiting: Buffer[] = [];
  upstream.on('open', () => {
    for (const message of waiting.splice(0)) upstream.send(message);
  });
  socket.on('message', (message: Buffer, isBinary) => {
    if (!isBinary) return;
    forwarded++;
    if (upstream.readyState === WebSocket.OPEN) upstream.send(message);
    else if (waiting.length < MAX_WAITING) waiting.push(message);
  });
  socket.on('close', () => upstream.close());
  upstream.on('close', () => socket.close());
  socket.on('error', () => socket.terminate());
  upstream.on('error', () => socket.terminate());
}

serve(handlers);
