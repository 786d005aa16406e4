import type { Field, Row } from "../api/resources";
import { shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { FactSections } from "../records/FactSections";
import type { Saving } from "../records/save";
import { isEmpty } from "../records/values";
import { PhoneCard } from "../reveal/PhoneCard";
import { usePreferences } from "../state/preferences";
import { Access } from "./Access";
import { CustomerHead, IN_HEAD } from "./CustomerHead";

const PHONE = "contactPhone";
const AS_FIGURES = ["lastFollowUpAt", "lastFollowUpBy", "nextContactAt", "openOpportunityCount", "openOpportunityCents", "outstandingCents"];
const AT_THE_END = ["createdAt", "updatedAt", "customerId", "tenantId"];

interface Props {
  id: string;
  fields: Field[];
  row: Row;
  saving: Saving;
  head: boolean;
}

/** The left column: each thing once. */
export function CustomerFacts({ id, fields, row, saving, head }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const phone = fields.find((each) => each.name === PHONE);
  const hasPhone = phone !== undefined && !isEmpty(row[PHONE]);
  const short = isEmpty(row["shortName"]) ? ["name", "level", "tags"] : IN_HEAD;
  const except = [...short, ...AS_FIGURES, ...AT_THE_END, "parentId", ...(hasPhone ? [PHONE] : [])];
  const day = (name: string) => shortDay(row[name] as string, language);
  return (
    <>
      {head && <CustomerHead fields={fields} row={row} saving={saving} />}
      {hasPhone && <PhoneCard resource="customer" id={id} field={phone} masked={row[PHONE] as string} />}
      <FactSections resource="customer" fields={fields} row={row} saving={saving} except={except} />
      <div className="hr" />
      <Access customerId={id} name={row["name"] as string} />
      <p className="sm mut" style={{ padding: "6px 0" }}>{t("record.since", { created: day("createdAt"), changed: day("updatedAt") })}</p>
    </>
  );
}
