import { useState } from "react";

import type { Field, Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Chip, Grade, Tags } from "../records/Chips";
import { InPlace } from "../records/Fact";
import { isGraded } from "../records/fields";
import { InlineEditor } from "../records/InlineEditor";
import type { Saving } from "../records/save";
import { UserName } from "../records/Value";
import { isEmpty } from "../records/values";
import { Company } from "../ui/Avatar";
import { Icon } from "../ui/Icon";

interface Props {
  fields: Field[];
  row: Row;
  saving: Saving;
  /** Above the tabs of the phone: it names the page, and has the owner, who is on another tab. */
  page?: boolean;
}

/** Shown by the head, and not again among the facts. */
export const IN_HEAD = ["name", "shortName", "level", "tags"];

/** What people call the customer, its whole name below, its level and tags. */
export function CustomerHead({ fields, row, saving, page = false }: Props) {
  const field = (name: string) => fields.find((each) => each.name === name);
  const [name, short, level, tags] = [field("name"), field("shortName"), field("level"), field("tags")];
  const hasShort = short !== undefined && !isEmpty(row["shortName"]) && row["shortName"] !== row["name"];
  const Heading = page ? "h1" : "h2";
  return (
    <div className="chead">
      <div className="row g12">
        <Company name={(hasShort ? row["shortName"] : row["name"]) as string} size="x" />
        <div className="sp" style={{ minWidth: 0 }}>
          <Heading className="name">
            {hasShort ? <InPlace className="plain" field={short} row={row} saving={saving} /> : name && <InPlace className="plain" field={name} row={row} saving={saving} />}
          </Heading>
          {hasShort && name && (
            <div className="sm mut">
              <InPlace className="plain" field={name} row={row} saving={saving} />
            </div>
          )}
        </div>
      </div>
      <div className="row g6 wrap chips2">
        {level && <Level field={level} row={row} saving={saving} />}
        {tags && <TagRow field={tags} row={row} saving={saving} />}
        {page && typeof row["ownerId"] === "string" && <UserName id={row["ownerId"]} />}
      </div>
    </div>
  );
}

/** A grade is an outlined letter; what a tenant calls otherwise is a chip. */
function Level({ field, row, saving }: { field: Field; row: Row; saving: Saving }) {
  const label = useLabel();
  const [editing, setEditing] = useState(false);
  if (editing) return <span style={{ minWidth: 120 }}><InlineEditor field={field} row={row} saving={saving} onDone={() => setEditing(false)} /></span>;
  const option = field.options.find((each) => each.value === row[field.name]);
  const text = option ? label(option.label) : "";
  return (
    <button type="button" className="plain" aria-label={`${label(field.label)}: ${text}`} title={`${label(field.label)}: ${text}`} onClick={() => setEditing(true)}>
      {option && isGraded(field) && <Grade field={field} value={row[field.name]} />}
      {option && !isGraded(field) && <Chip color={option.color} text={text} active={option.active} />}
      {!option && <span className="tag l mut"><Icon name="plus" size={14} />{label(field.label)}</span>}
    </button>
  );
}

function TagRow({ field, row, saving }: { field: Field; row: Row; saving: Saving }) {
  const t = useT();
  const label = useLabel();
  const [editing, setEditing] = useState(false);
  if (editing) return <InlineEditor field={field} row={row} saving={saving} onDone={() => setEditing(false)} />;
  const ids = (row[field.name] as string[] | null) ?? [];
  return (
    <>
      {ids.length > 0 && <Tags field={field} ids={ids} />}
      <button type="button" className="tag l mut" aria-label={t("record.editTags")} title={t("record.editTags")} onClick={() => setEditing(true)}>
        <Icon name="plus" size={14} />
        {ids.length === 0 && label(field.label)}
      </button>
    </>
  );
}
