import { defineConfig } from 'vitest/config';

/** Tests that speak and listen for real take seconds each. */
const SPEECH = '**/*.speech.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // By default one core is left alone, which of two is half; most of these tests wait.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{shared,relay,web}/src/**/*.test.ts',
            'relay/{talk,doctor,tools}/**/*.test.ts',
          ],
          exclude: [SPEECH],
          // They share nothing but modules, of which loading anew for each file takes longest.
          isolate: false,
        },
      },
      {
        // Whole relays and benches on real sockets, with scripted providers.
        extends: true,
        test: {
          name: 'relay',
          include: ['relay/{test,bench,simulators}/**/*.test.ts'],
          exclude: [SPEECH],
        },
      },
      {
        extends: true,
        test: {
          name: 'speech',
          include: [`relay/{src,test,bench,simulators}/${SPEECH}`],
          testTimeout: 120_000,
          // Recognition is timed by deadlines; files that run side by side would eat them up.
          fileParallelism: false,
        },
      },
    ],
  },
});
