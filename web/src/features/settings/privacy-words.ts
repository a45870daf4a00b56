import type { Me } from '@parley/shared';

/**
 * What is kept of the person and for how long, in plain words.
 *
 * @param name - of their account; null for guests
 */
export function keptWords({ storage }: Pick<Me, 'storage'>, name: string | null): string {
  const who =
    name === null
      ? 'You are a guest: what is kept of you can be reached from this browser alone.'
      : `You are signed in as ${name}.`;
  return `${who} ${WHAT[storage.transcripts]} ${howLong(storage)}`;
}

/** If the relay takes reports of the page's errors. */
export const REPORTED =
  'If this page fails, the operator of this server is told what failed and where, never what was said.';

const WHAT: Readonly<Record<Me['storage']['transcripts'], string>> = {
  on: 'What is said in calls is kept, with their times and costs.',
  encrypted: 'What is said in calls is kept encrypted, with their times and costs.',
  off: 'What is said is not kept, only when calls were, how long they took and what they cost.',
};

function howLong({ retention_days: days }: Me['storage']): string {
  if (days === null) return 'It stays until you delete it.';
  return days === 1 ? 'It is deleted after a day.' : `It is deleted after ${days} days.`;
}
