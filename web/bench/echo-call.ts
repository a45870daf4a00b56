import type { EchoNote } from '@parley/relay/testing';
import type { MediaCommand, MediaNotice } from '../src/client/messages/media-messages.ts';
import type { AudiblePage } from './audible-page.ts';

/** How often the page is asked. */
const POLL_MS = 150;
const READY_DEADLINE_MS = 60_000;
/** What the canceller and the detector are given before the first question. */
const SETTLE_MS = 1_500;

interface NotedWindow {
  readonly echoCall: {
    readonly notes: EchoNote[];
    phase: string;
  };
}

/** A call of the page, watched through its media worker's messages. */
export class EchoCall {
  readonly notes: EchoNote[] = [];
  readonly #page: AudiblePage;
  phase = 'idle';
  /** `performance.now()` of the page. */
  nowMs = 0;
  /** The answer that is being heard, and since when. */
  answer: { readonly responseId: string; readonly sinceMs: number } | undefined;

  constructor(page: AudiblePage) {
    this.#page = page;
  }

  /** Opens the page anew and starts a call. @throws Error if it does not listen in a minute */
  async start(origin: string): Promise<void> {
    await this.#page.goto(origin);
    await this.#page.evaluate(noteTheCall);
    const press = () =>
      this.#page.evaluate(() => {
        const button = [...document.querySelectorAll('button')].find(
          (each) => each.getAttribute('aria-label') === 'Press to talk',
        );
        button?.click();
        return button !== undefined;
      });
    await untilTrue(press, READY_DEADLINE_MS, 'The button to talk did not appear.');
    await this.until(
      () => this.phase === 'listening',
      READY_DEADLINE_MS,
      'The page does not listen.',
    );
    await wait(SETTLE_MS);
  }

  /** Ends the call, and with it its microphone. */
  async end(): Promise<void> {
    await this.#page.goto('about:blank');
  }

  /** @throws Error with `problem` once the deadline has passed */
  until(isTrue: () => boolean, deadlineMs: number, problem: string): Promise<void> {
    const look = async () => {
      await this.read();
      return isTrue();
    };
    return untilTrue(look, deadlineMs, problem);
  }

  /** Takes over what was noted since. */
  async read(): Promise<void> {
    const { notes, phase, nowMs } = await this.#page.evaluate(() => {
      const { echoCall } = window as unknown as NotedWindow;
      const { phase: current } = echoCall;
      return { notes: echoCall.notes.splice(0), phase: current, nowMs: performance.now() };
    });
    this.phase = phase;
    this.nowMs = nowMs;
    for (const note of notes) {
      this.notes.push(note);
      if (note.type === 'progress' && note.responseId !== this.answer?.responseId) {
        this.answer = { responseId: note.responseId, sinceMs: note.atMs };
      } else if (note.type === 'ended' && note.responseId === this.answer?.responseId) {
        this.answer = undefined;
      }
    }
  }
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

async function untilTrue(
  isTrue: () => Promise<boolean>,
  deadlineMs: number,
  problem: string,
): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!(await isTrue())) {
    if (performance.now() > untilMs) throw new Error(problem);
    await wait(POLL_MS);
  }
}

/** Runs in the page: notes the messages of the next call's media worker. */
function noteTheCall(): void {
  const notes: EchoNote[] = [];
  const call = { notes, phase: 'idle' };
  Object.assign(window, { echoCall: call });
  const noteOf = (notice: MediaNotice): EchoNote | undefined => {
    const atMs = performance.now();
    if (notice.type === 'debug' && notice.entry.source === 'vad') {
      return { atMs, type: 'vad', name: notice.entry.name };
    }
    if (notice.type === 'response-progress') {
      return { atMs, type: 'progress', responseId: notice.responseId, playedMs: notice.playedMs };
    }
    if (notice.type === 'response-ended') {
      const { responseId, status, heardMs } = notice;
      return { atMs, type: 'ended', responseId, status, heardMs };
    }
    if (notice.type === 'user-transcript' && notice.state === 'final') {
      return { atMs, type: 'heard', text: notice.text };
    }
    return undefined;
  };
  const post = Worker.prototype.postMessage as (this: Worker, ...rest: unknown[]) => void;
  Worker.prototype.postMessage = function postNoted(this: Worker, ...rest: unknown[]) {
    post.apply(this, rest);
    if ((rest[0] as MediaCommand | undefined)?.type !== 'start') return;
    this.addEventListener('message', ({ data }: MessageEvent<MediaNotice>) => {
      if (data.type === 'phase') {
        call.phase = data.phase;
        if (data.phase === 'listening') post.call(this, { type: 'set-debug', enabled: true });
      }
      const note = noteOf(data);
      if (note !== undefined) notes.push(note);
    });
  };
}
