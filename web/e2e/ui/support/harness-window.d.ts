import type { SceneName } from './scenes.ts';
import type { ScriptedEngine } from './scripted-engine.ts';

declare global {
  interface Window {
    /** What the scripted page offers to tests. */
    parley: {
      readonly engine: ScriptedEngine;
      /** What the relay and the issuer of accounts were asked. */
      readonly asked: readonly string[];
      play(name: SceneName): Promise<void>;
      /** Takes the interface off the page. Rejects if it leaves something there. */
      end(): Promise<void>;
      /**
       * Plays a scene from the beginning, as on a page that was just loaded, only sooner: what lies
       * in the browser's storage stays.
       *
       * @param url - where the page then is
       */
      startOver(name: SceneName, url?: string): Promise<void>;
    };
  }
}
