import { useQueries } from "@tanstack/react-query";
import { useState } from "react";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { User } from "../api/schema";
import { useT } from "../i18n/translate";
import { useIsAdmin } from "../organisation/useOrganisation";
import { useColleagues } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";

/** Each person is one question: beyond these, one asks the service for somebody by name. */
const MOST = 50;

/** For administrators: who sees the customer, and by which rule. */
export function Access({ customerId, name }: { customerId: string; name: string }) {
  const t = useT();
  const admin = useIsAdmin();
  const [open, setOpen] = useState(false);
  if (!admin) return null;
  return (
    <>
      <button type="button" className="fold link md" onClick={() => setOpen(true)}>
        <Icon name="shield" />
        {t("access.who")}
      </button>
      {open && <AccessDialog customerId={customerId} name={name} onClose={() => setOpen(false)} />}
    </>
  );
}

const asked = (customerId: string, userId: string) => ({
  queryKey: ["customer", "access", customerId, userId],
  queryFn: ({ signal }: { signal: AbortSignal }) => {
    const params = { header: caller(), path: { customer_id: customerId }, query: { userId } };
    return body(api.GET("/customers/{customer_id}/access", { params, signal }));
  },
});

function AccessDialog({ customerId, name, onClose }: { customerId: string; name: string; onClose: () => void }) {
  const t = useT();
  const people = useColleagues().slice(0, MOST);
  const answers = useQueries({ queries: people.map((each) => asked(customerId, each.userId)) });
  const failed = answers.find((each) => each.error);
  const loading = answers.some((each) => each.isPending);
  const rows = people.flatMap((user, at) => {
    const answer = answers[at]?.data;
    return answer ? [{ user, answer }] : [];
  });
  const seen = rows.filter((each) => each.answer.granted);
  const others = rows.filter((each) => !each.answer.granted);
  return (
    <Dialog title={t("access.title", { name })} width={480} onClose={onClose}>
      {failed && <Failed error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && loading && <SkeletonLines lines={4} />}
      {!failed && !loading && (
        <>
          <h3 className="h" style={{ marginTop: 8 }}>{t("access.sees", { n: seen.length })}</h3>
          <ul className="card clip">{seen.map((each) => <Seen key={each.user.userId} user={each.user} why={each.answer.explanation} />)}</ul>
          {others.length > 0 && (
            <>
              <h3 className="h" style={{ marginTop: 8 }}>{t("access.not", { n: others.length })}</h3>
              <p className="md ink2">{others.map((each) => each.user.name).join("、")}</p>
            </>
          )}
          <p className="sm mut" style={{ marginTop: 12 }}>{t("access.note")}</p>
        </>
      )}
    </Dialog>
  );
}

function Seen({ user, why }: { user: User; why: string }) {
  return (
    <li className="li">
      <Person id={user.userId} name={user.name} size="m" />
      <span className="col sp">
        <span className="el">{user.name}</span>
        <span className="sm mut">{why}</span>
      </span>
    </li>
  );
}
