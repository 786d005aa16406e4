import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Tag } from "../api/schema";
import { useT } from "../i18n/translate";
import { Chip } from "../records/Value";
import { Button, IconButton } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { TagDialog } from "./TagDialog";
import { tags } from "./useChoices";

export function TagList({ admin }: { admin: boolean }) {
  const t = useT();
  const { data, error, refetch } = useQuery(tags);
  const [shown, show] = useState<Tag | "new" | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("choices.addTag")}</Button>;
  return (
    <>
      <div className="row g8 wrap" style={{ marginBottom: 12 }}>
        <span className="mut sp" style={{ minWidth: 200 }}>{t("choices.tagHint")}</span>
        {data.length > 0 && add}
      </div>
      {data.length === 0 ? (
        <Empty icon="tag" title={t("choices.noTags")}>{add}</Empty>
      ) : (
        <ul className="card clip">
          {data.map((each) => (
            <li key={each.tagId} className="li">
              <span className="sp row g8 wrap">
                <Chip color={each.color} text={each.name} />
                {!each.active && <span className="tag l">{t("choices.inactive")}</span>}
              </span>
              {admin && <IconButton icon="pen" label={`${t("action.edit")}: ${each.name}`} onClick={() => show(each)} />}
            </li>
          ))}
        </ul>
      )}
      {shown !== null && <TagDialog tag={shown === "new" ? null : shown} tags={data} onClose={() => show(null)} />}
    </>
  );
}
