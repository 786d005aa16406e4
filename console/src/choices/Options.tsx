import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "wouter";

import { fieldsOf } from "../api/resources";
import type { TenantOption } from "../api/schema";
import { type Key, useLabel, useT } from "../i18n/translate";
import { Chip } from "../records/Value";
import { Button, IconButton } from "../ui/Button";
import { Choice } from "../ui/Field";
import { Failed, SkeletonLines } from "../ui/States";
import { OptionDialog } from "./OptionDialog";
import { options } from "./useChoices";

const RESOURCES = ["customer", "contact", "opportunity", "follow_up"] as const;

/** What people call a field: customer · source. */
function useFieldName(): (field: string) => string {
  const t = useT();
  const label = useLabel();
  const described = useQueries({ queries: RESOURCES.map(fieldsOf) });
  return (name) => {
    const [resource = "", member = ""] = name.split(".");
    const found = described.flatMap(({ data }) => (data?.resource === resource ? data.fields : [])).find((each) => each.name === member);
    return `${t(`type.${resource}` as Key)} · ${found ? label(found.label) : member}`;
  };
}

export function Options({ admin }: { admin: boolean }) {
  const t = useT();
  const label = useLabel();
  const nameOf = useFieldName();
  const [params, setParams] = useSearchParams();
  const { data, error, refetch } = useQuery(options);
  const [shown, show] = useState<TenantOption | "new" | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const fields = [...new Set(data.map((each) => each.field))];
  const field = fields.find((each) => each === params.get("field")) ?? fields[0] ?? "";
  return (
    <>
      <div className="row g8 wrap" style={{ marginBottom: 12 }}>
        <Choice aria-label={t("choices.field")} style={{ width: 240 }} value={field} onChange={(event) => setParams({ tab: "options", field: event.target.value })}>
          {fields.map((each) => <option key={each} value={each}>{nameOf(each)}</option>)}
        </Choice>
        <span className="mut sp" style={{ minWidth: 200 }}>{t("choices.hint")}</span>
        {admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("choices.addOption")}</Button>}
      </div>
      <ul className="card clip">
        {data.filter((each) => each.field === field).map((each) => (
          <li key={each.optionId} className="li">
            <span className="sp row g8 wrap">
              <Chip color={each.color} text={label(each.label)} />
              <span className="sm mut">{each.optionId}</span>
              {!each.active && <span className="tag l">{t("choices.inactive")}</span>}
            </span>
            {admin && <IconButton icon="pen" label={`${t("action.edit")}: ${label(each.label)}`} onClick={() => show(each)} />}
          </li>
        ))}
      </ul>
      {shown !== null && <OptionDialog field={field} option={shown === "new" ? null : shown} onClose={() => show(null)} />}
    </>
  );
}
