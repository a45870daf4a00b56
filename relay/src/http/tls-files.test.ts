import { once } from 'node:events';
import { copyFile, rename, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Certificates } from '../../test/support/certificates.ts';
import { ConfigError } from '../base/config/read-settings.ts';
import { FakeClock } from '../base/lib/clock.fake.ts';
import { silentLogger } from '../base/lib/logger.ts';
import { Problems } from '../base/lib/problems.ts';
import { TlsFiles } from './tls-files.ts';

type Pair = Awaited<ReturnType<Certificates['make']>>;

let certificates: Certificates;
let first: Pair;
let second: Pair;
let short: Pair;
beforeAll(async () => {
  certificates = await Certificates.open();
  first = await certificates.make('first');
  second = await certificates.make('second');
  short = await certificates.make('short', 2);
});
afterAll(() => certificates[Symbol.asyncDispose]());

let clock: FakeClock;
let problems: Problems;
/** Where the relay looks. */
let used: Pair;
let stop: (() => void)[];
beforeEach(async () => {
  clock = new FakeClock();
  problems = new Problems(clock);
  stop = [];
  used = {
    certPath: join(certificates.folder, 'used.crt'),
    keyPath: join(certificates.folder, 'used.key'),
  };
  await use(first);
});
afterEach(() => stop.forEach((end) => end()));

async function use({ certPath, keyPath }: Pair): Promise<void> {
  await copyFile(certPath, used.certPath);
  await copyFile(keyPath, used.keyPath);
}

const open = () => TlsFiles.open(used, { clock, logger: silentLogger, problems });
const codes = () => problems.list().map(({ code }) => code);

/** @returns the name in the certificate that a new connection is shown */
async function start(): Promise<() => Promise<string>> {
  const files = await open();
  const server: Server = createServer(files.credentials, (socket) => socket.end());
  files.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop.push(
    () => files[Symbol.dispose](),
    () => server.close(),
  );
  const { port } = server.address() as AddressInfo;
  return async () => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN as string;
  };
}

/** What `observe` gives once the relay has looked at the files, and it is what was waited for. */
async function later<T>(observe: () => T | Promise<T>, awaited: T): Promise<T> {
  const endMs = performance.now() + 10_000;
  for (;;) {
    await clock.advance(5_000);
    const observed = await observe();
    if (isDeepStrictEqual(observed, awaited) || performance.now() > endMs) return observed;
  }
}

it('a new certificate is used by new connections', async () => {
  const shown = await start();
  expect(await shown()).toBe('first');
  await use(second);
  expect(await later(shown, 'second')).toBe('second');
});

it('so is one to which a link leads', async () => {
  const link = { certPath: `${used.certPath}.link`, keyPath: `${used.keyPath}.link` };
  await symlink(first.certPath, link.certPath);
  await symlink(first.keyPath, link.keyPath);
  used = link;
  const shown = await start();
  for (const file of ['certPath', 'keyPath'] as const) {
    await symlink(second[file], `${link[file]}.new`);
    await rename(`${link[file]}.new`, link[file]);
  }
  expect(await later(shown, 'second')).toBe('second');
});

it.each<[string, () => Promise<void>]>([
  ['cannot be read', () => writeFile(used.certPath, 'nonsense')],
  ['is empty', () => writeFile(used.keyPath, '')],
  ['belongs to another key', () => copyFile(second.certPath, used.certPath)],
])('one that %s leaves the old one in use, until it is mended', async (_, spoil) => {
  const shown = await start();
  await spoil();
  expect(await later(codes, ['certificate_not_loaded'])).toEqual(['certificate_not_loaded']);
  expect(await shown()).toBe('first');
  await use(second);
  expect(await later(shown, 'second')).toBe('second');
  expect(codes()).toEqual([]);
});

it('one that ends within a week is a problem', async () => {
  await use(short);
  await start();
  expect(codes()).toEqual(['certificate_expires']);
  await use(second);
  expect(await later(codes, [])).toEqual([]);
});

it.each<[string, () => Promise<void>]>([
  ['is not there', () => rename(used.keyPath, `${used.keyPath}.away`)],
  ['is none', () => writeFile(used.certPath, 'nonsense')],
  ['belongs to another', () => copyFile(second.keyPath, used.keyPath)],
])('a relay does not start with a file that %s', async (_, spoil) => {
  await spoil();
  const failure = await open().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigError);
  expect((failure as Error).message).toContain('TLS_');
});
