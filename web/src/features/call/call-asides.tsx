import { FirstTalkGuide } from './first-talk-guide.tsx';
import { OrbSlide } from './orb-slide.tsx';
import { OutageNotice } from './outage-notice.tsx';

/** What a running call may have to say beside itself; fetched when one begins. */
export function CallAsides({ isLong }: { readonly isLong: boolean }) {
  return (
    <>
      <OrbSlide change={isLong} />
      <FirstTalkGuide />
      <OutageNotice />
    </>
  );
}
