import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Tag } from "../api/schema";
import { shortDay } from "../format/dates";
import { type Key, useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/AskAdmin";
import { useIsAdmin } from "../organisation/useOrganisation";
import { Chip } from "../records/Value";
import { Section } from "../settings/Section";
import { Table } from "../settings/Table";
import { usePreferences } from "../state/preferences";
import { Button, IconButton } from "../ui/Button";
import { Loaded } from "../ui/Loaded";
import { Empty } from "../ui/States";
import { TagDialog } from "./TagDialog";
import { tags } from "./useChoices";

/** The tags that records can get. */
export default function TagsPage() {
  const t = useT();
  const admin = useIsAdmin();
  const { language } = usePreferences();
  const found = useQuery(tags);
  const [shown, show] = useState<Tag | "new" | null>(null);
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("choices.addTag")}</Button>;
  const columns = [
    { label: t("choices.name") },
    { label: t("choices.color") },
    { label: t("org.status") },
    { label: t("choices.since"), className: "hide-phone" },
    { label: t("action.edit"), silent: true },
  ];
  return (
    <Section title={t("choices.tags")} count={found.data?.length} actions={!!found.data?.length && add} hint={t("choices.tagHint")}>
      {!admin && <AskAdmin />}
      <Loaded found={found} lines={4}>
        {(all) => all.length === 0 ? (
          <Empty icon="tag" title={t("choices.noTags")}>{add}</Empty>
        ) : (
          <Table columns={columns}>
            {all.map((each) => (
              <tr key={each.tagId} className={each.active ? "" : "off"}>
                <th scope="row"><Chip color={each.color} text={each.name} /></th>
                <td>{t(`color.${each.color}` as Key)}</td>
                <td className="nw">{t(each.active ? "choices.inUse" : "choices.inactive")}</td>
                <td className="hide-phone nw">{shortDay(each.createdAt, language)}</td>
                <td className="fit">{admin && <IconButton icon="pen" label={`${t("action.edit")}: ${each.name}`} onClick={() => show(each)} />}</td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      {shown !== null && <TagDialog tag={shown === "new" ? null : shown} tags={found.data ?? []} onClose={() => show(null)} />}
    </Section>
  );
}
