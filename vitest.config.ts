import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './relay/tools/longest-first.ts';

/** Tests with speech synthesis and recognition take seconds each. */
const SPEECH = '**/*.speech.test.ts';
/** Tests that load a machine with hundreds of calls, or with several benchmarks at once. */
const LOAD = [
  'relay/bench/run-bench.test.ts',
  'relay/test/process/{many-callers,stalled-relay}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The default leaves one core idle, which is half of a machine with two.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['{shared,relay,web}/src/**/*.{ts,tsx}', 'relay/packages/*/src/**/*.ts'],
      exclude: ['**/*.{test,fake,rig}.*'],
      reporter: ['text-summary', 'html'],
      // A test that fails takes away little of what the others reach.
      reportOnFailure: true,
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Whole tables and random orders take half a minute beside other work.
          testTimeout: 120_000,
          include: [
            '{shared,relay,web}/src/**/*.test.ts',
            'relay/packages/*/src/**/*.test.ts',
            'relay/{talk,doctor,tools}/**/*.test.ts',
            'web/{bench,build}/**/*.test.ts',
          ],
          exclude: [SPEECH],
          // They share nothing but modules, and loading those anew for each file takes longest.
          isolate: false,
        },
      },
      {
        // Whole relays and short benchmarks on real sockets, with scripted or simulated providers.
        extends: true,
        test: {
          name: 'relay',
          include: ['relay/{test,bench,simulators}/**/*.test.ts'],
          // One Postgres for all files.
          globalSetup: './relay/test/support/postgres.setup.ts',
          exclude: [SPEECH, ...LOAD],
          // As above: a relay has some five hundred modules.
          isolate: false,
          // A third of the time the processors wait for a process that starts, or a deadline.
          maxWorkers: availableParallelism() + 1,
          // Concurrent tests mostly wait for silent vendors. More of them at once would start so
          // many relays together that the deadlines under test pass before the work is done.
          maxConcurrency: 8,
        },
      },
      {
        extends: true,
        test: {
          name: 'speech',
          include: [`relay/{src,test}/${SPEECH}`, `relay/packages/*/src/${SPEECH}`],
          testTimeout: 120_000,
          // The files share a voice and a recogniser, which take seconds to start.
          isolate: false,
          // Recognition has deadlines: two files take little of each other's time, more would.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Concurrent tests wait for a voice in real time; recognisers have a queue.
          maxConcurrency: 12,
        },
      },
      {
        extends: true,
        test: {
          name: 'load',
          include: LOAD,
          // One after the other, and after all others: they need the machine for themselves.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
