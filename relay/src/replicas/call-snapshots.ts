import type { Logger } from '../base/lib/logger.ts';
import { parseJson } from '../base/lib/json.ts';
import {
  snapshotSchema,
  type SessionSnapshot,
  type SnapshotKeeper,
} from '../call/session/session-snapshot.ts';
import type { Replicas } from './replicas.ts';
import type { SharedSeal } from './shared-seal.ts';

export interface CallSnapshotsOptions {
  readonly replicas: Pick<Replicas, 'keep' | 'forget'>;
  readonly seal: SharedSeal;
  /** false: what was said stays in the memory of this relay. */
  readonly keepsWords: boolean;
  /** How long a call may go on without a turn, ms. */
  readonly ttlMs: number;
  readonly logger: Logger;
}

/** Snapshots of calls in Redis, under the same rules as conversations in the database. */
export class CallSnapshots implements SnapshotKeeper {
  readonly #options: CallSnapshotsOptions;

  constructor(options: CallSnapshotsOptions) {
    this.#options = options;
  }

  keep(resumeKey: string, snapshot: SessionSnapshot, isReleased: boolean): Promise<boolean> {
    const { replicas, seal, keepsWords, ttlMs } = this.#options;
    // In a call in which nothing was said yet, there is nothing to forget.
    const isWordless = snapshot.messages?.length === 0;
    const kept = keepsWords || isWordless ? snapshot : withoutWords(snapshot);
    const sealed = seal.seal(JSON.stringify(kept), placeOf(resumeKey));
    return replicas.keep(resumeKey, sealed, { ttlMs, isReleased });
  }

  forget(resumeKey: string): void {
    const { replicas, logger } = this.#options;
    replicas
      .forget(resumeKey)
      .catch((err: unknown) =>
        logger.debug({ err }, 'the snapshot of a call stays until it expires'),
      );
  }

  /** @returns undefined if another version wrote it, or its key is not known here */
  read(resumeKey: string, text: string): SessionSnapshot | undefined {
    const { seal, logger } = this.#options;
    const opened = snapshotSchema.safeParse(parseJson(seal.open(text, placeOf(resumeKey)) ?? ''));
    if (!opened.success) logger.warn('the snapshot of a call cannot be read by this relay');
    return opened.data;
  }
}

/** Reminders still ring, but do not say what of. */
function withoutWords(snapshot: SessionSnapshot): SessionSnapshot {
  const { conversation } = snapshot;
  const reminders = conversation.reminders.map(({ id, dueAtMs }) => ({
    ...{ id, dueAtMs, label: 'reminder', text: 'Your reminder is due.' },
  }));
  return { ...snapshot, messages: undefined, conversation: { ...conversation, reminders } };
}

function placeOf(resumeKey: string): string {
  return `call:${resumeKey}`;
}
