import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OwnHosts, type HostVerdict } from './own-hosts.ts';

const hosts = new OwnHosts(['0.0.0.0', 'parley.lan', 'Relay.Example.']);
const judge = (host: string, url = '/') => hosts.judge({ url, headersDistinct: { host: [host] } });

it.each<[HostVerdict, string]>([
  ['own', '127.0.0.1'],
  ['own', '127.0.0.1:8787'],
  ['own', '192.168.1.20:80'],
  ['own', '[::1]'],
  ['own', '[::1]:8787'],
  ['own', '[FE80::1]:8787'],
  ['own', '[::ffff:127.0.0.1]:8787'],
  ['own', 'localhost'],
  ['own', 'LocalHost:8787'],
  ['own', 'localhost.'],
  ['own', 'localhost.:8787'],
  ['own', 'app.localhost:8787'],
  ['own', 'parley.lan'],
  ['own', 'relay.example'],
  ['own', 'RELAY.EXAMPLE.:443'],
  ['own', 'relay.example:'],
  ['foreign', 'evil.example'],
  ['foreign', 'evil.example:8787'],
  ['foreign', 'relay.example.evil.example'],
  ['foreign', 'evilrelay.example'],
  ['foreign', 'sub.relay.example'],
  ['foreign', 'localhost.evil.example'],
  ['foreign', 'notlocalhost'],
  ['foreign', '127.0.0.1.evil.example'],
  ['foreign', 'localhost..'],
  ['foreign', '127.1'],
  ['malformed', ''],
  ['malformed', ' '],
  ['foreign', '.'],
  ['malformed', ':8787'],
  ['malformed', 'localhost:port'],
  ['malformed', 'localhost:99999'],
  ['malformed', 'user@localhost'],
  ['malformed', 'localhost@evil.example'],
  ['malformed', 'user:pass@localhost:8787'],
  ['malformed', 'localhost/evil.example'],
  ['malformed', 'localhost#evil.example'],
  ['malformed', 'localhost, evil.example'],
  ['malformed', 'evil.example\\localhost'],
  ['malformed', 'local%68ost'],
  ['malformed', '::1'],
  ['malformed', '[::1'],
  ['malformed', '[::1%25eth0]:8787'],
  ['malformed', '[localhost]'],
  ['malformed', 'bücher.example'],
])('takes for %s: Host %j', (verdict, host) => {
  expect(judge(host)).toBe(verdict);
});

it.each<[HostVerdict, string, string]>([
  ['own', 'localhost:8787', 'http://localhost:8787/health'],
  ['own', 'localhost:8787', '/http://evil.example/'],
  ['foreign', 'localhost:8787', 'http://evil.example/health'],
  ['foreign', 'evil.example', 'http://localhost:8787/health'],
  ['foreign', 'localhost', 'HTTPS://evil.example'],
  ['malformed', 'localhost', 'http://localhost@evil.example/'],
  ['malformed', 'localhost', 'http:///health'],
])('takes for %s: Host %j with the target %s', (verdict, host, target) => {
  expect(judge(host, target)).toBe(verdict);
});

it('wants one Host header, no more and no less', () => {
  expect(hosts.judge({ url: '/', headersDistinct: {} })).toBe('malformed');
  for (const pair of [
    ['localhost', 'evil.example'],
    ['localhost', 'localhost'],
  ]) {
    expect(hosts.judge({ url: '/', headersDistinct: { host: pair } })).toBe('malformed');
  }
});

it('ignores what a proxy or a stranger says of the host elsewhere', () => {
  const headersDistinct = { host: ['evil.example'], 'x-forwarded-host': ['localhost'] };
  expect(hosts.judge({ url: '/', headersDistinct })).toBe('foreign');
});

it('never takes a name that can be pointed here for its own with anything around it', () => {
  const around = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(around, around, (before, after) => {
      // `evil.example.localhost` cannot.
      fc.pre(!/\.localhost\.?(:\d*)?$/i.test(after));
      expect(judge(`${before}evil.example${after}`)).not.toBe('own');
    }),
  );
});
