import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { type ApiError, asApiError } from "../api/errors";
import { restore } from "../api/resources";
import type { Deleted } from "../api/schema";
import { daysFrom } from "../format/dates";
import { useT } from "../i18n/translate";
import { pathOf } from "../palette/entries";
import { Time, UserName } from "../records/Value";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { RequestId } from "../ui/States";
import { isKind, type Kind } from "./kinds";

const ICONS: Record<Kind, IconName> = { customer: "building", contact: "user", opportunity: "deal", follow_up: "chat", task: "check" };
const SOON = 3;
const ID = /\(([0-9a-f-]{36})\)/;

export function DeletedRow({ row }: { row: Deleted }) {
  const t = useT();
  const queries = useQueryClient();
  const kind = isKind(row.type) ? row.type : "customer";
  const name = row.title ?? t("bin.unnamed");
  const [requestId] = useState(newRequestId);
  const restoring = useMutation({
    mutationFn: () => restore(kind, row.id, requestId),
    onSuccess: () => {
      void queries.invalidateQueries();
      toast(t("record.restored", { name }));
    },
  });
  const refused = restoring.error ? asApiError(restoring.error) : null;
  const by = row.deletedBy ? <UserName id={row.deletedBy} /> : <span>{t("bin.system")}</span>;
  const purge = row.purgeAt && <Purge at={row.purgeAt} />;
  return (
    <>
      <tr>
        <th scope="row" className="nm">
          <span className="row g8">
            <span className="td"><Icon name={ICONS[kind]} /></span>
            <span className="col">
              <span style={{ overflowWrap: "anywhere" }}>{name}</span>
              <span className="row g8 sm mut wrap only-phone">{by}{purge}</span>
            </span>
          </span>
        </th>
        <td className="hide-phone nw">{t(`type.${kind}`)}</td>
        <td className="hide-phone nw">{by}</td>
        <td className="hide-phone nw"><Time value={row.deletedAt} /></td>
        <td className="hide-phone nw">{purge}</td>
        <td className="fit">
          <Button small icon="undo" busy={restoring.isPending} aria-label={`${t("bin.restore")}: ${name}`} onClick={() => restoring.mutate()}>
            {t("bin.restore")}
          </Button>
        </td>
      </tr>
      {refused && (
        <tr>
          <td colSpan={6}>
            <Refusal error={refused} type={row.type} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Why it cannot come back, and the way to the record that has taken its name meanwhile. */
function Refusal({ error, type }: { error: ApiError; type: string }) {
  const t = useT();
  const other = ID.exec(error.details)?.[1];
  const way = other ? pathOf(type, other) : undefined;
  return (
    <div className="note d" role="alert" style={{ margin: "4px 0" }}>
      <Icon name="alert" />
      <span className="col sp">
        <span>{error.message}</span>
        {error.details && <span>{error.details.replace(ID, "").trim()}</span>}
        {error.status === 403 && <span>{t("error.whoToAsk")}</span>}
        <span className="row g8">
          {way && <Link href={way} className="link">{t("action.open")}</Link>}
          <RequestId error={error} />
        </span>
      </span>
    </div>
  );
}

function Purge({ at }: { at: string }) {
  const t = useT();
  const days = Math.max(0, daysFrom(at));
  return <span className={`tag ${days <= SOON ? "w" : "n"}`}>{t("bin.purge", { n: days })}</span>;
}
