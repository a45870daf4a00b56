import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { expect, it } from 'vitest';
import { ROOT } from '../tools/project.ts';
import { serveHttp } from './support/http-server.ts';

const ADVISORY = {
  id: 1,
  url: 'https://advisories.example/1',
  title: 'Reads \u001b[2Jtoo much',
  severity: 'high',
  vulnerable_versions: '>=4.0.0',
  cwe: [],
  cvss: { score: 7 },
};

/** Runs the command against a registry that answers so. */
async function audit(answer: (names: Readonly<Record<string, unknown>>) => object | number) {
  const asked = async (request: IncomingMessage, response: ServerResponse) => {
    // What can be had of a package stands elsewhere; here there is nothing.
    if (!request.url!.endsWith('/advisories/bulk')) return response.writeHead(404).end('{}');
    const body = request.headers['content-encoding'] === 'gzip' ? createGunzip() : undefined;
    const sent = await text(body === undefined ? request : request.pipe(body));
    const given = answer(JSON.parse(sent) as Record<string, unknown>);
    if (typeof given === 'number') return response.writeHead(given).end();
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(given));
  };
  const registry = await serveHttp((request, response) => void asked(request, response));
  const env = { ...process.env, npm_config_registry: registry.url };
  const script = join(ROOT, 'relay/tools/audit.ts');
  try {
    return await new Promise<{ status: number | null; output: string; errors: string }>(
      (resolve) => {
        const child = execFile(process.execPath, [script], { env }, (_error, output, errors) =>
          resolve({ status: child.exitCode, output, errors }),
        );
      },
    );
  } finally {
    registry.close();
  }
}

it('asks about every package of the lock file, and says that none is known to be vulnerable', async () => {
  let names: Readonly<Record<string, unknown>> = {};
  const { status, output } = await audit((asked) => {
    names = asked;
    return {};
  });
  expect({ status, output }).toEqual({
    status: 0,
    output: expect.stringMatching(/^None of \d+ packages has a known vulnerability\.\n$/),
  });
  // What the page, the relay and an engine need themselves, what those need, and a tool.
  for (const name of ['react', 'ws', 'soundswallower', '@opentelemetry/core', 'vitest']) {
    expect(names).toHaveProperty([name]);
  }
});

it('a vulnerable package is a line that a terminal can show, and exit status 1', async () => {
  const { status, output } = await audit(() => ({
    zod: [ADVISORY],
    // No version that is installed.
    ws: [{ ...ADVISORY, id: 2, vulnerable_versions: '<1.0.0' }],
  }));
  expect(status).toBe(1);
  expect(output).toMatch(
    /^high {5}zod 4\.\S+: Reads \[2Jtoo much \(>=4\.0\.0\), https:\/\/advisories\.example\/1\n$/,
  );
});

it('a registry that gives no answer is a sentence and exit status 3, not a clean bill', async () => {
  const { status, output, errors } = await audit(() => 405);
  expect({ status, output }).toEqual({ status: 3, output: '' });
  expect(errors).toMatch(/did not say which packages have known vulnerabilities \(405 .*\)/);
});

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

it('installs only what the lock file has a digest of, by a pnpm that is pinned by one', () => {
  const [, list] = read('pnpm-lock.yaml').split(/^(?:packages|snapshots):\n/m);
  const packages = list!.trim().split(/\n\n/);
  expect(packages.length).toBeGreaterThan(500);
  const digest = /^ {4}resolution: \{integrity: sha512-[\w+/]+={0,2}\}$/m;
  expect(packages.filter((each) => !digest.test(each))).toEqual([]);
  expect(read('package.json')).toMatch(/"packageManager": "pnpm@[\d.]+\+sha512\.[\da-f]{128}"/);
  expect(read('relay/tools/launch.mjs')).toContain("'--frozen-lockfile'");
});

it('lets one package run a program when it is installed', () => {
  const [, list] = /^allowBuilds:\n((?: {2}.*\n)+)/m.exec(read('pnpm-workspace.yaml'))!;
  expect(list!.match(/\S+(?=: true)/g)).toEqual(['node']);
});
