import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { whoami } from "../api/resources";
import type { ApiKey } from "../api/schema";
import { useT } from "../i18n/translate";
import { useIsAdmin } from "../organisation/useOrganisation";
import { AskAdmin } from "../organisation/Users";
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
  return (
    <>
      <header className="top back">
        <Link href="/me" className="ib" aria-label={t("settings.title")} title={t("settings.title")}>
          <Icon name="left" />
        </Link>
        <h1>{t("keys.title")}</h1>
      </header>
      <div className="cl">
        <div style={{ maxWidth: 960 }}>{me && (admin ? <Keys checked={me.auth !== "dev" && me.auth !== "gateway"} /> : <AskAdmin />)}</div>
      </div>
    </>
  );
}

/** `checked`: whether this service asks for keys at all. */
function Keys({ checked }: { checked: boolean }) {
  const t = useT();
  const { data, error, refetch } = useQuery(keys);
  const [adding, add] = useState(false);
  const [revoking, revoke] = useState<ApiKey | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const button = <Button icon="plus" look="primary" onClick={() => add(true)}>{t("keys.add")}</Button>;
  return (
    <>
      <div className="row g8 wrap" style={{ marginBottom: 12 }}>
        <span className="mut sp" style={{ minWidth: 200 }}>{t("keys.hint")}</span>
        {data.length > 0 && button}
      </div>
      {!checked && (
        <p className="note n" style={{ marginBottom: 12 }}>
          <Icon name="info" />
          {t("keys.unchecked")}
        </p>
      )}
      {data.length === 0 ? (
        <Empty icon="key" title={t("keys.none")} hint={t("keys.noneHint")}>{button}</Empty>
      ) : (
        <ul className="card clip">
          {data.map((each) => <KeyRow key={each.apiKeyId} of={each} onRevoke={() => revoke(each)} />)}
        </ul>
      )}
      {adding && <KeyDialog onClose={() => add(false)} />}
      {revoking && <RevokeDialog of={revoking} onClose={() => revoke(null)} />}
    </>
  );
}
