import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { get } from 'node:http';
import { Worker } from 'node:worker_threads';
import { WebSocketServer } from 'ws';
import { readConfig } from '../../src/base/config/config.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { outsideBoundaries } from '../../src/base/lib/error-boundary.ts';
import { runRelay } from '../../src/relay-process.ts';
import type { GenerateRequest } from '../../src/call/stages/generator/generator.ts';
import type { CallEvent } from '../../src/call/events/call-events.ts';
import {
  openVendorSocket,
  type SocketListener,
} from '../../src/providers/vendor-kit/websocket/vendor-socket.ts';
import { ScriptedGenerator, words } from '../support/scripted-generator.ts';
import { scriptedStages } from '../support/scripted-stages.ts';

// A relay that listens, with a generator and observers that fail as a typed message says, out of
// reach of any caller's catch. Prints its address.

const clock = systemClock;
const vendor = new WebSocketServer({ port: 0, host: '127.0.0.1' });
vendor.on('connection', (peer) => peer.send('hello'));
await once(vendor, 'listening');

let isDisposalStuck = false;

function bug(name: string): never {
  throw new Error(`deliberate: ${name}`);
}

/** A socket of a pool: opened for none in particular, used by the session that runs now. */
async function useVendorSocket(listener: SocketListener): Promise<void> {
  const socket = await outsideBoundaries(() =>
    openVendorSocket({
      provider: 'scripted',
      stage: 'generator',
      url: `ws://127.0.0.1:${(vendor.address() as AddressInfo).port}`,
      connectMs: 5_000,
      clock,
      signal: new AbortController().signal,
    }),
  );
  socket.listen(listener);
}

/** What each message makes the generator do beside its answer. */
const GENERATOR_BUGS: Readonly<Record<string, (request: GenerateRequest) => void>> = {
  timer: () => void clock.after(1, () => bug('timer')),
  immediate: () => void setImmediate(() => bug('immediate')),
  rejection: () => void Promise.reject(new Error('deliberate: rejection')),
  'late rejection': () => {
    void (async () => {
      await new Promise((resolve) => setImmediate(resolve));
      bug('late rejection');
    })();
  },
  socket: () =>
    void get(`http://127.0.0.1:${(vendor.address() as AddressInfo).port}`, () => bug('socket')),
  worker: () => {
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage(1)', {
      eval: true,
    });
    worker.on('message', () => bug('worker'));
  },
  'abort listener': ({ signal }) => {
    signal.addEventListener('abort', () => bug('abort listener'));
  },
  'vendor message': () => {
    void useVendorSocket({ text: () => bug('vendor message'), closed: () => bug('vendor closed') });
  },
  hang: () => {},
  'stuck disposal': () => {
    isDisposalStuck = true;
  },
  'no session': () => {
    outsideBoundaries(() => {
      const timer = setInterval(() => bug('no session'), 1);
      setTimeout(() => clearInterval(timer), 200);
    });
  },
};

const generator = new ScriptedGenerator({
  clock,
  reply(request) {
    const text = request.history.at(-1)?.text ?? '';
    if (text === 'provider') bug('provider');
    const trouble = GENERATOR_BUGS[text];
    if (trouble === undefined) return [words(`You said ${text}.`)];
    trouble(request);
    return ['hang'];
  },
});

const isAbout = (event: CallEvent, name: string) =>
  event.type === 'text-typed' && event.speech.text === name;

const { url } = await runRelay({
  config: readConfig(process.env),
  version: '0.0.0-test',
  pageRoot: new URL('no-page', import.meta.url).pathname,
  openProviders: async () =>
    Promise.resolve({
      ...scriptedStages(clock, { generator }),
      [Symbol.asyncDispose]: () => (isDisposalStuck ? new Promise(() => {}) : Promise.resolve()),
    }),
  observers: [
    {
      name: 'throwing',
      observe: (event) => {
        if (isAbout(event, 'observer')) bug('observer');
      },
    },
    {
      name: 'late',
      observe: (event) => {
        if (isAbout(event, 'late observer')) setImmediate(() => bug('late observer'));
      },
    },
    {
      name: 'rejecting',
      observe: async (event) => {
        await Promise.resolve();
        if (isAbout(event, 'rejecting observer')) bug('rejecting observer');
      },
    },
  ],
});
process.stdout.write(`${url}\n`);
