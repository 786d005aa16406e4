import type { Field, Row } from "../api/resources";
import { age, daysFrom, fullTime, shortDay } from "../format/dates";
import { money } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { colorClass } from "./colors";
import { embedded, isMoney, isTime } from "./fields";

export function Time({ value, aged = true }: { value: string; aged?: boolean }) {
  const { language } = usePreferences();
  return (
    <time dateTime={value} title={fullTime(value, language)} className="row g8">
      <span>{shortDay(value, language)}</span>
      {aged && Math.abs(daysFrom(value)) < 1000 && <span className="sm mut">{age(value, language)}</span>}
    </time>
  );
}

export function UserName({ id }: { id: string }) {
  const names = useNames();
  return (
    <span className="row g6 el">
      <Person id={id} name={names(id)} />
      <span className="el">{names(id)}</span>
    </span>
  );
}

/** An option or a tag in its colour. One that is no longer active is struck through. */
export function Chip({ color, text, active = true }: { color: string | null; text: string; active?: boolean }) {
  return <span className={`tag ${colorClass(color)}${active ? "" : " off"}`}>{text}</span>;
}

export function Tags({ field, ids }: { field: Field; ids: string[] }) {
  const label = useLabel();
  if (ids.length === 0) return <span className="mut">—</span>;
  return (
    <span className="row g4 el">
      {ids.map((id) => {
        const tag = field.options.find((each) => each.value === id);
        return <Chip key={id} color={tag?.color ?? null} text={tag ? label(tag.label) : "…"} active={tag?.active ?? true} />;
      })}
    </span>
  );
}

const TONES: Record<string, string> = { "2": "o", "3": "d" };

function Option({ field, value }: { field: Field; value: string | number }) {
  const label = useLabel();
  const option = field.options.find((each) => each.value === value);
  const text = option ? label(option.label) : String(value);
  if (field.name === "stage") {
    return (
      <span className="stc">
        <i className={`dot s${value}`} />
        {text}
      </span>
    );
  }
  if (option?.color) return <Chip color={option.color} text={text} active={option.active} />;
  const tone = field.name === "status" && field.options.length > 2 ? (TONES[String(value)] ?? "n") : "n";
  return <span className={`tag ${tone}`}>{text}</span>;
}

/** Late is red, today is amber, later is quiet. */
export function NextContact({ value }: { value: string }) {
  const t = useT();
  const days = daysFrom(value);
  if (days > 0) return <Time value={value} aged={false} />;
  return <span className={`tag ${days < 0 ? "d" : "w"}`}>{days < 0 ? t("time.late", { n: -days }) : t("time.today")}</span>;
}

/** One member of a record, as its kind is written. What people typed is always text. */
export function Value({ field, row }: { field: Field; row: Row }) {
  const t = useT();
  const value = row[field.name];
  if (value === null || value === undefined || value === "") return <span className="mut">{field.name === "nextContactAt" ? t("record.noNextStep") : "—"}</span>;
  if (field.name === "nextContactAt") return <NextContact value={value as string} />;
  if (isMoney(field)) return <span className="nw">{money(value as number, (row["currency"] as string | undefined) ?? "CNY")}</span>;
  if (isTime(field)) return <Time value={value as string} />;
  if (field.type === "option") return <Option field={field} value={value as string | number} />;
  if (field.type === "user") return <UserName id={value as string} />;
  if (field.type === "boolean") return <span>{value === true ? t("value.yes") : t("value.no")}</span>;
  if (field.type === "reference") return <Reference field={field} row={row} />;
  if (field.type === "tags") return <Tags field={field} ids={value as string[]} />;
  if (Array.isArray(value)) return <span className="el">{value.map(String).join(", ")}</span>;
  return <span className={field.type === "multilineText" ? "pre" : "el"}>{`${value as string | number}`}</span>;
}

function Reference({ field, row }: { field: Field; row: Row }) {
  const record = embedded(field, row);
  if (record === null) return <span className="mut">—</span>;
  const title = record["name"] ?? record["title"] ?? record["contractNo"] ?? record["content"];
  return <span className="el">{title as string}</span>;
}
