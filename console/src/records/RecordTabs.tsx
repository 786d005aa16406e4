import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { usePhone } from "../ui/hooks";
import { centre } from "../ui/viewport";

interface Tab<N extends string> {
  name: N;
  label: string;
  count?: number | null | undefined;
}

const COLUMNS = ["activity", "facts", "related"] as const;
type Column = (typeof COLUMNS)[number];

/** The parts of a record's page: side by side, or one at a time on the phone, where the way back finds it again. */
export function useTabs<N extends string>(names: readonly N[], first: N) {
  const phone = usePhone();
  const [params, setParams] = useSearchParams();
  const tab = names.find((each) => each === params.get("tab")) ?? first;
  const setTab = (next: N) =>
    setParams(
      (now) => {
        now.set("tab", next);
        return now;
      },
      { replace: true, state: window.history.state as unknown },
    );
  return { tab, setTab, shows: (which: N) => !phone || tab === which };
}

/** The three columns that most records have. */
export function useColumns() {
  const t = useT();
  const found = useTabs<Column>(COLUMNS, "activity");
  return { ...found, tabs: COLUMNS.map((name) => ({ name, label: t(`record.${name}`) })) };
}

interface Props<N extends string> {
  name: string;
  tabs: Tab<N>[];
  tab: N;
  onChange: (tab: N) => void;
}

export function RecordTabs<N extends string>({ name, tabs, tab, onChange }: Props<N>) {
  return (
    <nav className="ptabs" aria-label={name}>
      {tabs.map((each) => (
        <button key={each.name} type="button" className={tab === each.name ? "on" : ""} aria-current={tab === each.name} onClick={(event) => {
            centre(event.currentTarget);
            onChange(each.name);
          }}>
          {each.label} {each.count != null && each.count > 0 && <i>{each.count}</i>}
        </button>
      ))}
    </nav>
  );
}
