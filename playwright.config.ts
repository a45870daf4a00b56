import { defineConfig, devices } from '@playwright/test';
import {
  CHROMIUM_ARGUMENTS,
  CHROMIUM_EXECUTABLE,
  MICROPHONE_GRANTED,
} from './web/e2e/support/chromium.ts';

export default defineConfig({
  testDir: 'web/e2e',
  timeout: 60_000,
  fullyParallel: false,
  // Real-time audio on a small machine: one browser at a time.
  workers: 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    trace: 'retain-on-failure',
    launchOptions: {
      ...CHROMIUM_EXECUTABLE,
      args: [...CHROMIUM_ARGUMENTS, MICROPHONE_GRANTED],
    },
  },
});
