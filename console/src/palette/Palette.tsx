import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useLocation, useRouter } from "wouter";

import { type HitGroup, search } from "../api/resources";
import { useT } from "../i18n/translate";
import { open } from "../state/layers";
import { Overlay } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";
import type { Entry } from "./entries";
import { takeTyped } from "./opening";
import { PaletteRow } from "./PaletteRow";
import { isSearch, useGroups } from "./useGroups";

const NOTHING: HitGroup[] = [];

const close = () => open({ palette: false });

export default function Palette() {
  const t = useT();
  return (
    <Overlay label={t("nav.search")} onClose={close}>
      <Search />
    </Overlay>
  );
}

/** Rendered with its input, so that what is typed goes to the one or to the other, and never to the page. */
function Search() {
  const t = useT();
  const [, go] = useLocation();
  const { base } = useRouter();
  const [before] = useState(takeTyped);
  const [text, setText] = useState(before.trim());
  const [at, setAt] = useState(0);
  // Once the arrows have moved the selection, a letter acts on it; before that, letters are searched for.
  const [walking, setWalking] = useState(false);
  // Enter came before the hits of what is typed.
  const [wanted, setWanted] = useState<"here" | "apart" | null>(null);
  const asked = useRef(text);
  const list = useRef<HTMLDivElement>(null);
  const asking = isSearch(text);
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
  const ready = !asking || (!found.isPending && !found.isPlaceholderData);
  const groups = useGroups(text, (asking && found.data?.groups) || NOTHING);
  const entries = groups.flatMap((each) => each.entries);

  const run = (entry: Entry | undefined, apart = false) => {
    if (!entry) return;
    if (apart && entry.path) window.open(`${base}${entry.path}`, "_blank", "noopener");
    else if (entry.path) go(entry.path);
    else entry.act?.();
    close();
  };
  useEffect(() => {
    if (wanted !== null && ready && !found.error) run(entries[0], wanted === "apart");
  });
  const ask = (next: string) => {
    if (next === asked.current) return;
    asked.current = next;
    setText(next);
    setAt(0);
    setWalking(false);
    setWanted(null);
  };
  const enter = (typed: string, apart: boolean) => {
    ask(typed);
    if (typed === text && ready) run(entries[at], apart);
    else setWanted(apart ? "apart" : "here");
  };
  const follow = (entry: Entry | undefined) => {
    if (!walking || entry?.type !== "customer" || !entry.hit) return false;
    close();
    open({ follow: { customerId: entry.hit.id, name: entry.title } });
    return true;
  };
  const move = (to: number) => {
    setWalking(true);
    const next = (to + entries.length) % Math.max(1, entries.length);
    setAt(next);
    list.current?.querySelector(`#hit-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const mod = event.ctrlKey || event.metaKey;
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Enter") enter(event.currentTarget.value.trim(), mod);
    else if (mod || event.key.toLowerCase() !== "l" || !follow(entries[at])) return;
    event.preventDefault();
  };
  let place = -1;
  return (
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
          autoFocus
          onFocus={({ currentTarget: { value }, currentTarget }) => currentTarget.setSelectionRange(value.length, value.length)}
          initial={before}
          onSearch={ask}
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
              return <PaletteRow key={entry.key} id={`hit-${mine}`} entry={entry} selected={mine === at} walking={walking} onRun={() => run(entry)} />;
            })}
          </div>
        ))}
      </div>
      <div className="pf2">
        <span><kbd>↑</kbd> <kbd>↓</kbd> {t("palette.select")}</span>
        <span className="sp"><kbd>Ctrl ↵</kbd> {t("palette.newTab")}</span>
        <span><kbd>&gt;</kbd> {t("palette.onlyActions")}</span>
        <span><kbd>@</kbd> {t("palette.people")}</span>
        <span><kbd>#</kbd> {t("palette.tags")}</span>
      </div>
    </div>
  );
}
