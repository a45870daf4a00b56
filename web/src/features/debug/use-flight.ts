import { useEffect, useRef, useState } from 'react';
import type { FlightNotice, FlightRequest } from '../../client/index.ts';
import { useController } from '../call/controller-context.ts';

/** Ten minutes with audio are written in a second or two. */
const SAVE_DEADLINE_MS = 20_000;

export type FlightState = Extract<FlightNotice, { type: 'status' }>;

export interface FlightLink {
  /** null until the recorder has answered. */
  readonly status: FlightState | null;
  readonly setAudioConsent: (agreed: boolean) => void;
  /** @returns undefined if it could not be had in time */
  readonly save: () => Promise<Blob | undefined>;
}

/** Asks for the events of the call, and links the panel with the recorder, while it is mounted. */
export function useFlight(): FlightLink {
  const controller = useController();
  const [status, setStatus] = useState<FlightState | null>(null);
  const port = useRef<MessagePort>(null);

  useEffect(() => {
    const link = (): void => {
      port.current?.close();
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', ({ data }: MessageEvent<FlightNotice>) => {
        if (data.type === 'status') setStatus(data);
      });
      port1.start();
      port.current = port1;
      controller.setDebug(true, port2);
    };
    link();
    // Another media worker may have replaced one that crashed.
    const stop = controller.call.subscribe(({ standing }, before) => {
      if (standing.kind === 'running' && before.standing.kind !== 'running') link();
    });
    return () => {
      stop();
      port.current?.close();
      port.current = null;
      controller.setDebug(false);
    };
  }, [controller]);

  const ask = (request: FlightRequest): void => port.current?.postMessage(request, []);
  return {
    status,
    setAudioConsent: (agreed) => ask({ type: 'set-audio-consent', agreed }),
    save: async () => {
      const from = port.current;
      if (from === null) return undefined;
      const file = savedBy(from);
      ask({ type: 'save' });
      return file;
    },
  };
}

function savedBy(port: MessagePort): Promise<Blob | undefined> {
  const { promise, resolve } = Promise.withResolvers<Blob | undefined>();
  const done = new AbortController();
  const timer = setTimeout(resolve, SAVE_DEADLINE_MS);
  port.addEventListener(
    'message',
    ({ data }: MessageEvent<FlightNotice>) => {
      if (data.type === 'saved') resolve(data.file);
    },
    { signal: done.signal },
  );
  return promise.finally(() => {
    clearTimeout(timer);
    done.abort();
  });
}
