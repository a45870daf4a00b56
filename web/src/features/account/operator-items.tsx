import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { MenuPageItem } from './menu-page-item.tsx';
import { useMe } from './use-remote.ts';
import styles from './account-menu.module.css';

/** What the account menu has for administrators; nothing until the relay has said that it is one. */
export function OperatorItems() {
  const { me } = useMe();
  if (me.kind !== 'ready' || me.value.role !== 'admin') return null;
  return (
    <>
      <DropdownMenu.Separator className={styles.line} />
      <MenuPageItem path={PAGE_PATHS.status} icon="gauge" name="Status" />
    </>
  );
}
