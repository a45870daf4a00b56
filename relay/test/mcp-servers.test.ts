import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MCP_PROGRAM, startMcpSimulator } from '../simulators/language-models/mcp-simulator.ts';
import { systemClock, type Clock } from '../src/base/lib/clock.ts';
import { FakeClock, settle } from '../src/base/lib/clock.fake.ts';
import { silentLogger, type Logger } from '../src/base/lib/logger.ts';
import type { Toolbox } from '../src/providers/vendor-kit/language-model/tool-limits.ts';
import { openToolbox } from '../src/providers/vendor-kit/language-model/mcp/mcp-toolbox.ts';

let folder = '';
/** Of a program, which takes a while to start: one for all tests that leave it as it is. */
let shared: Toolbox & AsyncDisposable;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-mcp-'));
  vi.stubEnv('VENDOR_API_KEY', 'a-key-that-is-secret');
  // Its clock stands still: a busy machine may take its time.
  shared = await open({ shelf: local({ SHELF: '${SHELF_WOOD}' }) }, new FakeClock());
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await shared[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('without a configuration there are no tools', async () => {
  await using toolbox = await openToolbox({ MCP_CONFIG: undefined }, context(systemClock));
  expect(toolbox.tools()).toEqual({});
});

test('a program’s tools are found and used under its name', async () => {
  expect(Object.keys(shared.tools())).toContain('shelf__look_up');
  expect(await use(shared, 'shelf__look_up', { word: 'tea' })).toBe('tea: found');
  expect(await use(shared, 'shelf__environment')).toBe('oak');
});

test('a program gets the variables that its entry names, and none of the relay’s keys', async () => {
  const names = await use(shared, 'shelf__variables');
  expect(names).toContain('SHELF');
  expect(names).not.toContain('VENDOR_API_KEY');
});

test('what a tool says is bounded, and its failures are words', async () => {
  const flood = await use(shared, 'shelf__flood');
  expect(flood.length).toBeLessThan(8_100);
  expect(flood).toMatch(/^x{8000}\n\[/);
  expect(await use(shared, 'shelf__fail')).toBe('The tool failed: The shelf is empty.');
  expect(await use(shared, 'shelf__picture')).toBe('[Something that is not text.]');
  expect(await use(shared, 'shelf__look_up', { word: 1 })).toMatch(/^The tool (failed|refused): /);
});

test('a server over HTTP is used with its headers', async () => {
  await using simulator = await startMcpSimulator();
  const shelf = { url: `${simulator.url}/mcp`, headers: { 'x-shelf-key': simulator.key } };
  await using toolbox = await open({ shelf });
  expect(await use(toolbox, 'shelf__look_up', { word: 'tea' })).toBe('tea: found');
  expect(simulator.complaints).toEqual([]);
});

test('a tool that does not answer is given up after ten seconds, and its server is kept', async () => {
  const clock = new FakeClock();
  await using simulator = await startMcpSimulator();
  const shelf = { url: `${simulator.url}/mcp`, headers: { 'x-shelf-key': simulator.key } };
  await using toolbox = await open({ shelf }, clock);
  const hanging = use(toolbox, 'shelf__hang');
  await settle();
  await clock.advance(10_000);
  expect(await hanging).toBe('The tool did not answer in time.');
  expect(await use(toolbox, 'shelf__look_up', { word: 'tea' })).toBe('tea: found');
});

test('a tool is stopped with the answer it is for', async () => {
  const controller = new AbortController();
  const hanging = use(shared, 'shelf__hang', {}, controller.signal);
  controller.abort();
  expect(await hanging).toBe('The tool was stopped.');
});

test('a server that cannot be reached is left out, and comes back when it can', async () => {
  const clock = new FakeClock();
  await using simulator = await startMcpSimulator();
  await using healthy = await startMcpSimulator();
  simulator.fail({ kind: 'status', status: 503 }, 'first-use');
  const shelf = { url: `${simulator.url}/mcp`, headers: { 'x-shelf-key': simulator.key } };
  const other = { url: `${healthy.url}/mcp`, headers: { 'x-shelf-key': healthy.key } };
  await using toolbox = await open({ shelf, other }, clock);
  expect(Object.keys(toolbox.tools()).some((name) => name.startsWith('shelf__'))).toBe(false);
  expect(Object.keys(toolbox.tools())).toContain('other__look_up');
  simulator.recover();
  await clock.advance(1_000);
  await until(() => 'shelf__look_up' in toolbox.tools());
  expect(await use(toolbox, 'shelf__look_up', { word: 'tea' })).toBe('tea: found');
});

test('a program that ends is started again', async () => {
  const clock = new FakeClock();
  await using toolbox = await open({ shelf: local() }, clock);
  expect(await use(toolbox, 'shelf__crash')).toMatch(/^The tool failed/);
  await until(() => Object.keys(toolbox.tools()).length === 0);
  await clock.advance(1_000);
  await until(() => 'shelf__look_up' in toolbox.tools());
  expect(await use(toolbox, 'shelf__look_up', { word: 'tea' })).toBe('tea: found');
});

test('a server that takes its time does not hold up the others for longer than five seconds', async () => {
  const clock = new FakeClock();
  await using simulator = await startMcpSimulator();
  const shelf = { url: `${simulator.url}/mcp`, headers: { 'x-shelf-key': simulator.key } };
  const silent = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };
  const opening = open({ shelf, silent }, clock);
  await until(() => simulator.requests > 0);
  await clock.advance(5_000);
  const toolbox = await opening;
  await until(() => 'shelf__look_up' in toolbox.tools());
  await toolbox[Symbol.asyncDispose]();
  await settle();
  expect(clock.pendingTimers).toBe(0);
});

test('a server lends the tools that it is allowed to, and unknown ones are logged', async () => {
  await using simulator = await startMcpSimulator();
  const lines: string[] = [];
  const shelf = {
    url: `${simulator.url}/mcp`,
    headers: { 'x-shelf-key': simulator.key },
    allow: ['look.up', 'fail', 'dust'],
  };
  const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  await using toolbox = await open({ shelf }, systemClock, logger);
  expect(Object.keys(toolbox.tools())).toEqual(['shelf__look_up', 'shelf__fail']);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { mcpServer: 'shelf', unknown: ['dust'] },
  ]);
});

test('disposing leaves nothing waiting', async () => {
  const clock = new FakeClock();
  const toolbox = await open({ shelf: { command: join(folder, 'not-there') } }, clock);
  expect(clock.pendingTimers).toBe(1);
  await toolbox[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});

function local(env: Readonly<Record<string, string>> = {}): object {
  return { command: process.execPath, args: [MCP_PROGRAM], env };
}

test('its lines follow the level of the log when that changes', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'silent' }, { write: (line) => lines.push(line) });
  await using simulator = await startMcpSimulator();
  const shelf = { url: `${simulator.url}/mcp`, headers: { 'x-shelf-key': simulator.key } };
  const clock = new FakeClock();
  await using toolbox = await open({ shelf }, clock, logger);
  logger.level = 'warn';
  await simulator[Symbol.asyncDispose]();
  await use(toolbox, 'shelf__look_up', { word: 'tea' });
  expect(lines.join()).toContain('MCP tool failed');
});

async function open(
  mcpServers: Readonly<Record<string, object>>,
  clock: Clock = systemClock,
  logger: Logger = silentLogger,
): Promise<Toolbox & AsyncDisposable> {
  const path = join(folder, 'mcp.json');
  writeFileSync(path, JSON.stringify({ mcpServers }));
  return openToolbox({ MCP_CONFIG: path }, context(clock, logger));
}

function context(clock: Clock, logger: Logger = silentLogger) {
  return { environment: { SHELF_WOOD: 'oak' }, clock, logger };
}

async function use(
  toolbox: Toolbox,
  name: string,
  input: object = {},
  abortSignal?: AbortSignal,
): Promise<string> {
  const execute = toolbox.tools()[name]?.execute;
  if (execute === undefined) throw new Error(`There is no tool ${name}`);
  const options = { toolCallId: 'call', messages: [], context: undefined };
  return (await execute(input, {
    ...options,
    ...(abortSignal === undefined ? {} : { abortSignal }),
  })) as string;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
