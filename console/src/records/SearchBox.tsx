import { useEffect, useRef, useState } from "react";

import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";

interface Props {
  /** What the list is narrowed by now. */
  value: string;
  /** Requests the focus. */
  asked: boolean;
  onSearch: (text: string) => void;
  onClose: () => void;
}

/** Narrows the list by its title, as the palette finds it. */
export function SearchBox({ value, asked, onSearch, onClose }: Props) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const typed = useRef(value);
  const [others, setOthers] = useState(0);
  useEffect(() => {
    if (asked) input.current?.focus();
  }, [asked]);
  // A view or a cleared filter has put another text in its place.
  useEffect(() => {
    if (value === typed.current) return;
    typed.current = value;
    setOthers((count) => count + 1);
  }, [value]);
  const search = (text: string) => {
    typed.current = text;
    onSearch(text);
  };
  const leave = () => {
    search("");
    setOthers((count) => count + 1);
    onClose();
  };
  return (
    <div className="in srch">
      <Icon name="search" />
      <SearchInput
        key={others}
        ref={input}
        initial={value}
        aria-label={t("list.search")}
        placeholder={t("list.search")}
        delay={250}
        onSearch={search}
        onBlur={() => value === "" && onClose()}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          leave();
          document.querySelector<HTMLElement>(".grid")?.focus({ preventScroll: true });
        }}
      />
      {(value !== "" || asked) && <IconButton small icon="x" label={t("action.close")} onClick={leave} />}
    </div>
  );
}
