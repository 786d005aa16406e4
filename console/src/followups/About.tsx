import { type Key, useT } from "../i18n/translate";
import { useChildren } from "../records/useRecord";
import { Icon, type IconName } from "../ui/Icon";

interface Props {
  resource: "contact" | "opportunity";
  label: Key;
  icon: IconName;
  customerId: string;
  value: string;
  onChange: (id: string) => void;
}

/** Of this customer only: nobody looks for a contact among the whole company's. */
export function About({ resource, label, icon, customerId, value, onChange }: Props) {
  const t = useT();
  const { data } = useChildren(resource, { customerId });
  const ids = { contact: "contactId", opportunity: "opportunityId" };
  const titles = { contact: "name", opportunity: "title" };
  if (!data || data.data.length === 0) return null;
  return (
    <label className={`chip q${value ? " set" : ""}`}>
      <Icon name={icon} size={14} />
      <span className="sr">{t(label)}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t(label)}</option>
        {data.data.map((row) => (
          <option key={row[ids[resource]] as string} value={row[ids[resource]] as string}>
            {row[titles[resource]] as string}
          </option>
        ))}
      </select>
      <Icon name="down" size={14} />
    </label>
  );
}
