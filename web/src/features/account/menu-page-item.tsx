import type { ReactNode } from 'react';
import { DropdownMenu } from 'radix-ui';
import { Link } from 'wouter';
import styles from './account-menu.module.css';

interface MenuPageItemProps {
  readonly path: string;
  readonly icon: ReactNode;
  readonly name: string;
}

/** Opens another page from the account menu. */
export function MenuPageItem({ path, icon, name }: MenuPageItemProps) {
  return (
    <DropdownMenu.Item asChild>
      <Link href={path} className={styles.item}>
        {icon}
        {name}
      </Link>
    </DropdownMenu.Item>
  );
}
