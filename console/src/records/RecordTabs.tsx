import { useState } from "react";

import { useT } from "../i18n/translate";
import { usePhone } from "../ui/hooks";

const TABS = ["activity", "facts", "related"] as const;
type Tab = (typeof TABS)[number];

interface Props {
  name: string;
  tab: Tab;
  onChange: (tab: Tab) => void;
}

/** The columns of a record's page: side by side, or one at a time on the phone. */
export function useTabs() {
  const phone = usePhone();
  const [tab, setTab] = useState<Tab>("activity");
  return { tab, setTab, shows: (which: Tab) => !phone || tab === which };
}

export function RecordTabs({ name, tab, onChange }: Props) {
  const t = useT();
  return (
    <nav className="ptabs" aria-label={name}>
      {TABS.map((each) => (
        <button key={each} type="button" className={tab === each ? "on" : ""} aria-current={tab === each} onClick={() => onChange(each)}>
          {t(`record.${each}`)}
        </button>
      ))}
    </nav>
  );
}
