import { readSpeechFile } from '../../talk/client/speech-file.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { serve } from '../process/serve.ts';
import { talkOver, type LineCall, type LineMode } from './line-call.ts';

const ASK_AGAIN_MS = 200;

interface WarmUpRequest {
  readonly url: string;
  /** Recordings of the questions, one a turn. */
  readonly paths: readonly string[];
}

// The process ends when the benchmark does; nothing needs to be stopped before.
const { signal } = new AbortController();

const handlers = {
  /** Waits until the relay is ready, and has it do some turns. */
  async warmUp({ url, paths }: WarmUpRequest): Promise<void> {
    while (!(await isReady(url))) await sleep(systemClock, ASK_AGAIN_MS, signal);
    await handlers.talk({ url, paths, mode: 'pcm' });
  },

  async talk({ url, paths, mode }: WarmUpRequest & { readonly mode: LineMode }): Promise<LineCall> {
    const speeches = await Promise.all(paths.map(readSpeechFile));
    return talkOver({ url, speeches, mode, signal });
  },
};
export type LineCallHandlers = typeof handlers;

serve(handlers);

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(new URL('/health', url), { signal });
  const { status } = (await response.json()) as { readonly status: string };
  return status === 'ok';
}
