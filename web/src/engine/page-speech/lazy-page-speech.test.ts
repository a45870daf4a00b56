import { expect, test } from 'vitest';
import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import { LazyPageSpeech } from './lazy-page-speech.ts';
import type { PageSpeech } from './page-speech.ts';

const OUR_TURN: MediaNotice = {
  type: 'stage-changed',
  stage: 'synthesizer',
  from: 'embedded',
  to: 'browser',
  reason: 'synthesizer_failed',
};
const SPEAK = { type: 'speak', responseId: 'a', clause: 0, text: 'Hello.' } as const;

function setUp() {
  const loaded = Promise.withResolvers<PageSpeech>();
  const posted: MediaCommand[] = [];
  const notices: MediaNotice[] = [];
  const lazy = new LazyPageSpeech({
    load: () => loaded.promise,
    post: (command) => posted.push(command),
    notify: (notice) => notices.push(notice),
  });
  return { lazy, loaded, posted, notices };
}

test('what happens while it is loaded is done in order once it is there', async () => {
  const { lazy, loaded } = setUp();
  const done: string[] = [];
  const loading = lazy.load();
  lazy.onNotice(OUR_TURN);
  lazy.onRequest(SPEAK);
  loaded.resolve({
    onNotice: ({ type }: MediaNotice) => done.push(type),
    onRequest: ({ type }: { readonly type: string }) => done.push(type),
  } as unknown as PageSpeech);
  await loading;
  lazy.onRequest({ type: 'hush' });
  await lazy.load();
  expect(done).toEqual(['stage-changed', 'speak', 'hush']);
});

test('a failure to load is reported, and no request waits for it', async () => {
  const { lazy, loaded, posted, notices } = setUp();
  const loading = lazy.load();
  lazy.onNotice(OUR_TURN);
  loaded.reject(new Error('offline'));
  lazy.onRequest(SPEAK);
  await loading;
  expect(notices).toEqual([{ type: 'page-ability', stage: 'synthesizer', ability: 'failed' }]);
  expect(posted).toEqual([{ type: 'page-voice', responseId: 'a', clause: 0, state: 'failed' }]);
});
