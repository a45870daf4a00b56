import type { Event } from '@sentry/browser';
import type { MediaNotice } from '../../client/index.ts';

/** Failures of the page itself; all other errors that a call gets are the relay's. */
const OWN_CODES: readonly string[] = ['vad_failed', 'audio_unavailable'];
/** `Uncaught TypeError: x is not a function`, as the browser says it of a worker. */
const WORKER_MESSAGE = /^(?:Uncaught )?(?:(?<type>\w+Error): )?(?<value>[^]*)$/;

/** @returns undefined unless the page's own code has caught a failure of its own */
export function ownFailureIn(notice: MediaNotice): Event | undefined {
  if (notice.type !== 'error') return undefined;
  const { code, crash } = notice;
  if (crash !== undefined) return workerCrash(crash);
  if (!OWN_CODES.includes(code)) return undefined;
  return { level: 'error', tags: { code }, exception: { values: [{ type: code }] } };
}

function workerCrash({ message, filename, lineno, colno }: ErrorEvent): Event {
  const { type = 'Error', value = '' } = WORKER_MESSAGE.exec(message)?.groups ?? {};
  const frames = filename === '' ? [] : [{ filename, lineno, colno }];
  return {
    level: 'error',
    tags: { code: 'worker_failed' },
    exception: { values: [{ type, value, stacktrace: { frames } }] },
  };
}
