import { useRef } from "react";

import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import { useFocusOnce } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";

/** Narrows the list by its title, as the palette finds it. */
export function SearchBox({ onSearch, onClose }: { onSearch: (text: string) => void; onClose: () => void }) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  useFocusOnce(input);
  const leave = () => {
    onSearch("");
    onClose();
  };
  return (
    <div className="in" style={{ maxWidth: 260, height: 30 }}>
      <Icon name="search" />
      <SearchInput
        ref={input}
        aria-label={t("list.search")}
        placeholder={t("list.search")}
        delay={250}
        onSearch={onSearch}
        onKeyDown={(event) => event.key === "Escape" && leave()}
      />
      <IconButton small icon="x" label={t("action.close")} onClick={leave} />
    </div>
  );
}
