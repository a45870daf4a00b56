import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { Link } from 'wouter';
import { Icon, type IconName } from '../../ui/icon.tsx';
import styles from './account-menu.module.css';

interface MenuPageItemProps {
  readonly path: string;
  readonly icon: IconName;
  readonly name: string;
}

/** Opens another page from the account menu. */
export function MenuPageItem({ path, icon, name }: MenuPageItemProps) {
  return (
    <DropdownMenu.Item asChild>
      <Link href={path} className={styles.item}>
        <Icon name={icon} />
        {name}
      </Link>
    </DropdownMenu.Item>
  );
}
