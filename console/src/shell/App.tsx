import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { SignIn } from "../signin/SignIn";
import { SignInAgain } from "../signin/SignInAgain";
import { useSession } from "../state/session";
import { Toasts } from "../ui/Toasts";
import { Shell } from "./Shell";

export function App() {
  const { session, refused } = useSession();
  const queries = useQueryClient();
  useEffect(() => {
    // What one person read is not for the next.
    if (session === null) queries.clear();
  }, [session, queries]);
  if (session === null) return <SignIn />;
  return (
    <>
      <Shell key={`${session.tenant} ${session.user}`} />
      {refused !== null && <SignInAgain message={refused} />}
      <Toasts />
    </>
  );
}
