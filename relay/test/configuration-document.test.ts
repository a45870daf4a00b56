import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../src/providers/registry/configuration.ts';
import { environmentExample, settingsDocument } from './support/settings-document.ts';

// Both are files made from the declarations. When one of these fails, the declarations have
// changed: `vitest run relay/test/configuration-document.test.ts -u` writes the files anew.
describe('what is written about the settings is what they are', () => {
  it('in docs/configuration.md', async () => {
    await expect(settingsDocument()).toMatchFileSnapshot('../../docs/configuration.md');
  });

  it('in .env.example', async () => {
    await expect(environmentExample()).toMatchFileSnapshot('../../.env.example');
  });

  it('and the example, with every # taken away, is a configuration', () => {
    const lines = environmentExample()
      .split('\n')
      .filter((line) => /^#[A-Z]/.test(line))
      .map((line) => line.slice(1));
    expect(lines.length).toBeGreaterThan(30);
    const { config, chosen } = readConfiguration(parseEnv(lines.join('\n')));
    expect(config).toEqual(readConfiguration({}).config);
    expect(chosen).toEqual(readConfiguration({}).chosen);
  });
});
