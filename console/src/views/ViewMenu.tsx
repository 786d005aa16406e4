import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { remove, type Resource, update } from "../api/resources";
import { useT } from "../i18n/translate";
import type { Layout } from "../records/useLayout";
import type { ListState } from "../records/useListState";
import { newRequestId } from "../state/intent";
import { open, useLayers } from "../state/layers";
import { toast } from "../state/toasts";
import { Drop, MenuList } from "../ui/Drop";
import { useKeys } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { contentOf, differs, filterOf, useViews, type View } from "./useViews";
import { ViewDialog } from "./ViewDialog";

interface Props {
  resource: Resource;
  state: ListState;
  layout: Layout;
}

/** Which view the list shows, and what to do with one that has been changed. */
export function ViewMenu({ resource, state, layout }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const views = useViews(resource);
  const naming = useLayers().view;
  const setNaming = (view: boolean) => open({ view });
  const [opened, setOpened] = useState(false);
  useKeys({ v: () => setOpened(true) });
  const current = views.find((each) => each.viewId === state.view);
  const changed = current !== undefined && differs(current, state, layout);
  const refresh = () => queries.invalidateQueries({ queryKey: ["view"] });
  const failed = (error: Error) => toast(error.message, { tone: "danger" });

  const show = (view: View | null) => {
    const columns = view?.columns ?? [];
    if (view === null) layout.reset();
    if (columns.length > 0) layout.apply(columns);
    state.setView(view?.viewId ?? null, view ? filterOf(view) : "", view?.sort ?? "");
  };
  const save = useMutation({
    mutationFn: (view: View) => update("view", view.viewId, newRequestId(), contentOf(state, layout), null),
    onSuccess: () => void refresh(),
    onError: failed,
  });
  const erase = useMutation({
    mutationFn: (view: View) => remove("view", view.viewId, newRequestId()),
    onSuccess: (_, view) => {
      void refresh();
      show(null);
      toast(t("record.deleted", { name: view.name }));
    },
    onError: failed,
  });
  const erasing = current ? [{ icon: "trash" as const, danger: true, label: t("view.delete"), act: () => erase.mutate(current) }] : [];
  return (
    <>
      <Drop
        opened={opened}
        onOpened={setOpened}
        label={t("view.views")}
        button={({ toggle }) => (
          <button type="button" className="btn gh" onClick={toggle}>
            <span className="el" style={{ maxWidth: 160 }}>{current?.name ?? t("view.all")}</span>
            <Icon name="down" size={14} />
          </button>
        )}
      >
        {(close) => (
          <MenuList
            close={close}
            title={t("view.views")}
            items={[
              { label: t("view.all"), on: !current, act: () => show(null) },
              ...views.map((each) => ({ label: each.name, on: each === current, act: () => show(each) })),
              { icon: "plus" as const, label: t("view.saveAs"), act: () => setNaming(true) },
              ...erasing,
            ]}
          />
        )}
      </Drop>
      {changed && (
        <span className="row hide-phone vch">
          <span className="tag w">{t("view.changed")}</span>
          <button type="button" className="link" disabled={save.isPending} onClick={() => save.mutate(current)}>
            {t("action.save")}
          </button>
          <button type="button" onClick={() => setNaming(true)}>{t("view.saveAnother")}</button>
          <button type="button" onClick={() => show(current)}>{t("view.restore")}</button>
        </span>
      )}
      {naming && <ViewDialog resource={resource} content={contentOf(state, layout)} onClose={() => setNaming(false)} onSaved={(id) => state.setView(id, state.filterText, state.sort)} />}
    </>
  );
}
