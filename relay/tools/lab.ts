import { join } from 'node:path';
import { provideAudioRig } from './audio-rig.ts';
import { provideChromium } from './chromium.ts';
import { optionsOrStatus, parseCommandLine, UsageError } from './command-line.ts';
import { ROOT, run, runTool, say } from './project.ts';
import { TwoHosts } from './two-hosts/two-hosts.ts';

const USAGE = `Talks to a real relay in a real browser, with sound, for minutes.

  npm run lab
      counts cut sentences and interrupted answers for a quarter of an hour, and checks the audio rig
  npm run lab -- line [--loss PERCENT] [--shots DIR]
      the browser and the relay on hosts of their own, and between them a line that loses packets, 10 %
      each way, and delays them by 50 ms (Linux, root, gcc and iproute2): is the person answered, and
      can they interrupt? Images of the call into a folder
  npm run lab -- consumer [--shots DIR]
      a fresh app of others: the package @parley/client as a tarball, React and Vite from the registry.
      Two of its calls are asked aloud, and unmounted
`;
const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js';
const CLIENT_TARBALL = join(ROOT, 'dist/parley-client-0.1.0.tgz');
const DELAY_MS = 50;
const MAX_LOSS_PERCENT = 50;

interface LabOptions {
  readonly place: 'all' | 'line' | 'consumer';
  readonly lossPercent: number;
  readonly shots: string | undefined;
}

/** @throws UsageError */
function parse(): LabOptions | 'help' {
  const { values, positionals } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      loss: { type: 'string', default: '10' },
      shots: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const [place = 'all', ...rest] = positionals;
  if (rest.length > 0 || (place !== 'all' && place !== 'line' && place !== 'consumer')) {
    throw new UsageError(`There is no laboratory ${JSON.stringify(positionals.join(' '))}.`);
  }
  const lossPercent = Number(values.loss);
  if (!(lossPercent >= 0 && lossPercent <= MAX_LOSS_PERCENT)) {
    throw new UsageError(`--loss: expected a number from 0 to ${MAX_LOSS_PERCENT}.`);
  }
  return { place, lossPercent, shots: values.shots };
}

/** @returns the exit status */
async function lab(): Promise<number> {
  if (
    !(await provideChromium()) ||
    !(await provideAudioRig('firefox-esr', 'webkit2gtk-driver', 'xvfb'))
  )
    return 1;
  return runTool(PLAYWRIGHT, ['test', '--project', 'lab']);
}

/** All of the browser's side runs on the client's host, and finds there how to reach the other. */
async function labOnALine({ lossPercent, shots = '' }: LabOptions): Promise<number> {
  if (!(await provideChromium()) || !(await provideAudioRig('firefox-esr'))) return 1;
  const congestionControl = { client: 'cubic', relay: 'cubic' };
  const link = { delayMs: DELAY_MS, lossPercent, seed: 1, congestionControl };
  await using hosts = await TwoHosts.open(link);
  const [program, namespace] = hosts.client.enter;
  const { linkPid, relay } = hosts;
  return await run(
    program,
    [namespace, process.execPath, PLAYWRIGHT, 'test', '--project=lab', 'lossy-line'],
    { environment: { LAB_LINE: JSON.stringify({ linkPid, relay, shots }) } },
  );
}

async function labOfConsumer({ shots = '' }: LabOptions): Promise<number> {
  if (!(await provideChromium())) return 1;
  const status = await runTool('relay/tools/client-package.ts', []);
  if (status !== 0) return status;
  const given = { tarball: CLIENT_TARBALL, shots };
  return runTool(PLAYWRIGHT, ['test', '--project=lab', 'consumer'], {
    environment: { LAB_CONSUMER: JSON.stringify(given) },
  });
}

const LABS = { all: lab, line: labOnALine, consumer: labOfConsumer };

const options = optionsOrStatus(parse, USAGE, { output: process.stdout, errors: process.stderr });
if (typeof options === 'number') {
  process.exitCode = options;
} else {
  try {
    process.exitCode = await LABS[options.place](options);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
