import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, readSettings } from '../../../base/config/read-settings.ts';
import { LANGUAGE_MODEL_SETTINGS, systemPromptOf } from './language-model-settings.ts';

test('the prompt is the file’s, else the variable’s, else our own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-prompt-'));
  try {
    const path = join(folder, 'prompt.txt');
    writeFileSync(path, '\nFrom the file.\n');
    const read = (environment: Record<string, string>) =>
      systemPromptOf(readSettings(LANGUAGE_MODEL_SETTINGS, environment));
    expect(read({ SYSTEM_PROMPT: 'Direct.', SYSTEM_PROMPT_FILE: path })).toBe('From the file.');
    expect(read({ SYSTEM_PROMPT: 'Direct.' })).toBe('Direct.');
    expect(read({})).toMatch(/voice assistant/);
    expect(() => read({ SYSTEM_PROMPT_FILE: join(folder, 'none') })).toThrow(ConfigError);
    expect(() => read({ SYSTEM_PROMPT_FILE: join(folder, 'none') })).toThrow(/SYSTEM_PROMPT_FILE/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
