import { STAGES, type Stage } from '@parley/shared/stages';
import type { ErrorCode, SessionDescription } from '@parley/shared';
import type { MediaNotice, BrowserAbility } from '../messages/media-messages.ts';

/** Which provider does the work of a stage. */
export interface StageState {
  /** A provider's name, `browser`, or `none`. */
  readonly now: string;
  /** The provider that the session began with, or a better one that came back since. */
  readonly usual: string;
  /** Why it changed last; null if it did not, or for the better. */
  readonly reason: ErrorCode | null;
  /** Since when, on the page's clock. */
  readonly sinceMs: number;
}

/** The provider of each stage, and what the page can do by itself if it is asked to. */
export interface Ladder {
  readonly stages: Readonly<Record<Stage, StageState>>;
  readonly page: Readonly<Record<'transcriber' | 'synthesizer', BrowserAbility>>;
}

/** The ladder as a session begins. */
export function ladderOf(providers: SessionDescription['providers'], atMs: number): Ladder {
  const stages = ofStages((stage): StageState => {
    const now = providers[stage];
    return { now, usual: now, reason: null, sinceMs: atMs };
  });
  return { stages, page: { transcriber: 'able', synthesizer: 'able' } };
}

function ofStages<T>(of: (stage: Stage) => T): Record<Stage, T> {
  return Object.fromEntries(STAGES.map((stage) => [stage, of(stage)])) as Record<Stage, T>;
}

/** The ladder after the session was described again; most often it says what is known. */
export function ladderAfterSession(
  ladder: Ladder,
  providers: SessionDescription['providers'],
  atMs: number,
): Ladder {
  const stages = ofStages((stage): StageState => {
    const before = ladder.stages[stage];
    const now = providers[stage];
    if (before.now === now) return before;
    const usual = isChoice(before.now, now) ? now : before.usual;
    return { now, usual, reason: null, sinceMs: atMs };
  });
  const isSame = STAGES.every((stage) => stages[stage] === ladder.stages[stage]);
  return isSame ? ladder : { ...ladder, stages };
}

/** Outages have events of their own: the person has chosen the browser, or the relay again. */
function isChoice(before: string, now: string): boolean {
  return before === 'browser' || now === 'browser';
}

/** The present provider of each stage. */
export function servedBy(ladder: Ladder | null): Record<Stage, string> | null {
  return ladder === null ? null : ofStages((stage) => ladder.stages[stage].now);
}

type LadderNotice = Extract<MediaNotice, { type: 'stage-changed' | 'page-ability' }>;

export function ladderAfter(ladder: Ladder, notice: LadderNotice, atMs: number): Ladder {
  switch (notice.type) {
    case 'stage-changed': {
      const { stage, to: now, reason } = notice;
      const before = ladder.stages[stage];
      // If a better provider comes back, the session had begun with a stand-in, unannounced.
      const usual = reason === null && before.now === before.usual ? now : before.usual;
      const state: StageState = { now, usual, reason, sinceMs: atMs };
      return { ...ladder, stages: { ...ladder.stages, [stage]: state } };
    }
    case 'page-ability':
      return { ...ladder, page: { ...ladder.page, [notice.stage]: notice.ability } };
  }
}

/** How a stage fares, for people. */
export type StageStanding =
  | 'usual'
  /** Another provider. */
  | 'stand-in'
  /** The page does it by itself, and that is not how the session began. */
  | 'page-stand-in'
  /** The page does it by itself, as it did from the beginning. */
  | 'page'
  /** No provider is left. */
  | 'none';

export function standingOf({ stages, page }: Ladder, stage: Stage): StageStanding {
  const { now, usual } = stages[stage];
  if (now === 'none') return 'none';
  if (now === 'browser') {
    if (stage === 'generator' || page[stage] !== 'able') return 'none';
    return usual === 'browser' ? 'page' : 'page-stand-in';
  }
  return now === usual ? 'usual' : 'stand-in';
}
