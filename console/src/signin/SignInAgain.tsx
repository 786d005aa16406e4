import { useQueryClient } from "@tanstack/react-query";

import { useT } from "../i18n/translate";
import { type Session, signIn, useSession } from "../state/session";
import { Dialog } from "../ui/Dialog";
import { SignInForm } from "./SignInForm";

/** Above the page, which keeps what was typed. */
export function SignInAgain({ message }: { message: string }) {
  const t = useT();
  const queries = useQueryClient();
  const { session } = useSession();
  const again = (found: Session) => {
    signIn(found);
    void queries.invalidateQueries();
  };
  return (
    <Dialog title={t("signin.title")} width={440}>
      <p className="ink2" style={{ margin: "4px 0 16px" }}>
        {message} {t("signin.expired")}
      </p>
      <SignInForm {...(session ? { known: session } : {})} onSignedIn={again} />
    </Dialog>
  );
}
