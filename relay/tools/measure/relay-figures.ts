import { less, VENDORS, type Measurement } from './measurement.ts';

/** Figures of the relay, and of the whole. */
export const RELAY: readonly Measurement[] = [
  {
    name: 'start',
    title: 'A Parley without callers, 20 s after its start',
    run: ['start', '--rounds', '1'],
    minutes: 1.5,
    figures: [
      less('keyless', 'Memory of a Parley without callers, without a key', '{rss_mb.keyless} MB'),
      less(
        'keyed',
        'Memory of a Parley without callers, with a key for every stage',
        '{rss_mb.keyed} MB',
      ),
      less(
        'ready_keyless',
        'Start of an installed Parley until it is ready, without a key',
        '{ready_ms.keyless} ms',
      ),
      less(
        'ready_keyed',
        'Start of an installed Parley until it is ready, with a key for every stage',
        '{ready_ms.keyed} ms',
      ),
      less('installed', 'Size of what is installed', '{node_modules_mb} MB', '{packages} packages'),
      less(
        'first_load',
        'Page and what it names, loaded before anything is pressed, compressed',
        '{first_load_kb} kB',
      ),
    ],
  },
  {
    name: 'cold',
    title: 'The first start of a fresh clone: it installs, builds and listens',
    run: 'git clone, npm start',
    minutes: 0.7,
    figures: [
      less(
        'ready',
        'First start of a fresh clone until it is ready, packages in the store of pnpm',
        '{seconds} s',
      ),
    ],
  },
  {
    name: 'test',
    title: 'All tests, when everything is installed',
    run: 'npm test',
    minutes: 8,
    figures: [less('minutes', '`npm test`', '{seconds|min} minutes')],
  },
  {
    name: 'relay',
    title: 'Forwarding a chunk of speech; beside it a bare WebSocket pipe',
    run: ['relay'],
    quick: ['relay', '--sessions', '200', '--rounds', '3'],
    minutes: 3,
    figures: [
      less(
        'cpu_ratio',
        'Processor time to forward a chunk of speech, against a bare WebSocket pipe',
        '{cpu_ratio} times',
      ),
      less(
        'cpu',
        'Processor time to forward a chunk of speech',
        '{cpu_us_per_chunk.relay} µs',
        '{cpu_us_per_chunk.baseline} µs',
      ),
      less(
        'p50',
        'Time to forward a chunk of speech, median',
        '{latency_ms.relay.p50} ms',
        '{latency_ms.baseline.p50} ms',
      ),
      less(
        'p99',
        'Time to forward a chunk of speech, p99',
        '{latency_ms.relay.p99} ms',
        '{latency_ms.baseline.p99} ms',
      ),
      less(
        'memory',
        'Memory that a call in which a person speaks takes',
        '{rss_kb_per_session.relay} kB',
        '{rss_kb_per_session.baseline} kB',
      ),
      less('lost', 'Chunks lost or out of order', '{lost} and {reordered}', '{sent} sent'),
    ],
  },
  {
    name: 'turn',
    title: `What a warm relay adds to a turn, ${VENDORS}, no processor asleep`,
    run: ['turn', '--talkers', '50'],
    minutes: 1,
    figures: [
      less('p50', 'What the relay adds to a turn, median', '{overhead_ms.p50} ms'),
      less('p99', 'What the relay adds to a turn, p99', '{overhead_ms.p99} ms'),
      less('errors', 'Turns that failed', '{errors}', '{turns} turns'),
    ],
  },
  {
    name: 'load',
    title: `People who type at the same time, then talk, with accounts, budgets and storage on; ${VENDORS}`,
    run: ['load', '--connections', '50', '--messages', '20', '--users', '100', '--minutes', '1'],
    quick: ['load', '--connections', '5', '--messages', '3', '--users', '20', '--minutes', '1'],
    minutes: 2,
    figures: [
      less(
        'errors',
        'Answers to people who talk at the same time that failed',
        '{voice_ms.errors} of {voice_ms.count}',
      ),
      less(
        'voice_p50',
        'End of speech to voice beside many other people, median',
        '{voice_ms.p50} ms',
      ),
      less(
        'voice_p99',
        'End of speech to voice beside many other people, p99',
        '{voice_ms.p99} ms',
      ),
      less('ping_p99', 'Ping to pong beside many other people, p99', '{ping_ms.p99} ms'),
      less(
        'typed_p99',
        'Typed message to reply beside many other people, p99',
        '{message_ms.p99} ms',
      ),
      less('memory', 'Memory of the relay while they talk', '{memory_mb.end} MB'),
    ],
  },
  {
    name: 'outage',
    title: 'The server of the database is stopped while people talk, and started again',
    run: ['outage', '--seconds', '20', '--sessions', '20'],
    minutes: 1,
    figures: [
      less(
        'wrong',
        'Turns that are not stored once after the outage of the database',
        '{missing} missing, {doubled} doubled',
        '{talked} turns talked',
      ),
      less('wait', 'Longest wait for an answer in the outage', '{longest_wait_ms} ms'),
    ],
  },
  {
    name: 'chaos',
    title: 'Conversations over lines that break at random; beside them the same over good lines',
    run: ['chaos', '--minutes', '5'],
    quick: ['chaos', '--minutes', '1'],
    minutes: 3,
    figures: [
      less(
        'differences',
        'Differences of conversations over broken lines from those over good lines',
        '{differences}',
        '{questions} questions, {resumptions} resumed connections',
      ),
      less(
        'wait_p50',
        'Wait for an answer over broken lines, median',
        '{wait_ms.bad.p50} ms',
        '{wait_ms.good.p50} ms',
      ),
      less(
        'wait_p95',
        'Wait for an answer over broken lines, p95',
        '{wait_ms.bad.p95} ms',
        '{wait_ms.good.p95} ms',
      ),
    ],
  },
];
