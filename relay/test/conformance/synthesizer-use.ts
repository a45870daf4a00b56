import { describe, expect, test } from 'vitest';
import type { AdapterUse } from '../../src/call/stages/provider.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import { clausesOf } from '../../src/providers/vendor-kit/synthesis/clauses.rig.ts';
import { Rig, type Subject } from './subject.ts';

const CLAUSES = ['This is the first clause.', 'A second one follows.', 'That was the third.'];

/** The use that every synthesizer that speaks to a vendor reports. */
export function defineSynthesizerUse(subject: Subject<Synthesizer>): void {
  describe(`use of synthesizer ${subject.name}`, () => {
    test('tells how many characters the vendor was given', async () => {
      const given: string[] = [];
      await using rig = await Rig.set(subject, {
        speak: (text) => {
          given.push(text.trim());
          return new Int16Array(2_400);
        },
      });
      const used: AdapterUse[] = [];
      const onUsed = (use: AdapterUse) => used.push(use);
      const options = { voice: '', signal: new AbortController().signal, onUsed };
      const clauses = clausesOf('…', ...CLAUSES);
      await Array.fromAsync(rig.port.synthesize(clauses, options));
      expect(charactersOf(used)).toBe(given.join('').length);
      expect(given).toEqual(CLAUSES);
      expect(used.every(({ model }) => model !== '')).toBe(true);
    });

    test('tells it in the moment of an abort, and only then', async () => {
      await using rig = await Rig.set(subject);
      rig.simulator.fail({ kind: 'stall' }, 'mid-stream');
      const used: AdapterUse[] = [];
      const abort = new AbortController();
      const onUsed = (use: AdapterUse) => used.push(use);
      const options = { voice: '', signal: abort.signal, onUsed };
      const sound = Promise.withResolvers<void>();
      const run = (async () => {
        for await (const event of rig.port.synthesize(clausesOf(CLAUSES[0]!), options)) {
          if (event.type === 'speech-audio') sound.resolve();
        }
      })();
      await sound.promise;
      expect(used).toEqual([]);
      abort.abort(new Error('enough'));
      expect(charactersOf(used)).toBe(CLAUSES[0]!.length);
      await run;
      expect(used).toHaveLength(1);
    });
  });
}

function charactersOf(used: readonly AdapterUse[]): number {
  return used.reduce((sum, { units }) => sum + (units.characters ?? 0), 0);
}
