import { useState } from "react";

import type { Field, Resource } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { prefer, usePreferences } from "../state/preferences";
import { Button, IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { useKeys } from "../ui/hooks";
import { titleField } from "./fields";
import type { Layout } from "./useLayout";

export function SortMenu({ fields, sort, onChange }: { fields: Field[]; sort: string; onChange: (sort: string) => void }) {
  const t = useT();
  const label = useLabel();
  const current = sort.split(",")[0] ?? "";
  const name = current.replace(/^-/, "");
  const sorted = fields.find((each) => each.name === name);
  const [opened, setOpened] = useState(false);
  useKeys({ s: () => setOpened(true) });
  return (
    <Drop
      right
      opened={opened}
      onOpened={setOpened}
      label={t("list.sort")}
      button={({ toggle }) => (
        <Button small look="ghost" icon="sort" title={t("list.sort")} onClick={toggle}>
          {sorted ? `${label(sorted.label)} ${current.startsWith("-") ? "↓" : "↑"}` : <span className="hide-phone">{t("list.byDefault")}</span>}
        </Button>
      )}
    >
      {(close) => (
        <MenuList
          close={close}
          title={t("list.sort")}
          items={[
            { label: t("list.byDefault"), on: sort === "", act: () => onChange("") },
            ...fields
              .filter((each) => each.sortable)
              .map((each) => ({
                label: `${label(each.label)} ${name === each.name ? (current.startsWith("-") ? "↓" : "↑") : ""}`,
                on: each.name === name,
                act: () => onChange(current === each.name ? `-${each.name}` : each.name),
              })),
          ]}
        />
      )}
    </Drop>
  );
}

export function ColumnMenu({ fields, layout, resource }: { fields: Field[]; layout: Layout; resource: Resource }) {
  const t = useT();
  const label = useLabel();
  return (
    <Drop
      right
      label={t("list.columns")}
      button={({ toggle }) => (
        <Button small look="ghost" icon="cols" onClick={toggle}>
          {t("list.columns")}
        </Button>
      )}
    >
      {() => (
        <div className="menu scroll" style={{ maxHeight: "60vh" }}>
          <div className="ml">{t("list.columns")}</div>
          {fields
            .filter((each) => each.name !== titleField(resource))
            .map((each) => (
              <label key={each.name} className="mi">
                <input type="checkbox" className="cb" checked={layout.columns.includes(each.name)} onChange={() => layout.toggle(each.name)} />
                <span className="sp">{label(each.label)}</span>
              </label>
            ))}
          <button type="button" className="mi" onClick={layout.reset}>
            {t("list.resetColumns")}
          </button>
        </div>
      )}
    </Drop>
  );
}

/** For those who want pages rather than one long list. */
export function PagingSwitch() {
  const t = useT();
  const paged = usePreferences().paging === "pages";
  return <IconButton icon="rows" className={paged ? "on" : ""} label={t(paged ? "list.scroll" : "list.pages")} aria-pressed={paged} onClick={() => prefer({ paging: paged ? "scroll" : "pages" })} />;
}
