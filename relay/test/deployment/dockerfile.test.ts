import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RELAY_ENVIRONMENT } from '../../tools/node-flags.mjs';
import { ROOT } from '../../tools/project.ts';
import { freePort } from '../support/free-port.ts';
import { startTestRelay } from '../support/test-relay.ts';
import { RELAY_COMMAND, deploymentFile } from './deployment-files.ts';

describe('the Dockerfile', () => {
  const file = deploymentFile('Dockerfile');
  const listAfter = (instruction: string) =>
    z
      .array(z.string())
      .parse(JSON.parse(new RegExp(`${instruction} (\\[.*\\])$`, 'm').exec(file)?.[1] ?? ''));

  it('is well-formed', () => {
    expect(validate(file)).toEqual([]);
    expect(validate('FROM a\nCOPPY b c\n')).not.toEqual([]);
  });

  it('starts the relay as npm start does, and not as root', () => {
    expect(listAfter('ENTRYPOINT').slice(1)).toEqual(RELAY_COMMAND);
    for (const [name, value] of Object.entries(RELAY_ENVIRONMENT)) {
      expect(file).toMatch(new RegExp(`^ENV .*\\b${name}=${value}$`, 'm'));
    }
    expect(file.split(/^FROM /m).at(-1)).toMatch(/^USER [1-9]/m);
  });

  it('has a health check that a relay passes, and nothing else', async () => {
    const [, ...check] = listAfter('CMD');
    await using relay = await startTestRelay();
    const status = async (PORT: string | number) => {
      const env = { ...process.env, PORT: String(PORT) };
      return (await once(spawn(process.execPath, check, { env }), 'exit'))[0] as number;
    };
    expect(await status(new URL(relay.url).port)).toBe(0);
    expect(await status(await freePort())).toBe(1);
  });

  it('takes only named paths into the image, and no settings', () => {
    const rules = deploymentFile('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    const named = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(rules).toEqual(expect.arrayContaining(['**/.env', '**/node_modules', '**/*.test.ts']));
  });
});
