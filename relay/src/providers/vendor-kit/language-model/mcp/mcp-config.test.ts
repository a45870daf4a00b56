import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../../../../base/config/read-settings.ts';
import { readMcpConfig } from './mcp-config.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-mcp-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('programs and addresses are read; what others put there is ignored', () => {
  const servers = read({
    shelf: { command: 'shelf', args: ['--quiet'], env: { KEY: 'k' }, autoApprove: ['x'] },
    weather: { type: 'http', url: 'https://weather.example/mcp', headers: { a: 'b' } },
    old: { type: 'sse', url: 'https://old.example/sse' },
    off: { command: 'off', disabled: true },
  });
  expect(servers).toEqual([
    {
      name: 'shelf',
      transport: {
        kind: 'stdio',
        command: 'shelf',
        args: ['--quiet'],
        env: { KEY: 'k' },
        cwd: undefined,
      },
    },
    {
      name: 'weather',
      transport: { kind: 'http', url: 'https://weather.example/mcp', headers: { a: 'b' } },
    },
    { name: 'old', transport: { kind: 'sse', url: 'https://old.example/sse', headers: {} } },
  ]);
});

test('a server may lend only some of its tools', () => {
  expect(read({ shelf: { command: 'shelf', allow: ['look.up'] } })).toMatchObject([
    { name: 'shelf', allow: ['look.up'] },
  ]);
  expect(() => read({ shelf: { command: 'shelf', allow: 'look.up' } })).toThrow(
    /mcpServers\.shelf\.allow/,
  );
});

test.each([
  [{ shelf: {} }, /mcpServers\.shelf: expected either "command" or "url"/],
  [{ shelf: { command: 'a', url: 'https://b.example' } }, /expected either/],
  [{ shelf: { url: 'ftp://b.example' } }, /mcpServers\.shelf\.url: expected an http/],
  [{ shelf: { command: 'a', env: { KEY: 1 } } }, /mcpServers\.shelf\.env\.KEY/],
])('%j is refused with the file and the field', (servers, words) => {
  expect(() => read(servers)).toThrow(ConfigError);
  expect(() => read(servers)).toThrow(words);
  expect(() => read(servers)).toThrow(join(folder, 'mcp.json'));
});

test('a secret never comes back in a complaint', () => {
  expect(() => read({ shelf: { headers: { authorization: 'secret-1' } } })).toThrow(
    /^(?!.*secret-1)/s,
  );
});

test('a file that is not there, or no JSON, is named', () => {
  expect(() => readMcpConfig(join(folder, 'none.json'), {})).toThrow(/none\.json" cannot be read/);
  const path = join(folder, 'broken.json');
  writeFileSync(path, '{');
  expect(() => readMcpConfig(path, {})).toThrow(/broken\.json" is not valid JSON/);
});

test('variables of the environment are looked up', () => {
  const servers = read(
    {
      shelf: {
        command: 'shelf',
        args: ['${KEY}'],
        env: { TOKEN: '${KEY}', MODE: '${MODE:-fast}' },
      },
      weather: { url: 'https://${HOST}/mcp', headers: { authorization: 'Bearer ${KEY}' } },
    },
    { KEY: 'k-1', HOST: 'weather.example' },
  );
  expect(servers.map(({ transport }) => transport)).toMatchObject([
    { args: ['${KEY}'], env: { TOKEN: 'k-1', MODE: 'fast' } },
    { url: 'https://weather.example/mcp', headers: { authorization: 'Bearer k-1' } },
  ]);
});

test('a variable that is not set is named, and no other one is told', () => {
  const weather = {
    url: 'https://${HOST}/mcp',
    headers: { authorization: 'Bearer ${KEY}${SALT}', 'x-plain': 'secret-1' },
  };
  const reading = () => read({ weather }, { HOST: 'weather.example', KEY: 'k-1' });
  expect(reading).toThrow(ConfigError);
  expect(reading).toThrow(
    /mcpServers\.weather\.headers\.authorization: the environment has no variable "SALT"/,
  );
  expect(reading).toThrow(/^(?!.*(k-1|secret-1|weather\.example))/s);
  expect(read({ weather: { ...weather, disabled: true } }, {})).toEqual([]);
});

test('an address is checked as it is after looking up', () => {
  expect(() => read({ weather: { url: '${HOST}/mcp' } }, { HOST: 'ftp://w.example' })).toThrow(
    /mcpServers\.weather\.url: expected an http/,
  );
});

function read(mcpServers: unknown, environment: Readonly<Record<string, string>> = {}) {
  const path = join(folder, 'mcp.json');
  writeFileSync(path, JSON.stringify({ mcpServers }));
  return readMcpConfig(path, environment);
}
