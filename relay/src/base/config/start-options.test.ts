import { expect, it } from 'vitest';
import { ConfigError } from './read-settings.ts';
import { parseStartOptions } from './start-options.ts';

it('gives port and host as settings', () => {
  expect(parseStartOptions(['--port', '9000', '--host=::'])).toEqual({ PORT: '9000', HOST: '::' });
  expect(parseStartOptions([])).toEqual({});
});

it('knows a request for help', () => {
  expect(parseStartOptions(['--port', '1', '-h'])).toBe('help');
});

it.each([[['--prot', '9000']], [['9000']], [['--port']]])('refuses %j in words', (commandLine) => {
  const read = () => parseStartOptions(commandLine);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/--help/);
});
