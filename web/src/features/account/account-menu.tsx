import { useState } from 'react';
import { MissingPart, useLoaded } from '../../ui/late.tsx';
import { AccountButton } from './account-button.tsx';

const fetchItems = () => import('./account-menu-items.tsx');

/**
 * The way to what is kept of a person. The menu itself is fetched when it is about to be opened:
 * nothing of it is needed for a call.
 */
export function AccountMenu() {
  const { part, failed, load } = useLoaded(fetchItems);
  const [isWanted, setWanted] = useState(false);
  if (isWanted && part !== null) return <part.AccountMenuItems />;
  return (
    <>
      <AccountButton
        aria-haspopup="menu"
        aria-expanded={false}
        onPointerEnter={load}
        onFocus={load}
        onClick={() => {
          setWanted(true);
          load();
        }}
      />
      {isWanted && failed && <MissingPart onRetry={load} onClose={() => setWanted(false)} />}
    </>
  );
}
