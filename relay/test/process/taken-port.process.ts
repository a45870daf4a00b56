import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelay } from '@parley/relay';
import { systemClock } from '../../src/base/lib/clock.ts';
import { ScriptedGenerator } from '../support/scripted-generator.ts';
import { ScriptedSynthesizer } from '../support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from '../support/scripted-transcriber.ts';

// A relay that finds its port taken. What it leaves open would keep this process from ending.
const other = createServer().listen(0, '127.0.0.1');
await once(other, 'listening');
const { port } = other.address() as AddressInfo;
const before = process.getActiveResourcesInfo();
const clock = systemClock;
const refused = await createRelay({
  transcriber: new ScriptedTranscriber({ clock }),
  generator: new ScriptedGenerator({ clock }),
  synthesizer: new ScriptedSynthesizer({ clock }),
  settings: { PORT: String(port), DATA_DIR: process.argv[2]!, LOG_LEVEL: 'fatal' },
}).catch((error: unknown) => (error as NodeJS.ErrnoException).code);
// A file that is being read at that moment is closed a moment later, on a busy machine some more.
const untilMs = performance.now() + 5_000;
const isReading = () => process.getActiveResourcesInfo().includes('FSReqPromise');
do {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
} while (isReading() && performance.now() < untilMs);
const left = process.getActiveResourcesInfo();
for (const one of before) {
  const at = left.indexOf(one);
  if (at !== -1) left.splice(at, 1);
}
process.stdout.write(JSON.stringify({ refused, left }));
other.close();
