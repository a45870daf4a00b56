import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';
import { captions, untilReplies } from '../call/support/captions.ts';
import { openCallPage, stateLines } from '../call/support/call-page.ts';
import { test as base } from '../call/support/call-test.ts';
import { EMBEDDED_PROVIDERS, startRealRelay } from '../call/support/real-relay.ts';
import { speak } from '../support/speech.ts';
import { joined, MICROPHONE_HZ, silence } from '../support/wav.ts';
import { startAudioRig } from './audio-rig.ts';
import { openFirefox } from './firefox.ts';

/** What `npm run lab -- line` says of the line; these tests run on the client's host. */
interface LabLine {
  readonly linkPid: number;
  readonly relay: { readonly address: string; readonly enter: readonly string[] };
  /** A folder for images; none if it is empty. */
  readonly shots: string;
}

const given = process.env['LAB_LINE'];
/** Answers may be seconds late. */
const ANSWER_MS = 9_000;
const DEADLINE_MS = 60_000;
const ANSWERS = [/completed: .*7 times 8 is 56/, /completed: .*5 miles is about 8 kilometers/];

const test = base.extend<{ line: LabLine; origin: string }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
  line: async ({}, use) => {
    await use(JSON.parse(given ?? '{}') as LabLine);
  },
  origin: async ({ line, dataDir, builtPage: _builtPage }, use) => {
    const { address, enter } = line.relay;
    const settings = { ...EMBEDDED_PROVIDERS, STORAGE: 'off', HOST: address };
    await using relay = await startRealRelay(dataDir, settings, enter);
    await use(`http://${address}:${relay.port}`);
    expect(relay.complaints).toEqual([]);
  },
});

test.skip(given === undefined, 'Needs two hosts: npm run lab -- line.');
test.describe.configure({ timeout: 240_000 });

test('Chromium on a line that loses packets: talks, is answered, interrupts', async ({
  line,
  origin,
}) => {
  await using resources = new AsyncDisposableStack();
  const [first, second, long, stop] = await speak(
    [
      'What is seven times eight?',
      'How many kilometers is five miles?',
      'What can you do?',
      'Stop.',
    ],
    'rms',
  );
  const { page, complaints } = resources.use(
    // Chromium gives the microphone to this name, also over HTTP.
    await openCallPage(origin.replace(line.relay.address, 'localhost'), {
      hears: joined(
        ...[silence(5_000), first!, silence(ANSWER_MS), second!, silence(ANSWER_MS)],
        ...[long!, silence(5_000), stop!, silence(120_000)],
      ),
      browserArguments: [`--host-resolver-rules=MAP localhost ${line.relay.address}`],
    }),
  );
  await page.keyboard.press('d');
  process.kill(line.linkPid, 'SIGUSR1');
  const before = bytesUp();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilReplies(page, 2, { deadlineMs: DEADLINE_MS });
  await screenshot(page, line, 'answered');
  await untilReplies(page, 3, { interruptedToo: true, deadlineMs: DEADLINE_MS });
  await page.locator('li[data-state="final"]', { hasText: /stop/i }).waitFor();
  const panel = await page.getByRole('complementary', { name: 'Debug panel' }).innerText();
  process.stdout.write(`${Math.round((bytesUp() - before) / 1_000)} kB up\n${panel}\n`);
  await screenshot(page, line, 'interrupted');

  const said = (await captions(page)).map(({ who, state, text }) => `${who} ${state}: ${text}`);
  expect(said).toEqual([
    expect.stringMatching(/^person final: what(?: is|'s) 7 times 8/),
    'parley completed: 7 times 8 is 56.',
    expect.stringMatching(/^person final: how many kilometers is 5 miles/),
    expect.stringContaining('parley completed: 5 miles is about 8 kilometers'),
    'person final: what can you do?',
    expect.stringContaining('parley interrupted: '),
    'person final: stop',
  ]);
  expect(await stateLines(page)).not.toContain('Reconnecting, keep talking');
  expect(complaints).toEqual([]);
});

test('Firefox on a line that loses packets: talks compressed, and is answered', async ({
  line,
  origin,
}) => {
  await using resources = new AsyncDisposableStack();
  const spoken = await speak(
    ['What is seven times eight?', 'How many kilometers is five miles?'],
    'rms',
  );
  const rig = resources.use(await startAudioRig());
  const page = resources.use(
    await openFirefox(rig.environment, {
      // Without it there is neither a microphone nor an encoder for a page that came over HTTP.
      'dom.securecontext.allowlist': line.relay.address,
      'media.devices.insecure.enabled': true,
      'media.getusermedia.insecure.enabled': true,
    }),
  );
  await page.goto(origin);
  // A call of two questions may be over before its line is known to be late.
  await page.evaluate(() => {
    localStorage.setItem('parley.settings', JSON.stringify({ line: 'opus' }));
  });
  await page.goto(origin);
  await page.evaluate(pressToTalk);
  await expect.poll(() => page.evaluate(stateLine), { timeout: DEADLINE_MS }).toBe('Listening');
  // The detector comes after the first "Listening".
  await page.evaluate(() => new Promise((over) => setTimeout(over, 10_000)));
  process.kill(line.linkPid, 'SIGUSR1');
  const before = bytesUp();
  for (const [index, question] of spoken.entries()) {
    await rig.play(question, MICROPHONE_HZ);
    await expect
      .poll(() => page.evaluate(shown), { timeout: DEADLINE_MS })
      .toMatch(ANSWERS[index]!);
  }
  process.stdout.write(`${Math.round((bytesUp() - before) / 1_000)} kB up\n`);
});

/** What this host's end of the line has sent, with the headers of TCP and IP. */
function bytesUp(): number {
  const [, counts] = /line0:\s+(.*)/.exec(readFileSync('/proc/net/dev', 'utf8')) ?? [];
  return Number(counts?.split(/\s+/)[8]);
}

async function screenshot(
  page: { screenshot(options: { readonly path: string }): Promise<unknown> },
  { shots }: LabLine,
  name: string,
): Promise<void> {
  if (shots === '') return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(resolve(shots), `${name}.png`) });
}

/** Runs in the page, as all that follows. */
function pressToTalk(): void {
  const buttons = [...document.querySelectorAll('button')];
  const name = ({ ariaLabel, textContent }: HTMLButtonElement) => ariaLabel ?? textContent;
  buttons.find((button) => name(button)?.includes('Press to talk'))!.click();
}

function stateLine(): string | null | undefined {
  return document.getElementById('call-state')?.textContent;
}

function shown(): string {
  const items = [...document.querySelectorAll<HTMLElement>('li[data-state], li[data-status]')];
  return items
    .map(({ dataset, textContent }) => `${dataset['state'] ?? dataset['status']}: ${textContent}`)
    .join('; ');
}
