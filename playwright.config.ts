import { defineConfig, devices } from '@playwright/test';
import {
  CHROMIUM_ARGUMENTS,
  HEADLESS_CHROMIUM,
  MICROPHONE_GRANTED,
} from './web/e2e/support/chromium.ts';

/** Specs with real sound that wait for events only: none of them expects a time in milliseconds. */
const UNTIMED = [
  'call/{behind-a-proxy,client-package,embed,embed-frame,error-reports,flight,history,loading,page-model,providers,recovery,several-relays,sign-in,sound-check,static-host,status,thin-line,typed}.spec.ts',
  'consumer/*.spec.ts',
  'media/{compressed,page-speech,reconnect,relay-decides}.spec.ts',
];

export default defineConfig({
  testDir: 'web/e2e',
  globalSetup: './web/e2e/support/build-pages.ts',
  timeout: 60_000,
  // Bounds in milliseconds are the tests' own; this only tells a state that comes from one that
  // does not, on a machine that is short of processor time.
  expect: { timeout: 20_000 },
  // `npm test` asks for two where nothing is timed.
  workers: 1,
  projects: [
    // Listed first: the short tests of `ui` then keep both workers busy to the end.
    { name: 'page', testMatch: UNTIMED },
    // The interface over a scripted engine: nothing in it is timed.
    {
      name: 'ui',
      testMatch: 'ui/**/*.spec.ts',
      fullyParallel: true,
      // A moving orb takes a processor of its own if there is no graphics card.
      use: { contextOptions: { reducedMotion: 'reduce' } },
    },
    // Makes the images of the documents anew (`npm run screenshots`): no test of `npm test`.
    { name: 'screenshots', testMatch: 'screenshots/**/*.spec.ts' },
    // Measures with minutes of sound; see each file.
    { name: 'lab', testMatch: 'lab/**/*.spec.ts' },
    // Expects times in milliseconds: one browser at a time, and nothing else beside it.
    {
      name: 'audio',
      testMatch: '{call,media}/**/*.spec.ts',
      testIgnore: UNTIMED,
      workers: 1,
    },
  ],
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    // A trace costs a seventh of the processor time of a test; `--trace on` records one.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...HEADLESS_CHROMIUM,
      args: [...CHROMIUM_ARGUMENTS, MICROPHONE_GRANTED],
    },
  },
});
