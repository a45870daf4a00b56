import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { frameOf, heardBy, openHost, test } from './support/embed-test.ts';
import { serveHostPage } from './support/host-page.ts';
import type { RealRelay } from './support/real-relay.ts';
import { recognise } from './support/sound.ts';

const DOCUMENT = readFileSync(
  fileURLToPath(new URL('../../../docs/embed.md', import.meta.url)),
  'utf8',
).split('\n## ')[1]!;
/** On a busy machine the recogniser takes its time. */
const ANSWER_MS = 40_000;
const RELAY = 'https://relay.example.com';

/** The document's example in a language, with a relay that is there. */
function example(language: string, relay: string): string {
  const [, text = ''] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(DOCUMENT)!;
  return text.replaceAll(RELAY, relay);
}

interface EmbeddedCall extends HTMLElement {
  readonly state: { readonly hears?: boolean };
  hangUp(): void;
  open(): void;
  close(): void;
  mute(): void;
  unmute(): void;
  sendText(text: string): void;
}

/** How many calls the relay holds. */
async function callsOf({ port }: RealRelay): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^voice_active_sessions (\d+)$/m.exec(metrics)![1]);
}

test('two lines of HTML hold a call in a page of another site, and leave nothing when they are gone', async ({
  host,
  relay,
  network,
  browser,
}) => {
  test.setTimeout(120_000);
  const policy = `default-src 'none'; ${example('text', network.origin).trim()}`;
  await using opened = await openHost(host, browser, example('html', network.origin), {
    headers: { 'content-security-policy': policy },
  });
  const { page } = opened;
  const frame = await frameOf(page);
  const [question] = await speak(['What is seven times eight?'], 'rms');
  await frame.getByRole('button', { name: 'Talk to us' }).click();
  await expect(frame.locator('#call-state')).toHaveText('Listening');
  await expect(frame.getByRole('button', { name: 'Listening: just talk' })).toBeFocused();
  const isHeard = () =>
    page.evaluate(() => document.querySelector<EmbeddedCall>('parley-call')!.state.hears);
  await expect.poll(isHeard).toBe(true);
  await sayTo(frame, question!);
  await expect(frame.locator('li[data-status="completed"]')).toHaveText(
    'Parley: 7 times 8 is 56.',
    { timeout: ANSWER_MS },
  );

  const { voice, rateHz } = await readTap(frame);
  const [answer] = stretchesOf(voice, rateHz);
  expect(await recognise([voice.subarray(answer!.start, answer!.end)], rateHz)).toEqual([
    'seven times eight is fifty six',
  ]);
  const heard = await heardBy(page);
  const final = heard.filter(
    ({ type, detail }) => type === 'caption' && detail['isFinal'] === true,
  );
  expect(final.map(({ detail }) => [detail['side'], detail['text']])).toEqual([
    ['person', expect.stringMatching(/^what is 7 times 8/i)],
    ['parley', '7 times 8 is 56.'],
  ]);
  const phases = heard.flatMap(({ type, detail }) => (type === 'state' ? [detail['phase']] : []));
  expect([...new Set(phases)]).toEqual(
    expect.arrayContaining(['starting', 'listening', 'hearing', 'thinking', 'speaking']),
  );
  expect(heard.find(({ type }) => type === 'turn')?.detail).toMatchObject({
    voiceToVoiceMs: expect.any(Number),
    timeline: { llm_ttft_ms: expect.any(Number) },
  });

  expect(page.workers()).not.toEqual([]);
  expect(await callsOf(relay)).toBe(1);
  await page.evaluate(() => document.querySelector('parley-call')!.remove());
  await expect.poll(() => page.frames().length).toBe(1);
  // The frame's worker and its socket; its microphone went with its document.
  expect(page.workers()).toEqual([]);
  await expect.poll(() => callsOf(relay)).toBe(0);
  expect(opened.complaints).toEqual([]);
});

test('a page decides how the call looks, and is told what happens in it', async ({
  host,
  network,
  browser,
}) => {
  const [css, js] = ['css', 'js'].map((language) => example(language, network.origin));
  await using opened = await openHost(
    host,
    browser,
    `<style>:root { color-scheme: light dark } ${css}</style><button id="ask">Ask</button>
    <parley-call label="Ask the gardener" greeting="Ask me about spades."></parley-call>
    <script>${js}</script><script src="${network.origin}/embed.js" async></script>`,
    { colorScheme: 'dark' },
  );
  const { page } = opened;
  const frame = await frameOf(page);
  const colours = () =>
    frame.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.querySelector('button')!);
      return { theme: document.documentElement.dataset['theme'], backgroundColor, color };
    });
  await expect(page.locator('iframe')).toHaveAttribute('title', 'Ask the gardener');
  const purple = { backgroundColor: 'rgb(122, 60, 194)', color: 'rgb(255, 255, 255)' };
  expect(await colours()).toEqual({ theme: 'dark', ...purple });
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(colours).toEqual({ theme: 'light', ...purple });
  // What the page is behind the element says as much as its `color-scheme`.
  await page.evaluate(() => {
    document.documentElement.style.cssText = 'color-scheme: normal; background: #102020';
    document.querySelector('parley-call')!.setAttribute('style', '--parley-accent: url(x)');
  });
  await expect.poll(async () => (await colours()).theme).toBe('dark');
  expect((await colours()).backgroundColor).not.toContain('122');

  const said = page.waitForEvent('console', (message) => message.text().startsWith('parley: '));
  await page.evaluate(() => {
    document.querySelector<EmbeddedCall>('parley-call')!.sendText('What is seven times eight?');
  });
  expect((await said).text()).toBe('parley: 7 times 8 is 56.');
  await expect(frame.getByRole('heading', { name: 'Ask the gardener' })).toBeVisible();
  const box = await page.locator('iframe').boundingBox();
  expect(box).toMatchObject({ width: 360, height: 520 });

  const call = page.locator('parley-call');
  await call.evaluate((element) => {
    document.documentElement.dir = 'rtl';
    element.setAttribute('position', 'bottom-left');
  });
  expect(await call.boundingBox()).toMatchObject({ x: 16 });
  const does = (method: 'hangUp' | 'close' | 'mute' | 'unmute') =>
    call.evaluate((element, name) => (element as EmbeddedCall)[name](), method);
  const state = () => call.evaluate((element) => (element as EmbeddedCall).state);
  await does('hangUp');
  await expect.poll(state).toMatchObject({ phase: 'ended', open: true });
  await does('close');
  await expect.poll(state).toMatchObject({ open: false });
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect.poll(state).toMatchObject({ phase: 'listening', hears: true, open: true });
  await does('mute');
  await expect.poll(state).toMatchObject({ muted: true });
  await does('unmute');
  await expect.poll(state).toMatchObject({ muted: false });
  await call.evaluate((element) => element.setAttribute('look', 'card'));
  await expect(frame.getByRole('button', { name: 'Close' })).toHaveCount(0);
  expect(opened.complaints).toEqual([]);
});

test('several stand in a page that isolates itself, late, twice and moved', async ({
  host,
  relay,
  network,
  browser,
}) => {
  const script = `<script src="${network.origin}/embed.js"></script>`;
  await using opened = await openHost(
    host,
    browser,
    `${script}${script}<div id="a"></div><div id="b"></div>`,
    {
      headers: {
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-opener-policy': 'same-origin',
      },
    },
  );
  const { page } = opened;
  await page.evaluate(() => {
    const [a, b] = [document.querySelector('#a')!, document.querySelector('#b')!];
    for (const place of [a, b]) place.append(document.createElement('parley-call'));
  });
  const [first, second] = [
    await frameOf(page, '#a parley-call'),
    await frameOf(page, '#b parley-call'),
  ];
  await first.getByRole('button', { name: 'Talk to us' }).click();
  await expect(first.locator('#call-state')).toHaveText('Listening');
  await expect(second.getByRole('button', { name: 'Talk to us' })).toBeVisible();
  expect((await page.locator('#a iframe').boundingBox())!.width).toBe(360);
  expect((await page.locator('#b iframe').boundingBox())!.width).toBeLessThan(300);
  // What moves an element anew makes its frame anew.
  await page.evaluate(() => {
    document.querySelector('#b')!.append(document.querySelector('#a parley-call')!);
  });
  await expect.poll(() => page.frames().length).toBe(3);
  const moved = await frameOf(page, '#b parley-call:last-child');
  await expect(moved.getByRole('button', { name: 'Talk to us' })).toBeVisible();
  await expect.poll(() => callsOf(relay)).toBe(0);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(opened.complaints).toEqual([]);
});

test('neither the element nor its frame listens to anybody else', async ({
  host,
  network,
  browser,
}) => {
  await using opened = await openHost(
    host,
    browser,
    `<parley-call></parley-call><iframe id="other" title="Another"></iframe>
    <script src="${network.origin}/embed.js"></script>`,
  );
  const { page } = opened;
  const frame = await frameOf(page);
  await page.evaluate(() => {
    const { frames } = window as unknown as { frames: Record<string, Window & typeof globalThis> };
    const call = document.querySelector<EmbeddedCall>('parley-call')!;
    const target = call.shadowRoot!.querySelector('iframe')!.contentWindow!;
    // The window that a function is made in counts as the sender.
    const post = new frames[0]!.Function('to', 'what', 'to.postMessage(what, "*")');
    post(window, { type: 'size', width: 900, height: 900 });
    post(window, { type: 'event', name: 'state', detail: { phase: 'forged' } });
    post(target, { type: 'command', command: 'start' });
    post(target, { type: 'settings', settings: { look: 'card', label: 'Forged' } });
    // What the element itself says comes after that.
    call.open();
  });
  await expect(frame.locator('#call-state')).toHaveText('Press to talk');
  await expect(frame.getByRole('heading')).toHaveText('Parley');
  expect(await page.locator('parley-call').boundingBox()).toMatchObject({ width: 360 });
  const states = (await heardBy(page)).filter(({ type }) => type === 'state');
  expect([...new Set(states.map(({ detail }) => detail['phase']))]).toEqual(['idle']);
});

test('a page is told once why there is no call', async ({ host, network, browser }) => {
  const body = `<parley-call></parley-call><script src="${network.origin}/embed.js"></script>`;
  await using opened = await openHost(host, browser, body);
  const { page } = opened;
  await page.route('**/api/v1/sessions', (route) => {
    const error = { code: 'plan_excludes', message: 'No.', retryable: false, request_id: 'req_1' };
    return route.fulfill({ status: 403, json: { error } });
  });
  await (await frameOf(page)).getByRole('button', { name: 'Talk to us' }).click();
  const told = async () =>
    (await heardBy(page))
      .filter(({ type }) => type === 'error')
      .map(({ detail }) => detail['code']);
  const call = page.locator('parley-call');
  const state = () => call.evaluate((element) => (element as EmbeddedCall).state);
  await expect.poll(state).toMatchObject({ phase: 'ended' });
  await expect.poll(told).toEqual(['plan_excludes']);
});

test('a page that is not listed is refused in words', async ({ network, browser }) => {
  await using stranger = await serveHostPage();
  const body = example('html', network.origin);
  await using opened = await openHost(stranger, browser, body, { stopsClock: true });
  const { page } = opened;
  // The element waits for an answer once the browser has loaded what stands for a refused frame.
  const sentence = async () => {
    await page.clock.runFor(1_000);
    return page.locator('parley-call p').allTextContents();
  };
  await expect(page.locator('parley-call iframe')).toBeAttached();
  await expect.poll(sentence).toEqual(['The voice call is not available on this page.']);
  expect(opened.complaints.join('\n')).toContain(
    `EMBED_ORIGINS must name ${stranger.origin}, and a policy of this page`,
  );
  const heard = await heardBy(page);
  expect(heard).toMatchObject([{ type: 'error', detail: { code: 'frame_refused' } }]);
  expect(page.frames().filter((frame) => frame.url().startsWith(network.origin))).toEqual([]);
});
