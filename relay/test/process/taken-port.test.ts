import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./taken-port.process.ts', import.meta.url));

it('a relay whose port is taken leaves nothing open', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-taken-'));
  try {
    // The relay ends by itself, or runs into the deadline.
    const output = execFileSync(process.execPath, [PROGRAM, dataDir], { timeout: 20_000 });
    expect(JSON.parse(output.toString())).toEqual({ refused: 'EADDRINUSE', left: [] });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
