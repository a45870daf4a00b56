import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLOORS, floorRules } from './floors.ts';
import { ROOT } from './project.ts';

describe('floors', () => {
  it.each(Object.entries(FLOORS))('name every folder and file of %s', (name, floors) => {
    const entriesOf = (path: string) =>
      readdirSync(join(ROOT, name, 'src', path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() || /(?<!\.test)\.tsx?$/.test(entry.name))
        .map((entry) => (path === '' ? entry.name : `${path}/${entry.name}`));
    const districts = new Set(
      floors.filter((floor) => floor.includes('/')).map((floor) => floor.split('/')[0]!),
    );
    const found = entriesOf('').flatMap((entry) =>
      districts.has(entry) ? entriesOf(entry) : [entry],
    );
    expect(found.toSorted()).toEqual([...floors].toSorted());
  });

  it('refuse an import from a higher floor, from any depth', () => {
    const refuses = (file: string, specifier: string) =>
      floorRules()
        .filter(({ files }) => files.some((glob) => file.startsWith(glob.replace('**', ''))))
        .some(({ patterns }) => patterns.some(({ regex }) => new RegExp(regex).test(specifier)));
    expect(refuses('relay/src/base/lib/clock.ts', '../config/config.ts')).toBe(true);
    expect(refuses('relay/src/base/lib/clock.ts', '../../call/session/outbox.ts')).toBe(true);
    expect(refuses('relay/src/call/stages/health/breaker.ts', '../../turn/output.ts')).toBe(true);
    expect(refuses('relay/src/app.ts', './main.ts')).toBe(true);
    expect(refuses('relay/src/app.ts', './http/routes.ts')).toBe(false);
    expect(refuses('relay/src/call/session/outbox.ts', '../../base/lib/clock.ts')).toBe(false);
    expect(refuses('relay/src/call/session/outbox.ts', '../turn/output.ts')).toBe(false);
    expect(refuses('web/src/client/store/call-state.ts', '@parley/relay/testing')).toBe(true);
    expect(refuses('relay/src/main.ts', '../../web/src/main.tsx')).toBe(true);
    expect(refuses('relay/packages/voice/src/flite.ts', '../../../src/base/lib/clock.ts')).toBe(
      true,
    );
    expect(refuses('relay/packages/voice/src/flite.ts', './trim-silence.ts')).toBe(false);
    expect(refuses('web/src/client/engine/audio-graph.ts', '../media-worker/call/replies.ts')).toBe(
      true,
    );
    expect(
      refuses('web/src/client/engine/audio-graph.ts', '../worklets/a.worklet.ts?worker&url'),
    ).toBe(false);
    expect(refuses('web/src/features/call/orb.tsx', '../../client/store/call-state.ts')).toBe(true);
    expect(refuses('web/src/features/call/orb.tsx', '../../client/index.ts')).toBe(false);
    expect(refuses('web/src/main.tsx', './client/engine/media-engine.ts')).toBe(true);
    expect(refuses('web/e2e/call/support/sound.ts', '../../../../relay/src/main.ts')).toBe(true);
    expect(refuses('web/e2e/call/support/sound.ts', '@parley/relay/testing')).toBe(false);
  });
});
