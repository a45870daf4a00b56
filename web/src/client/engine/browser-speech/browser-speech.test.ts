import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TEST_SESSION } from '@parley/shared/link/session.fake';
import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import { BrowserSpeech } from './browser-speech.ts';
import { ScriptedRecogniser } from './recogniser.fake.ts';

let sessions: ScriptedRecogniser[];
let posted: MediaCommand[];
let notices: MediaNotice[];
let wanted: boolean[];
let page: BrowserSpeech;

afterEach(() => vi.useRealTimers());

beforeEach(() => {
  vi.useFakeTimers();
  page = make();
});

function make(
  change: { isAndroid?: boolean; hasRecogniser?: boolean; isLocal?: boolean } = {},
): BrowserSpeech {
  sessions = [];
  posted = [];
  notices = [];
  wanted = [];
  let ids = 0;
  const createRecogniser = () => {
    const session = new ScriptedRecogniser();
    sessions.push(session);
    return session;
  };
  return new BrowserSpeech({
    isLocalReady: () => Promise.resolve(change.isLocal ?? false),
    createRecogniser: change.hasRecogniser === false ? undefined : createRecogniser,
    synthesis: undefined,
    createUtterance: () => {
      throw new Error('There is nothing to speak with.');
    },
    languageFor: (language) => language ?? 'en-US',
    isAndroid: change.isAndroid ?? false,
    now: () => Date.now(),
    newId: () => `heard-${(ids += 1)}`,
    post: (command) => posted.push(command),
    notify: (notice) => notices.push(notice),
    onMicrophoneWanted: (isWanted) => wanted.push(isWanted),
  });
}

const turn = (to: string): void =>
  page.onNotice({
    type: 'stage-changed',
    stage: 'transcriber',
    from: 'embedded',
    to,
    reason: 'transcriber_failed',
  });

/** An answer of which some was heard. */
function answering(text: string): void {
  page.onNotice({
    type: 'response-text',
    responseId: 'a',
    clause: 0,
    text,
    audioStartMs: 0,
    byPage: false,
    fromCharacter: 0,
  });
  page.onNotice({ type: 'response-progress', responseId: 'a', playedMs: 300 });
}

const captions = () =>
  notices.flatMap((notice) =>
    notice.type === 'user-transcript' ? [`${notice.itemId} ${notice.state}: ${notice.text}`] : [],
  );
const commands = () => posted.map(({ type }) => type);

describe('listening', () => {
  test('happens while it is the page’s turn and the microphone is open', () => {
    page.setOpen(true);
    expect(sessions).toEqual([]);
    turn('browser');
    expect(sessions).toHaveLength(1);
    page.setOpen(false);
    expect(sessions[0]!.calls).toEqual(['start', 'stop']);
    sessions[0]!.ends();
    page.setOpen(true);
    expect(sessions).toHaveLength(2);
    turn('embedded');
    expect(sessions[1]!.calls).toEqual(['start', 'stop']);
    sessions[1]!.ends();
    vi.advanceTimersByTime(60_000);
    expect(sessions).toHaveLength(2);
  });

  test('happens from the beginning if the session says so', () => {
    page.setOpen(true);
    const providers = { ...TEST_SESSION.providers, transcriber: 'browser' };
    page.onNotice({ type: 'session', session: { ...TEST_SESSION, providers } });
    expect(sessions).toHaveLength(1);
  });

  test('is in the language of the call, and anew in another one', () => {
    page.setOpen(true);
    const providers = { ...TEST_SESSION.providers, transcriber: 'browser' };
    const inLanguage = (language: string) =>
      page.onNotice({ type: 'session', session: { ...TEST_SESSION, language, providers } });
    inLanguage('de');
    inLanguage('de');
    expect(sessions.map(({ lang }) => lang)).toEqual(['de']);
    inLanguage('fr');
    sessions[0]!.ends();
    expect(sessions.map(({ lang }) => lang)).toEqual(['de', 'fr']);
  });

  test('settles what was said so far once the person has finished, and goes on', () => {
    page.setOpen(true);
    turn('browser');
    sessions[0]!.hears(['what time is it']);
    page.finish();
    expect(sessions[0]!.calls).toEqual(['start', 'stop']);
    sessions[0]!.ends();
    expect(captions().at(-1)).toBe('heard-1 final: what time is it');
    expect(commands()).toContain('send-text');
    expect(sessions).toHaveLength(2);
  });

  test('is reported as missing if the browser cannot', () => {
    page = make({ hasRecogniser: false });
    turn('browser');
    expect(notices).toEqual([{ type: 'page-ability', stage: 'transcriber', ability: 'missing' }]);
  });

  test('is reported as refused if it is', () => {
    page.setOpen(true);
    turn('browser');
    sessions[0]!.ends('not-allowed');
    expect(notices.at(-1)).toEqual({
      type: 'page-ability',
      stage: 'transcriber',
      ability: 'refused',
    });
  });

  test('takes the microphone for itself on Android, and gives it back', () => {
    page = make({ isAndroid: true });
    turn('browser');
    expect(wanted).toEqual([true]);
    turn('embedded');
    expect(wanted).toEqual([true, false]);
  });

  test('does not outlive the call', () => {
    page.setOpen(true);
    turn('browser');
    page.end();
    sessions[0]!.hears(['hello', 0.9]);
    expect(posted).toEqual([]);
    expect(sessions[0]!.calls).toContain('abort');
  });
});

describe('words', () => {
  beforeEach(() => {
    page.setOpen(true);
    turn('browser');
    notices = [];
  });

  test('are captions while they change, and a message when they do not', () => {
    sessions[0]!.hears(['what time']);
    sessions[0]!.hears(['what time is it', 0.9]);
    expect(captions()).toEqual(['heard-1 partial: what time', 'heard-1 final: what time is it']);
    expect(posted).toEqual([
      { type: 'page-hears', hearing: true },
      { type: 'send-text', itemId: 'heard-1', text: 'what time is it' },
      { type: 'page-hears', hearing: false },
    ]);
    sessions[0]!.hears(['what time is it', 0.9], ['and']);
    expect(captions().at(-1)).toBe('heard-2 partial: and');
  });

  test('interrupt an answer once there are two of them', () => {
    answering('Octopuses have three hearts.');
    sessions[0]!.hears(['wait']);
    expect(commands()).toEqual(['page-hears']);
    sessions[0]!.hears(['wait a']);
    sessions[0]!.hears(['wait a moment']);
    expect(commands()).toEqual(['page-hears', 'cancel-response']);
  });

  test('that are our own are neither shown nor sent', () => {
    answering('Octopuses have three hearts. Two of them pump blood.');
    sessions[0]!.hears(['octopuses have three']);
    page.onNotice({
      type: 'response-ended',
      responseId: 'a',
      status: 'completed',
      heardMs: 2_000,
    });
    sessions[0]!.hears(['octopuses have three hearts', 0.9]);
    // A recogniser is behind what it hears.
    vi.advanceTimersByTime(500);
    sessions[0]!.hears(['octopuses have three hearts', 0.9], ['two of them pump blood', 0.9]);
    expect(captions().filter((caption) => !caption.endsWith('final: '))).toEqual([]);
    expect(posted).toEqual([]);
    vi.advanceTimersByTime(5_000);
    sessions[0]!.hears(
      ['octopuses have three hearts', 0.9],
      ['two of them pump blood', 0.9],
      ['three hearts', 0.9],
    );
    expect(posted).toContainEqual({ type: 'send-text', itemId: 'heard-3', text: 'three hearts' });
  });

  test('that were guessed and not said are taken back', () => {
    sessions[0]!.hears(['what']);
    sessions[0]!.hears();
    expect(captions()).toEqual(['heard-1 partial: what', 'heard-1 final: ']);
    expect(posted).toEqual([
      { type: 'page-hears', hearing: true },
      { type: 'page-hears', hearing: false },
    ]);
  });

  test('that cannot be had are reported', () => {
    for (let round = 0; round < 5; round += 1) {
      sessions.at(-1)!.ends('network');
      vi.advanceTimersByTime(10_000);
    }
    expect(notices.at(-1)).toMatchObject({ type: 'page-ability', ability: 'failed' });
  });
});

test('a voice that is asked for and not there is reported, clause by clause', () => {
  page.onNotice({
    type: 'stage-changed',
    stage: 'synthesizer',
    from: 'embedded',
    to: 'browser',
    reason: 'synthesizer_failed',
  });
  expect(notices).toEqual([{ type: 'page-ability', stage: 'synthesizer', ability: 'missing' }]);
  page.onRequest({ type: 'speak', responseId: 'a', clause: 3, text: 'Hello.' });
  expect(posted).toEqual([{ type: 'page-voice', responseId: 'a', clause: 3, state: 'failed' }]);
});

describe('chosen by the person', () => {
  const session = (transcriber: string): void =>
    page.onNotice({
      type: 'session',
      session: { ...TEST_SESSION, providers: { ...TEST_SESSION.providers, transcriber } },
    });
  const offers = () =>
    posted.flatMap((command) => (command.type === 'offer-page' ? [command.offer] : []));
  const errors = () => notices.filter(({ type }) => type === 'error');

  test('it is offered to the relay, and listens on this computer once the relay agrees', async () => {
    page = make({ isLocal: true });
    page.setOpen(true);
    session('embedded');
    await page.setChosen('local');
    expect(offers()).toEqual([{ page_recogniser: true }]);
    expect(sessions).toEqual([]);
    session('browser');
    expect(sessions).toMatchObject([{ processLocally: true, calls: ['start'] }]);
    await page.setChosen('off');
    expect(offers()).toEqual([{ page_recogniser: true }, { page_recogniser: false }]);
    session('embedded');
    expect(sessions[0]!.calls).toEqual(['start', 'stop']);
    expect(errors()).toEqual([]);
  });

  test('it is never sent away in place of being recognised on this computer', async () => {
    page = make({ isLocal: false });
    await page.setChosen('local');
    expect(offers()).toEqual([{ page_recogniser: false }]);
    expect(errors()).toMatchObject([{ code: 'page_recogniser_failed' }]);
  });

  test('it may be sent to the browser’s maker if the person agrees to that', async () => {
    page.setOpen(true);
    await page.setChosen('remote');
    session('browser');
    expect(sessions).toHaveLength(1);
    expect(sessions[0]!.processLocally).not.toBe(true);
  });

  test('a recogniser that fails gives the turn back to the relay, and says so', async () => {
    page.setOpen(true);
    await page.setChosen('remote');
    session('browser');
    sessions[0]!.ends('service-not-allowed');
    expect(offers().at(-1)).toEqual({ page_recogniser: false });
    expect(errors()).toMatchObject([{ code: 'page_recogniser_failed' }]);
    session('embedded');
    vi.advanceTimersByTime(60_000);
    expect(sessions).toHaveLength(1);
  });

  test('without a recogniser the relay listens on', async () => {
    page = make({ hasRecogniser: false });
    await page.setChosen('remote');
    expect(offers()).toEqual([{ page_recogniser: false }]);
    expect(errors()).toHaveLength(1);
  });
});
