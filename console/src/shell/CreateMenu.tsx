import type { ReactElement } from "react";
import { useLocation } from "wouter";

import { useT } from "../i18n/translate";
import { open } from "../state/layers";
import { Drop, MenuList } from "../ui/Drop";

export function CreateMenu({ button }: { button: (state: { toggle: () => void }) => ReactElement }) {
  const t = useT();
  const [, go] = useLocation();
  const what = (name: string) => t("form.new", { what: name });
  return (
    <Drop button={button} label={t("nav.create")}>
      {(close) => (
        <MenuList
          close={close}
          items={[
            { icon: "pen", label: t("action.logFollowUp"), act: () => open({ follow: "ask" }) },
            { icon: "building", label: what(t("type.customer")), act: () => go("/customers?new") },
            { icon: "cal", label: what(t("type.task")), act: () => go("/tasks?new") },
            { icon: "users", label: what(t("type.contact")), act: () => go("/contacts?new") },
            { icon: "deal", label: what(t("type.opportunity")), act: () => go("/deals?new") },
            { icon: "contract", label: what(t("type.contract")), act: () => go("/contracts?new") },
            { icon: "merge", label: t("duplicates.checkFor"), act: () => go("/settings/duplicates?tab=check") },
          ]}
        />
      )}
    </Drop>
  );
}
