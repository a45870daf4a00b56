import { useMemo } from 'react';
import { EyeOff, MessagesSquare } from 'lucide-react';
import { Link } from 'wouter';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { createRemote } from '../account/remote.ts';
import { useAccountPages } from '../account/account-pages-context.ts';
import { LoadingState, PageState } from '../account/page-state.tsx';
import stateStyles from '../account/page-state.module.css';
import { useRemote } from '../account/use-remote.ts';

/** An empty history: nothing was said yet, or this server keeps nothing of what is said. */
export function NothingKept() {
  const { api } = useAccountPages();
  const me = useRemote(useMemo(() => createRemote((signal) => api.me(signal)), [api]));
  // Not one after the other: the reason would change under the reader's eyes.
  if (me.kind === 'loading') return <LoadingState rows={2} />;
  if (me.kind === 'ready' && me.value.storage.transcripts === 'off') {
    return (
      <PageState icon={<EyeOff />} title="Conversations are not kept here">
        <p>
          This server is set to keep nothing of what is said. What calls have used and cost is shown
          under Usage.
        </p>
        <Link href={PAGE_PATHS.usage} className={stateStyles.link}>
          To the usage
        </Link>
      </PageState>
    );
  }
  return (
    <PageState icon={<MessagesSquare />} title="Nothing here yet">
      <p>What you talk about is kept here, to be read again, searched or gone on with.</p>
      <Link href="/" className={stateStyles.link}>
        To the call screen
      </Link>
    </PageState>
  );
}
