// @ts-check
// Runs a command of package.json, from a fresh clone too.
//
// Plain JavaScript without dependencies, because it runs on the machine's own Node before anything
// is installed. It installs what is missing and starts a Node that runs TypeScript as it is.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RELAY_ENVIRONMENT, RELAY_NODE_FLAGS } from './node-flags.mjs';
import { nodeOf } from './node-of.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'node_modules', '.parley-installed');
/** Where Node keeps what it made of the sources, for the next process: a third of its start. */
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'node');
/** The lock file holds what the manifests ask for. */
const SOURCES = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'];
const INSTALL = ['install', '--frozen-lockfile', '--loglevel=info'];
/** What not every command needs, with its megabytes on disk: packages of the workspace, and tools. */
const PARTS = /** @type {const} */ ({
  // For those who work on Parley, and for machines with another version.
  '@parley/node': 125,
  // Its runtime is of use only with a model of one's own: see `TURN_MODEL`.
  '@parley/turn-model': 145,
  devDependencies: 410,
});
const REST_MB = 320;
/** Commands of those who use Parley, and what needs no more. */
const USES = ['start', 'talk', 'doctor', 'backup', 'restore', 'dev'];
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
  audit: ['relay/tools/audit.ts'],
  package: ['relay/tools/client-package.ts'],
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

/**
 * Installs what the lock file says of the parts that the command needs, unless that is there. A part
 * that was installed once stays, for the commands that need it.
 */
function install() {
  const digest = createHash('sha256');
  for (const file of SOURCES) digest.update(readFileSync(join(ROOT, file)));
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  const isUse = USES.includes(command);
  const lacksNode = nodeOf(ROOT) === process.execPath && !isTestedNode();
  const isNeeded = {
    '@parley/node': !isUse || lacksNode,
    '@parley/turn-model': !isUse || hasTurnModel(),
    // Installed by hand, too, or by an earlier launcher: what is there stays.
    devDependencies: !isUse || existsSync(join(ROOT, 'node_modules/typescript')),
  };
  const names = /** @type {(keyof typeof PARTS)[]} */ (Object.keys(PARTS));
  const parts = names.filter((name) => isNeeded[name] || stamp.split(' ').includes(name));
  const wanted = [digest.digest('hex'), ...parts].join(' ');
  if (stamp === wanted && !lacksNode) return;
  const megabytes = parts.reduce((sum, name) => sum + PARTS[name], REST_MB);
  process.stderr.write(`Installing what Parley needs (about ${megabytes} MB on disk) …\n`);
  if (stamp !== '') writeFileSync(STAMP, ['unfinished', ...parts].join(' '));
  // By this record pnpm would take away all links before it adds another kind of dependencies: below
  // a relay that runs, and for good if it is interrupted.
  rmSync(join(ROOT, 'node_modules/.modules.yaml'), { force: true });
  const [program, ...prefix] = packageManager();
  const without = names
    .filter((name) => !parts.includes(name))
    .flatMap((name) => (name === 'devDependencies' ? ['--prod'] : ['--filter', `!${name}`]));
  const options = [...INSTALL, ...without];
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
  writeFileSync(STAMP, wanted);
}

/** Whether this Node is of the version that Parley is tested with, which V8's flags depend on. */
function isTestedNode() {
  const file = join(ROOT, 'relay/packages/node/package.json');
  const [major, minor] = JSON.parse(readFileSync(file, 'utf8')).dependencies.node.match(/\d+/g);
  const [thisMajor, thisMinor] = process.versions.node.split('.');
  return thisMajor === major && Number(thisMinor) >= Number(minor);
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
  const flags =
    script === RELAY ? RELAY_NODE_FLAGS : script === PREPARATION ? PREPARATION_FLAGS : [];
  const child = spawn(nodeOf(ROOT), [...flags, join(ROOT, script), ...scriptArguments], {
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
