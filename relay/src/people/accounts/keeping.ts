import { join } from 'node:path';
import type { Me } from '@parley/shared';
import type { Config } from '../../base/config/config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import { Recordings } from '../../keeping/recordings/recordings.ts';
import { Sealing } from '../../keeping/storage/sealing.ts';
import type { Storage } from '../../keeping/storage/storage.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import { ConversationRecorder } from './conversation-recorder.ts';

export interface KeepingOptions {
  readonly config: Pick<Config, 'dataDir' | 'recording' | 'storage'>;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** What a relay keeps of calls: what was said, and recordings. */
export interface Keeping {
  /** The information for people about it. */
  readonly terms: Me['storage'];
  readonly observers: readonly CallObserver[];
  readonly recordings: Recordings;
  /** undefined: none begins. */
  readonly newRecordings: Recordings | undefined;
}

export function keepingOf({ config, storage, ...rest }: KeepingOptions): Keeping {
  const { transcripts, sealing: keys, retentionDays } = config.storage;
  const sealing = new Sealing(keys);
  const isOn = storage.state !== 'off';
  const recorder = new ConversationRecorder({
    append: (record) => storage.append(record),
    sealing: transcripts === 'off' ? undefined : sealing,
  });
  const dir = join(config.dataDir, 'recordings');
  const maxBytes = config.recording?.maxBytes ?? 0;
  const recordings = new Recordings({ dir, maxBytes, sealing, ...rest });
  const newRecordings = isOn && config.recording !== undefined ? recordings : undefined;
  return {
    terms: {
      transcripts: isOn ? transcripts : 'off',
      retention_days: retentionDays ?? null,
      recording: newRecordings !== undefined,
    },
    observers: isOn ? [recorder] : [],
    recordings,
    newRecordings,
  };
}
