import { defineConfig, devices } from '@playwright/test';
import {
  CHROMIUM_ARGUMENTS,
  CHROMIUM_EXECUTABLE,
  MICROPHONE_GRANTED,
} from './web/e2e/support/chromium.ts';

export default defineConfig({
  testDir: 'web/e2e',
  timeout: 60_000,
  // Unless it is asked for more, which `npm test` does for the project that bears it.
  workers: 1,
  projects: [
    // The interface over a scripted engine: nothing in it is timed.
    { name: 'ui', testMatch: 'ui/**/*.spec.ts', fullyParallel: true },
    // Real-time audio on a small machine: one browser at a time.
    { name: 'audio', testMatch: '{call,media}/**/*.spec.ts', workers: 1 },
  ],
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    // Without the film strip, which takes a picture of every frame: longer than most tests take.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true },
    launchOptions: {
      ...CHROMIUM_EXECUTABLE,
      args: [...CHROMIUM_ARGUMENTS, MICROPHONE_GRANTED],
    },
  },
});
