import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { whoami } from "../api/resources";
import type { ApiKey } from "../api/schema";
import { useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/AskAdmin";
import { useIsAdmin } from "../organisation/useOrganisation";
import { Section } from "../settings/Section";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { KeyDialog } from "./KeyDialog";
import { KeyRow } from "./KeyRow";
import { RevokeDialog } from "./RevokeDialog";
import { keys } from "./useKeys";

/** The keys of programs: who may do what with them, and until when. */
export default function KeysPage() {
  const t = useT();
  const admin = useIsAdmin();
  const { data: me } = useQuery(whoami);
  if (me && admin) return <Keys checked={me.auth !== "dev" && me.auth !== "gateway"} />;
  return <Section title={t("keys.title")}>{me ? <AskAdmin /> : <SkeletonLines lines={4} />}</Section>;
}

/** `checked`: whether this service asks for keys at all. */
function Keys({ checked }: { checked: boolean }) {
  const t = useT();
  const { data, error, refetch } = useQuery(keys);
  const [adding, add] = useState(false);
  const [revoking, revoke] = useState<ApiKey | null>(null);
  const button = <Button icon="plus" look="primary" onClick={() => add(true)}>{t("keys.add")}</Button>;
  return (
    <Section title={t("keys.title")} count={data?.length || undefined} actions={data && data.length > 0 && button} hint={t("keys.hint")}>
      {!checked && (
        <p className="note n" style={{ marginBottom: 12 }}>
          <Icon name="info" />
          {t("keys.unchecked")}
        </p>
      )}
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={4} />}
      {data?.length === 0 && <Empty icon="key" title={t("keys.none")} hint={t("keys.noneHint")}>{button}</Empty>}
      {data && data.length > 0 && (
        <ul className="card clip">
          {data.map((each) => <KeyRow key={each.apiKeyId} of={each} onRevoke={() => revoke(each)} />)}
        </ul>
      )}
      {adding && <KeyDialog onClose={() => add(false)} />}
      {revoking && <RevokeDialog of={revoking} onClose={() => revoke(null)} />}
    </Section>
  );
}
