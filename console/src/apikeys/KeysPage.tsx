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
import { Loaded } from "../ui/Loaded";
import { Empty, SkeletonLines } from "../ui/States";
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
  const found = useQuery(keys);
  const [adding, add] = useState(false);
  const [revoking, revoke] = useState<ApiKey | null>(null);
  const button = <Button icon="plus" look="primary" onClick={() => add(true)}>{t("keys.add")}</Button>;
  return (
    <Section title={t("keys.title")} count={found.data?.length || undefined} actions={!!found.data?.length && button} hint={t("keys.hint")}>
      {!checked && (
        <p className="note n" style={{ marginBottom: 12 }}>
          <Icon name="info" />
          {t("keys.unchecked")}
        </p>
      )}
      <Loaded found={found} lines={4}>
        {(all) => all.length === 0 ? (
          <Empty icon="key" title={t("keys.none")} hint={t("keys.noneHint")}>{button}</Empty>
        ) : (
          <ul className="card clip">
            {all.map((each) => <KeyRow key={each.apiKeyId} of={each} onRevoke={() => revoke(each)} />)}
          </ul>
        )}
      </Loaded>
      {adding && <KeyDialog onClose={() => add(false)} />}
      {revoking && <RevokeDialog of={revoking} onClose={() => revoke(null)} />}
    </Section>
  );
}
