import { useStore } from 'zustand';
import { useController } from '../../store/controller-context.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { AccessCodeForm } from './access-code-form.tsx';
import { SignIn } from './sign-in.tsx';

/** What the person is asked for before they can go on. */
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
    case 'sign-in':
      return (
        <DialogFrame title="Sign in" onClose={account.dismiss}>
          <SignIn />
        </DialogFrame>
      );
  }
}
