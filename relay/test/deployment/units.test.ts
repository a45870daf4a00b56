import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RELAY_ENVIRONMENT } from '../../tools/node-flags.mjs';
import { ROOT } from '../../tools/project.ts';
import { DEPLOYMENT, RELAY_COMMAND, deploymentFile } from './deployment-files.ts';

describe('the units of systemd', () => {
  const UNITS = ['parley.service', 'parley@.service'];
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

  it.skipIf(!hasSystemd).each(UNITS)('systemd finds nothing wrong with %s', async (name) => {
    // If it is installed, nothing is here.
    const folder = await mkdtemp(join(tmpdir(), 'parley-unit-'));
    await writeFile(join(folder, name), deploymentFile(name).replaceAll('/opt/parley', ROOT));
    const instance = join(folder, name.replace('@', '@1'));
    const options = { encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', instance],
      options,
    );
    await rm(folder, { recursive: true });
    expect(stderr.split('\n').filter((line) => line.includes('parley'))).toEqual([]);
    expect(status).toBe(0);
  });

  it.skipIf(!hasSystemd)('the unit leaves little to the relay, by systemd’s own measure', () => {
    for (const name of UNITS) {
      // Of ten points, two at most: https://www.freedesktop.org/software/systemd/man/systemd-analyze.html
      const measure = ['security', '--offline=true', '--threshold=20', join(DEPLOYMENT, name)];
      const { status, stdout } = spawnSync('systemd-analyze', measure, { encoding: 'utf8' });
      expect({ status, verdict: stdout.trimEnd().split('\n').at(-1) }).toMatchObject({ status: 0 });
    }
  });

  it.each(UNITS)('%s starts the relay as npm start does', (name) => {
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(deploymentFile(name)) ?? [];
    expect(command.split(' ').slice(1)).toEqual(RELAY_COMMAND);
    for (const variable of Object.entries(RELAY_ENVIRONMENT).map((entry) => entry.join('='))) {
      expect(deploymentFile(name)).toContain(`\nEnvironment=${variable}\n`);
    }
  });

  it('differ only in what belongs to one relay of several', () => {
    const [one, several] = UNITS.map((name) => {
      return deploymentFile(name)
        .split('\n')
        .filter((line) => /^\w+=/.test(line));
    });
    expect(several!.filter((line) => !one!.includes(line))).toEqual([
      'Description=Parley voice relay %i',
      'Documentation=file:///opt/parley/docs/deploy/README.md',
      'EnvironmentFile=-/etc/parley/parley-%i.env',
      'Environment=PORT=878%i',
      'Environment=PEER_URL=http://127.0.0.1:878%i',
      'Environment=DATA_DIR=/var/lib/parley-%i',
      'StateDirectory=parley-%i',
    ]);
    expect(one).toHaveLength(several!.length - 3);
  });
});
