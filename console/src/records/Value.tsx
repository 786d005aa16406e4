import type { Field, Row } from "../api/resources";
import { PaidPart, percentPaid } from "../contracts/PaidPart";
import { age, clock, dayOfWeek, daysFrom, fullTime, isDateOnly, shortDay } from "../format/dates";
import { money } from "../format/money";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Chip, Grade, Tags } from "./Chips";
import { embedded, isGraded, isMoney, isTime } from "./fields";
import { RegionName } from "./RegionName";
import { isRegion } from "./regions";

export function Time({ value, aged = true }: { value: string; aged?: boolean }) {
  const { language } = usePreferences();
  return (
    <time dateTime={value} title={fullTime(value, language)} className="row g8 tm">
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

function UserAvatar({ id }: { id: string }) {
  const name = useNames()(id);
  return (
    <span title={name} role="img" aria-label={name}>
      <Person id={id} name={name} />
    </span>
  );
}

const TONES: Record<string, string> = { "2": "o", "3": "d" };

function Option({ field, value }: { field: Field; value: string | number }) {
  const label = useLabel();
  const option = field.options.find((each) => each.value === value);
  const text = option ? label(option.label) : String(value);
  if (option && isGraded(field)) {
    return (
      <span className="row g6 el">
        <Grade field={field} value={value} />
        <span className="el">{text.replace(/^[A-Z][\s,，、.:：-]*/, "")}</span>
      </span>
    );
  }
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
  const { language } = usePreferences();
  const days = daysFrom(value);
  if (days > 0) {
    return (
      <time dateTime={value} title={fullTime(value, language)}>
        {dayOfWeek(value, language)}
      </time>
    );
  }
  if (days < 0) return <span className="tag d">{t("time.late", { n: -days })}</span>;
  return <span className="tag w">{isDateOnly(value) ? t("time.today") : `${t("time.today")} ${clock(value)}`}</span>;
}

/** Where there is nothing, and that says something. */
const EMPTY: Record<string, Key> = { nextContactAt: "record.noNextStep", lastFollowUpAt: "record.never" };

const MOST_TAGS = 2;

/** In a cell of a list there is less room; beside a panel even less. */
export function DenseValue({ field, row, bare }: { field: Field; row: Row; bare: boolean }) {
  const value = row[field.name];
  if (isGraded(field)) return <Grade field={field} value={value} />;
  if (field.type === "tags" && Array.isArray(value)) return <Tags field={field} ids={value as string[]} most={MOST_TAGS} />;
  if (bare && field.type === "user" && typeof value === "string") return <UserAvatar id={value} />;
  if (field.name === "paidCents") return <Paid row={row} />;
  // When a contract was signed tells enough; how long ago would not fit.
  if (field.type === "dateOrTime" && field.name !== "nextContactAt" && typeof value === "string") return <Time value={value} aged={false} />;
  return <Value field={field} row={row} />;
}

/** The amount stands in another column. */
function Paid({ row }: { row: Row }) {
  const percent = percentPaid(row);
  return (
    <span className="row g8" title={money(row["paidCents"] as number, row["currency"] as string)}>
      <PaidPart row={row} width={56} />
      <span style={{ minWidth: 36, textAlign: "right" }}>{percent}%</span>
    </span>
  );
}

/** One member of a record, as its kind is written. What people typed is always text. */
export function Value({ field, row }: { field: Field; row: Row }) {
  const t = useT();
  const value = row[field.name];
  if (value === null || value === undefined || value === "") return <span className="mut">{t(EMPTY[field.name] ?? "value.empty")}</span>;
  if (field.name === "nextContactAt") return <NextContact value={value as string} />;
  if (isMoney(field)) return <span className="nw">{money(value as number, (row["currency"] as string | undefined) ?? "CNY")}</span>;
  if (isTime(field)) return <Time value={value as string} />;
  if (field.type === "option") return <Option field={field} value={value as string | number} />;
  if (field.type === "user") return <UserName id={value as string} />;
  if (isRegion(field)) return <RegionName code={value as string} whole />;
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

export { Chip };
