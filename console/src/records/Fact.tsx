import { useState } from "react";

import { type Field, idOf, type Resource, type Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { RevealButton } from "../reveal/RevealButton";
import { Icon, type IconName } from "../ui/Icon";
import { isInline } from "./fields";
import { InlineEditor } from "./InlineEditor";
import type { Saving } from "./save";
import { Value } from "./Value";
import { isEmpty } from "./values";

/** Icons by field name, where they say more than the icon of the field's kind. */
const NAMED: Record<string, IconName> = { address: "pin", region: "globe", industry: "building", source: "swap", level: "flag", uscc: "contract" };
const KINDS: Record<string, IconName> = {
  user: "user",
  users: "users",
  tags: "tag",
  option: "tag",
  phone: "phone",
  email: "mail",
  url: "link",
  wechat: "chat",
  birthday: "cal",
  date: "cal",
  time: "clock",
  dateOrTime: "cal",
  money: "money",
  multilineText: "pen",
  reference: "link",
};

export const iconOf = (field: Field): IconName => NAMED[field.name] ?? KINDS[field.type] ?? "rows";

interface Props {
  resource: Resource;
  field: Field;
  row: Row;
  saving: Saving;
}

/** One line: an icon, the label, the value, which is edited in place. */
export function Fact({ resource, field, row, saving }: Props) {
  const label = useLabel();
  return (
    <div className="kv ki">
      <dt>
        <Icon name={iconOf(field)} />
        <span className="el" title={label(field.label)}>{label(field.label)}</span>
      </dt>
      <dd>
        <InPlace field={field} row={row} saving={saving} />
        {field.masked && !isEmpty(row[field.name]) && <RevealButton resource={resource} id={idOf(resource, row)} field={field.name} />}
        {field.type === "url" && !isEmpty(row[field.name]) && <Visit url={row[field.name] as string} />}
      </dd>
    </div>
  );
}

function Visit({ url }: { url: string }) {
  const t = useT();
  return (
    <a className="ib x" href={/^https?:/i.test(url) ? url : `https://${url}`} target="_blank" rel="noopener noreferrer" aria-label={t("record.visit")} title={t("record.visit")}>
      <Icon name="expand" />
    </a>
  );
}

/** The value; where it can be changed, a button that puts an editor in its place. */
export function InPlace({ field, row, saving, className = "val" }: Omit<Props, "resource"> & { className?: string }) {
  const t = useT();
  const [editing, setEditing] = useState(false);
  const shown = isEmpty(row[field.name]) ? <span className="mut">{t("record.fillIn")}</span> : <Value field={field} row={row} />;
  const { kept } = saving;
  const back = kept !== null && kept.id === idOf(saving.resource, row) && field.name in kept.changes;
  if (editing || back) return <InlineEditor field={field} row={row} saving={saving} onDone={() => setEditing(false)} />;
  if (!isInline(field)) return <span className={className}><Value field={field} row={row} /></span>;
  return (
    <button type="button" className={className} title={t("action.edit")} onClick={() => setEditing(true)}>
      {shown}
    </button>
  );
}
