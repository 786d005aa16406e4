import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Tag } from "../api/schema";
import { shortDay } from "../format/dates";
import { type Key, useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/AskAdmin";
import { useIsAdmin } from "../organisation/useOrganisation";
import { Chip } from "../records/Value";
import { Section } from "../settings/Section";
import { usePreferences } from "../state/preferences";
import { Button, IconButton } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { TagDialog } from "./TagDialog";
import { tags } from "./useChoices";

/** The tags that records can get. */
export default function TagsPage() {
  const t = useT();
  const admin = useIsAdmin();
  const { language } = usePreferences();
  const { data, error, refetch } = useQuery(tags);
  const [shown, show] = useState<Tag | "new" | null>(null);
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("choices.addTag")}</Button>;
  return (
    <Section title={t("choices.tags")} count={data?.length} actions={data && data.length > 0 && add} hint={t("choices.tagHint")}>
      {!admin && <AskAdmin />}
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={4} />}
      {data?.length === 0 && <Empty icon="tag" title={t("choices.noTags")}>{add}</Empty>}
      {data && data.length > 0 && (
        <div className="card clip">
          <table className="ct">
            <thead>
              <tr>
                <th>{t("choices.name")}</th>
                <th>{t("choices.color")}</th>
                <th>{t("org.status")}</th>
                <th className="hide-phone">{t("choices.since")}</th>
                <th><span className="sr">{t("action.edit")}</span></th>
              </tr>
            </thead>
            <tbody>
              {data.map((each) => (
                <tr key={each.tagId} className={each.active ? "" : "off"}>
                  <th scope="row"><Chip color={each.color} text={each.name} /></th>
                  <td>{t(`color.${each.color}` as Key)}</td>
                  <td className="nw">{t(each.active ? "choices.inUse" : "choices.inactive")}</td>
                  <td className="hide-phone nw">{shortDay(each.createdAt, language)}</td>
                  <td className="fit">{admin && <IconButton icon="pen" label={`${t("action.edit")}: ${each.name}`} onClick={() => show(each)} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown !== null && <TagDialog tag={shown === "new" ? null : shown} tags={data ?? []} onClose={() => show(null)} />}
    </Section>
  );
}
