import { type ReactNode, useState } from "react";

import type { Resource } from "../api/resources";
import { type Key, useT } from "../i18n/translate";
import { Button, IconButton } from "../ui/Button";
import { useKeys, useWide } from "../ui/hooks";
import { ViewMenu } from "../views/ViewMenu";
import { titleField } from "./fields";
import { searched, searchedFor } from "./filter";
import { SearchBox } from "./SearchBox";
import type { Layout } from "./useLayout";
import type { ListState } from "./useListState";

interface Props {
  resource: Resource;
  title: Key;
  state: ListState;
  layout: Layout;
  /** Beside the title: a switch between views. */
  views: ReactNode;
  onExport: () => void;
}

export function ListHead({ resource, title, state, layout, views, onExport }: Props) {
  const t = useT();
  const wide = useWide();
  const name = titleField(resource);
  const [searching, setSearching] = useState(false);
  useKeys({ n: () => state.setCreating(true), "/": () => setSearching(true) });
  return (
    <header className="top">
      <h1>{t(title)}</h1>
      <ViewMenu resource={resource} state={state} layout={layout} />
      {views}
      <span className="sp" />
      {wide || searching ? (
        <SearchBox
          value={searchedFor(state.filter, name)}
          asked={searching}
          onSearch={(text) => state.setFilter(searched(state.filter, name, text))}
          onClose={() => setSearching(false)}
        />
      ) : (
        <IconButton icon="search" label={t("list.search")} onClick={() => setSearching(true)} />
      )}
      <Button className="hide-phone" look="ghost" icon="download" onClick={onExport}>
        {t("action.export")}
      </Button>
      <Button className="hide-phone" look="primary" icon="plus" hint="N" onClick={() => state.setCreating(true)}>
        {t("form.new", { what: t(`type.${resource}` as Key) })}
      </Button>
    </header>
  );
}
