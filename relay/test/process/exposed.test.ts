import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const MAIN = new URL('../../src/main.ts', import.meta.url);

it('a relay that strangers could reach and empty ends before it listens, and says how to go on', async () => {
  const child = spawn(process.execPath, [MAIN.pathname, '--host', '0.0.0.0', '--port', '0'], {
    env: { ...process.env, ANTHROPIC_API_KEY: 'a-key-that-is-secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(await ended).toEqual([2, null]);
  expect(output).toBe('');
  for (const way of ['AUTH_ISSUER', 'SUPABASE_URL', 'ACCESS_CODE', 'BUDGET_GUEST_DAY_USD']) {
    expect(errors).toContain(way);
  }
  expect(errors).not.toContain('a-key-that-is-secret');
});
