import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "wouter";

import { fieldsOf } from "../api/resources";
import type { TenantOption } from "../api/schema";
import { type Key, useLabel, useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/AskAdmin";
import { useIsAdmin } from "../organisation/useOrganisation";
import { Chip } from "../records/Value";
import { Section } from "../settings/Section";
import { Table } from "../settings/Table";
import { Button, IconButton } from "../ui/Button";
import { Choice } from "../ui/Field";
import { Loaded } from "../ui/Loaded";
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

/** The values that fields can have: what a tenant calls them, and in which colours. */
export default function OptionsPage() {
  const t = useT();
  const label = useLabel();
  const admin = useIsAdmin();
  const nameOf = useFieldName();
  const [params, setParams] = useSearchParams();
  const found = useQuery(options);
  const [shown, show] = useState<TenantOption | "new" | null>(null);
  const all = found.data ?? [];
  const fields = [...new Set(all.map((each) => each.field))];
  const field = fields.find((each) => each === params.get("field")) ?? fields[0] ?? "";
  const rows = all.filter((each) => each.field === field);
  const add = admin && field !== "" && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("choices.addOption")}</Button>;
  const columns = [
    { label: t("choices.shown") },
    { label: t("choices.zh"), className: "hide-phone" },
    { label: t("choices.en"), className: "hide-phone" },
    { label: t("choices.optionId") },
    { label: t("org.status") },
    { label: t("action.edit"), silent: true },
  ];
  const bar = (
    <label className="row g8">
      <span className="mut md nw">{t("choices.field")}</span>
      <Choice aria-label={t("choices.field")} className="fitc" value={field} onChange={(event) => setParams({ field: event.target.value })}>
        {fields.map((each) => <option key={each} value={each}>{nameOf(each)}</option>)}
      </Choice>
    </label>
  );
  return (
    <Section title={t("choices.options")} actions={add} hint={t("choices.hint")} bar={bar}>
      {!admin && <AskAdmin />}
      <Loaded found={found} lines={4}>
        {() => rows.length > 0 && (
          <Table columns={columns}>
            {rows.map((each) => (
              <tr key={each.optionId} className={each.active ? "" : "off"}>
                <th scope="row"><Chip color={each.color} text={label(each.label)} /></th>
                <td className="hide-phone">{each.label.zh}</td>
                <td className="hide-phone">{each.label.en}</td>
                <td>{each.optionId}</td>
                <td className="nw">{t(each.active ? "choices.inUse" : "choices.inactive")}</td>
                <td className="fit">{admin && <IconButton icon="pen" label={`${t("action.edit")}: ${label(each.label)}`} onClick={() => show(each)} />}</td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      {shown !== null && <OptionDialog field={field} option={shown === "new" ? null : shown} onClose={() => show(null)} />}
    </Section>
  );
}
