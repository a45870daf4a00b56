import { useState } from 'react';
import { Gauge } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { useAccountAccess } from './account-access.ts';
import { createAccountApi } from './account-api.ts';
import { createRemote } from './remote.ts';
import { MenuPageItem } from './menu-page-item.tsx';
import { useRemote } from './use-remote.ts';
import styles from './account-menu.module.css';

/** What the account menu has for administrators; nothing until the relay has said that it is one. */
export function OperatorItems() {
  const access = useAccountAccess();
  const [remote] = useState(() => {
    const api = createAccountApi(access);
    return createRemote((signal) => api.me(signal));
  });
  const me = useRemote(remote);
  if (me.kind !== 'ready' || me.value.role !== 'admin') return null;
  return (
    <>
      <DropdownMenu.Separator className={styles.line} />
      <MenuPageItem path={PAGE_PATHS.status} icon={<Gauge />} name="Status" />
    </>
  );
}
