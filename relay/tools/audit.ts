import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../src/base/lib/json.ts';
import { oneLine, runCommand, takesNoArguments, type CommandIo } from './command-line.ts';
import { ROOT, say } from './project.ts';

const ABOUT = `Asks the npm registry which of the packages in pnpm-lock.yaml have known vulnerabilities; tools for
development are among them. Exit status 0: none; 1: some, a line each; 3: the registry gave no answer.`;

const FOUND = 1;
/** Not the status of findings: a script must not take a network that is away for a vulnerability. */
const UNKNOWN = 3;

/** The whole command; npm's own deadlines are minutes. */
const DEADLINE_MS = 60_000;
const NPM = [
  'audit',
  '--json',
  '--package-lock-only',
  '--fetch-timeout=20000',
  '--fetch-retries=1',
];
const MAX_REPORT_BYTES = 16 * 1024 * 1024;
const SEVERITIES = ['critical', 'high', 'moderate', 'low', 'info'] as const;

const report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      name: z.string(),
      nodes: z.array(z.string()),
      via: z.array(
        z.union([
          // Another package that this one needs; here each stands alone.
          z.string(),
          z.object({
            title: z.string(),
            url: z.string(),
            severity: z.enum(SEVERITIES),
            range: z.string(),
          }),
        ]),
      ),
    }),
  ),
});
const refusal = z.object({ message: z.string() });

interface Package {
  readonly name: string;
  readonly version: string;
}

/** What is installed, by the list of packages in a lock file of pnpm. */
function packagesOf(lock: string): readonly Package[] {
  const [, list = ''] = /^packages:\n([^]*?)^\S/m.exec(lock) ?? [];
  const names = list.matchAll(/^ {2}'?(@?[^@'\s]+)@(\d[^:'(]*)'?:$/gm);
  return [...names].map(([, name, version]) => ({ name: name!, version: version! }));
}

const nodeOf = (index: number) => `node_modules/package-${index}`;

/**
 * A lock file of npm with each package for itself. pnpm 10 asks an address that the registry has
 * retired; npm asks the right one, by the proxies and keys that are set up, and compares versions.
 */
function npmLockOf(packages: readonly Package[]) {
  const entries = packages.map(({ name, version }, index) => ({ name, version, index }));
  const dependencies = Object.fromEntries(
    entries.map(({ name, version, index }) => [`package-${index}`, `npm:${name}@${version}`]),
  );
  const root = { name: 'parley-audit', version: '0.0.0', dependencies };
  const nodes = entries.map(({ name, version, index }) => [nodeOf(index), { name, version }]);
  const lock = { lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(nodes) } };
  return { manifest: root, lock: { name: root.name, version: root.version, ...lock } };
}

/** @returns what npm printed; its status says the same of findings and of failures */
function npm(folder: string, signal: AbortSignal): Promise<string> {
  const options = {
    cwd: folder,
    signal,
    timeout: DEADLINE_MS,
    maxBuffer: MAX_REPORT_BYTES,
    shell: process.platform === 'win32',
  };
  return new Promise((resolve) => {
    execFile('npm', [...NPM, `--prefix=${folder}`], options, (error, output) => {
      resolve(output === '' ? JSON.stringify({ message: error?.message ?? '' }) : output);
    });
  });
}

async function audit({ output, errors, signal }: CommandIo): Promise<number> {
  const packages = packagesOf(readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8'));
  say(`Asking the registry about ${packages.length} packages …`);
  const folder = await mkdtemp(join(tmpdir(), 'parley-audit-'));
  let answer: unknown;
  try {
    const { manifest, lock } = npmLockOf(packages);
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    answer = parseJson(await npm(folder, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { data } = report.safeParse(answer);
  if (data === undefined) {
    const reason = oneLine(refusal.safeParse(answer).data?.message ?? 'an answer of another shape');
    errors.write(
      `The registry did not say which packages have known vulnerabilities (${reason}). Nothing is known of them.\n`,
    );
    return UNKNOWN;
  }
  const found = Object.values(data.vulnerabilities).flatMap(({ name, nodes, via }) => {
    const versions = packages.filter((_, index) => nodes.includes(nodeOf(index)));
    const what = `${name} ${versions.map(({ version }) => version).join(', ')}`;
    return via.flatMap((each) => (typeof each === 'string' ? [] : [{ ...each, what }]));
  });
  for (const severity of SEVERITIES) {
    for (const { what, title, range, url } of found.filter((each) => each.severity === severity)) {
      output.write(`${severity.padEnd(9)}${oneLine(`${what}: ${title} (${range}), ${url}`)}\n`);
    }
  }
  if (found.length === 0) {
    output.write(`None of ${packages.length} packages has a known vulnerability.\n`);
    return 0;
  }
  errors.write('“corepack pnpm --recursive why NAME” says what needs a package.\n');
  return FOUND;
}

const status = takesNoArguments('audit', ABOUT);
if (status === undefined) await runCommand((_, io) => audit(io));
else process.exitCode = status;
