import { describe, expect, it } from 'vitest';
import { addressesToOpen } from './addresses.ts';

const INTERFACES = {
  lo: [
    { address: '127.0.0.1', internal: true },
    { address: '::1', internal: true },
  ],
  eth0: [
    { address: '192.168.1.20', internal: false },
    { address: 'fe80::1', internal: false },
  ],
};

describe('the addresses to open', () => {
  it('are localhost for a loopback address', () => {
    for (const url of ['http://127.0.0.1:8787', 'http://[::1]:8787']) {
      expect(addressesToOpen(url, undefined, INTERFACES)).toBe(
        'Parley is ready: open http://localhost:8787\n',
      );
    }
  });

  it.each(['http://0.0.0.0:9000', 'http://[::]:9000'])(
    'name localhost and the outer address for %s, and that the microphone needs https',
    (url) => {
      const lines = addressesToOpen(url, undefined, INTERFACES).split('\n');
      expect(lines[0]).toBe('Parley is ready: open http://localhost:9000');
      expect(lines[1]).toBe('From other devices: http://192.168.1.20:9000');
      expect(lines[2]).toContain('https');
    },
  );

  it('say so if only the address bound can be opened', () => {
    const lines = addressesToOpen('http://192.168.1.20:9000', undefined, INTERFACES).split('\n');
    expect(lines[0]).toBe('Parley is ready: open http://192.168.1.20:9000');
    expect(lines[1]).toContain('https');
  });

  it('need no more words if the relay speaks https itself', () => {
    const text = addressesToOpen('https://0.0.0.0:9000', undefined, INTERFACES);
    expect(text).toBe(
      'Parley is ready: open https://localhost:9000\nFrom other devices: https://192.168.1.20:9000\n',
    );
  });

  it('are the public one if there is one', () => {
    const text = addressesToOpen('http://[::]:9000', 'https://talk.example', INTERFACES);
    expect(text).toBe(
      'Parley is ready: open https://talk.example\n(it listens on http://[::]:9000)\n',
    );
  });
});
