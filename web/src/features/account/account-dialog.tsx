import { useStore } from 'zustand';
import { useController } from '../call/controller-context.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { AccessCodeForm } from './access-code-form.tsx';
import { PrivacySection } from '../settings/privacy-section.tsx';
import { SignIn } from './sign-in.tsx';

/** What the relay asks of the person, and they of it. */
export function AccountDialog() {
  const { account } = useController();
  const question = useStore(account.store, (state) => state.question);
  switch (question) {
    case null:
      return null;
    case 'access-code':
      return (
        <DialogFrame title="Access code" onClose={account.dismiss}>
          <AccessCodeForm />
        </DialogFrame>
      );
    case 'privacy':
      return (
        <DialogFrame title="Privacy" onClose={account.dismiss}>
          <PrivacySection />
        </DialogFrame>
      );
    case 'sign-in':
      return (
        <DialogFrame title="Sign in" onClose={account.dismiss}>
          <SignIn />
        </DialogFrame>
      );
  }
}
