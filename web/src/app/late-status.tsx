import { useEffect } from 'react';
import { CloudOff } from 'lucide-react';
import { PageFrame } from '../features/account/page-frame.tsx';
import { LoadingState, PageState } from '../features/account/page-state.tsx';
import { Button } from '../ui/button.tsx';
import { useLoaded } from '../ui/use-loaded.ts';

const fetchPage = () => import('../features/status/status-page.tsx');

/** The status page, fetched when it is opened: few people ever do. */
export function LateStatus() {
  const { part, failed, load } = useLoaded(fetchPage);
  useEffect(load, [load]);
  if (part !== null) return <part.StatusPage />;
  return (
    <PageFrame title="Status" isWide>
      {failed ? (
        <PageState icon={<CloudOff />} title="This page could not be loaded">
          <p role="alert">Check the connection.</p>
          <Button onClick={load}>Try again</Button>
        </PageState>
      ) : (
        <LoadingState rows={3} />
      )}
    </PageFrame>
  );
}
