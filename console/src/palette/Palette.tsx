import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { useLocation, useRouter } from "wouter";

import { type HitGroup, search } from "../api/resources";
import { type Key, useT } from "../i18n/translate";
import { open } from "../state/layers";
import { Overlay } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";
import { type Entry, hasPage, hitEntry, recentEntries, useActions } from "./entries";
import { PaletteRow } from "./PaletteRow";

interface Group {
  title: string;
  entries: Entry[];
}

function useGroups(text: string, found: HitGroup[]): Group[] {
  const t = useT();
  const actions = useActions(text);
  return useMemo(() => {
    if (text.startsWith(">")) return [{ title: t("palette.actions"), entries: actions }];
    const hits = found.filter((group) => hasPage(group.type)).map((group) => ({ title: t(`type.${group.type}` as Key), entries: group.hits.map(hitEntry) }));
    const before = text === "" ? [{ title: t("palette.recent"), entries: recentEntries() }] : hits;
    return [...before, { title: t("palette.actions"), entries: actions }].filter((each) => each.entries.length > 0);
  }, [text, found, actions, t]);
}

const NOTHING: HitGroup[] = [];

export default function Palette() {
  const t = useT();
  const [, go] = useLocation();
  const { base } = useRouter();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const asking = text !== "" && !text.startsWith(">");
  const found = useQuery({
    queryKey: ["search", text],
    queryFn: async ({ signal }) => {
      const started = performance.now();
      const groups = await search(text, signal);
      return { groups, seconds: (performance.now() - started) / 1000 };
    },
    enabled: asking,
    // The last hits stay until others come.
    placeholderData: (before) => before,
  });
  const groups = useGroups(text, (asking && found.data?.groups) || NOTHING);
  const entries = groups.flatMap((each) => each.entries);
  const close = () => open({ palette: false });

  const run = (entry: Entry | undefined, apart = false) => {
    if (!entry) return;
    if (apart && entry.path) window.open(`${base}${entry.path}`, "_blank", "noopener");
    else if (entry.path) go(entry.path);
    else entry.act?.();
    close();
  };
  const move = (to: number) => {
    const next = (to + entries.length) % Math.max(1, entries.length);
    setAt(next);
    list.current?.querySelector(`#hit-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Enter") run(entries[at], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  };
  let place = -1;
  return (
    <Overlay label={t("nav.search")} onClose={close}>
      <div className="pal">
        <div className="q">
          <Icon name="search" size={20} />
          <SearchInput
            data-autofocus
            role="combobox"
            aria-label={t("nav.search")}
            aria-expanded
            aria-controls="hits"
            aria-activedescendant={`hit-${at}`}
            placeholder={t("palette.placeholder")}
            delay={100}
            onSearch={(next) => {
              setText(next);
              setAt(0);
            }}
            onKeyDown={onKey}
          />
          {asking && found.data && <span className="sm mut">{t("palette.took", { n: found.data.seconds.toFixed(2) })}</span>}
          <kbd>Esc</kbd>
        </div>
        <div ref={list} id="hits" role="listbox" aria-label={t("nav.search")} className="hits">
          {asking && found.data?.groups.length === 0 && <p className="ml">{t("palette.none", { q: text })}</p>}
          {found.error && <p className="ml red">{found.error.message}</p>}
          {groups.map((group) => (
            <div key={group.title} role="group" aria-label={group.title}>
              <div className="ml" aria-hidden="true">{group.title}</div>
              {group.entries.map((entry) => {
                const mine = ++place;
                return <PaletteRow key={entry.key} id={`hit-${mine}`} entry={entry} selected={mine === at} onRun={() => run(entry)} />;
              })}
            </div>
          ))}
        </div>
        <div className="pf2">
          <span><kbd>↑</kbd> <kbd>↓</kbd> {t("palette.select")}</span>
          <span className="sp"><kbd>Ctrl ↵</kbd> {t("palette.newTab")}</span>
          <span><kbd>&gt;</kbd> {t("palette.onlyActions")}</span>
        </div>
      </div>
    </Overlay>
  );
}
