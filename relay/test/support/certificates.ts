import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Certificates for `localhost` that sign themselves, made by the system's OpenSSL. */
export class Certificates implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Certificates> {
    return new Certificates(await mkdtemp(join(tmpdir(), 'parley-tls-')));
  }

  /** @returns the paths of its files */
  async make(name: string, days = 30): Promise<{ certPath: string; keyPath: string }> {
    const certPath = join(this.folder, `${name}.crt`);
    const keyPath = join(this.folder, `${name}.key`);
    await run('openssl', [
      ...['req', '-x509', '-nodes', '-days', String(days), '-subj', `/CN=${name}`],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-out', certPath, '-keyout', keyPath],
    ]);
    return { certPath, keyPath };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
