// @ts-check
// Runs a command of package.json, from a fresh clone too.
//
// Plain JavaScript without dependencies, because it runs on the machine's own Node before anything
// is installed. It installs what is missing and starts the project's own Node, which runs TypeScript
// as it is.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RELAY_ENVIRONMENT, RELAY_NODE_FLAGS } from './node-flags.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'node_modules', '.parley-installed');
/** Where Node keeps what it made of the sources, for the next process: a third of its start. */
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'node');
const INSTALL = ['install', '--frozen-lockfile', '--loglevel=info'];
/** Its runtime takes 140 MB, and is of use only with a model of one's own: see `TURN_MODEL`. */
const WITHOUT_TURN_MODEL = ['--filter', '!@parley/turn-model'];
/** Installing counts as part of what a command takes. */
const STARTED_AT_MS = Date.now();
const ORPHAN_CHECK_MS = 500;
const PASSED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const RELAY = 'relay/src/main.ts';
const PREPARATION = 'relay/tools/prepare-start.ts';
/** V8's optimiser takes 600 MB for the embedded Postgres, more time than it saves here. */
const PREPARATION_FLAGS = ['--liftoff-only'];
const IS_WINDOWS = process.platform === 'win32';

/**
 * npm's own settings would wait for over a minute until an offline machine is told so, and .npmrc
 * silences both programs.
 */
const INSTALLER_ENVIRONMENT = {
  npm_config_loglevel: 'info',
  npm_config_fetch_retries: '4',
  npm_config_fetch_retry_mintimeout: '500',
  npm_config_fetch_retry_maxtimeout: '4000',
};

/**
 * The scripts of each command, run in order, each with the arguments. One that has answered them
 * itself (`--help`) ends the command with the status ANSWERED.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const COMMANDS = {
  start: [PREPARATION, RELAY],
  dev: ['relay/tools/dev.ts'],
  test: ['relay/tools/test.ts'],
  check: ['relay/tools/check.ts'],
  coverage: ['relay/tools/coverage.ts'],
  talk: ['relay/talk/main.ts'],
  bench: ['relay/bench/main.ts'],
  compare: ['relay/tools/compare.ts'],
  measure: ['relay/tools/measure.ts'],
  doctor: ['relay/doctor/main.ts'],
  backup: ['relay/tools/backup.ts'],
  restore: ['relay/tools/restore.ts'],
  screenshots: ['relay/tools/screenshots.ts'],
  lab: ['relay/tools/lab.ts'],
  browsers: ['relay/tools/browsers.ts'],
  mutations: ['relay/tools/mutations.ts'],
};

// What is printed may have no reader any more, or a full disk: that is no reason not to start.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const [command = '', ...commandArguments] = process.argv.slice(2);
const scripts = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
if (scripts === undefined) {
  fail(`There is no command "${command}". There are: ${Object.keys(COMMANDS).join(', ')}.`);
}
if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Parley needs Node 20 or newer to begin with; this is ${process.versions.node}.`);
}
install();
for (const script of scripts) {
  const status = await run(script, commandArguments);
  if (status !== 0) process.exit(status);
}

/** Installs what the lock file says, unless that was the last thing installed. */
function install() {
  const wanted = createHash('sha256');
  for (const file of [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'web/package.json',
    'relay/package.json',
    'relay/packages/recogniser/package.json',
    'relay/packages/voice/package.json',
    'relay/packages/phrases/package.json',
    'relay/packages/turn-model/package.json',
    'shared/package.json',
  ]) {
    wanted.update(readFileSync(join(ROOT, file)));
  }
  const digest = wanted.digest('hex');
  const isWhole = command !== 'start' || hasTurnModel();
  const stamp = isWhole ? digest : `${digest} without the turn model`;
  const installed = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  if (installed === digest || installed === stamp) return;
  process.stderr.write('Installing what Parley needs (about 800 MB on disk) …\n');
  const [program, ...prefix] = packageManager();
  const options = isWhole ? INSTALL : [...INSTALL, ...WITHOUT_TURN_MODEL];
  const { status, error } = spawnSync(program, [...prefix, ...options], {
    cwd: ROOT,
    // Standard output belongs to the command.
    stdio: ['ignore', 2, 2],
    shell: IS_WINDOWS,
    env: { ...process.env, ...INSTALLER_ENVIRONMENT },
  });
  if (status !== 0) {
    if (error !== undefined) process.stderr.write(`${program}: ${error.message}\n`);
    fail(
      'Installing failed, for the reason above. Parley comes from the npm registry: see that this ' +
        'machine is online and its disk not full, then run the same command again.',
    );
  }
  writeFileSync(STAMP, stamp);
}

/** Whether a setting names a turn model, in the environment or in `.env`. */
function hasTurnModel() {
  const file = join(ROOT, '.env');
  const settings = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return (process.env['TURN_MODEL'] ?? '') !== '' || /^\s*TURN_MODEL\s*=\s*\S/m.test(settings);
}

/**
 * The pinned pnpm, through corepack if Node ships it, else through npx.
 * @returns {[string, ...string[]]}
 */
function packageManager() {
  process.env['COREPACK_ENABLE_DOWNLOAD_PROMPT'] = '0';
  const options = { cwd: ROOT, stdio: /** @type {const} */ ('ignore'), shell: IS_WINDOWS };
  if (spawnSync('corepack', ['pnpm', '--version'], options).status === 0) {
    return ['corepack', 'pnpm'];
  }
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [pinned] = manifest.packageManager.split('+');
  return ['npx', '-y', pinned];
}

/**
 * @param {string} script
 * @param {readonly string[]} scriptArguments
 * @returns {Promise<number>} its exit status
 */
function run(script, scriptArguments) {
  const node = join(ROOT, 'relay/node_modules/node/bin', IS_WINDOWS ? 'node.exe' : 'node');
  const flags =
    script === RELAY ? RELAY_NODE_FLAGS : script === PREPARATION ? PREPARATION_FLAGS : [];
  const child = spawn(node, [...flags, join(ROOT, script), ...scriptArguments], {
    stdio: 'inherit',
    env: {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      PARLEY_STARTED_AT_MS: String(STARTED_AT_MS),
      ...(script === RELAY ? RELAY_ENVIRONMENT : {}),
      ...process.env,
    },
  });
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => child.kill(signal);
  for (const signal of PASSED) process.on(signal, pass);
  // npm sends a signal to the shell between them, which ends without passing it on.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, ORPHAN_CHECK_MS);
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`Could not run Node: ${error.message}`));
    child.on('exit', (code, signal) => {
      for (const passed of PASSED) process.off(passed, pass);
      clearInterval(orphaned);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
