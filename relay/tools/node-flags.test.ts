import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RELAY_NODE_FLAGS } from './node-flags.mjs';

const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);

describe('the flags of the relay', () => {
  it('are all known to the Node that runs it, which would not start with any other', () => {
    const versions = execFileSync(process.execPath, [...RELAY_NODE_FLAGS, '--version'], {
      encoding: 'utf8',
    });
    expect(versions.trim()).toBe(process.version);
  });

  it('keep the young generation within its bound', () => {
    const script =
      "for (const { space_name: name, space_size: bytes } of require('v8').getHeapSpaceStatistics()) " +
      "if (name === 'new_space') console.log(bytes)";
    const fill = 'const kept = []; for (let i = 0; i < 2e6; i++) kept[i % 1e5] = [i];';
    const bytes = Number(
      execFileSync(process.execPath, [...RELAY_NODE_FLAGS, '-e', fill + script], {
        encoding: 'utf8',
      }),
    );
    // Two halves, of which one is in use.
    expect(bytes).toBeLessThanOrEqual(2 * 8 * 1024 * 1024);
  });

  it('are those of the command in docs/operations.md', () => {
    const command =
      /^relay\/packages\/node\/node_modules\/node\/bin\/node (?<flags>[^`]*?) relay\/src\/main\.ts$/m.exec(
        readFileSync(OPERATIONS, 'utf8'),
      );
    expect(command?.groups?.['flags']?.split(/[\s\\]+/)).toEqual(RELAY_NODE_FLAGS);
  });
});
