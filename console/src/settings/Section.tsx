import "./settings.css";

import type { ReactNode } from "react";
import { Link } from "wouter";

import { useT } from "../i18n/translate";
import { useNarrow } from "../ui/hooks";
import { Icon } from "../ui/Icon";

interface Props {
  title: string;
  /** Beside the title: how many there are. */
  count?: number | undefined;
  /** At the right of the title. */
  actions?: ReactNode;
  /** One sentence that says what this page is for. */
  hint?: ReactNode;
  /** Below the title, across the page. */
  bar?: ReactNode;
  children: ReactNode;
}

/** One page of the settings. */
export function Section({ title, count, actions, hint, bar, children }: Props) {
  return (
    <>
      <SectionHead title={title} count={count} actions={actions} />
      {bar && <div className="bar">{bar}</div>}
      <div className="cl">
        <div className="setp">
          {hint && <p className="sethint">{hint}</p>}
          {children}
        </div>
      </div>
    </>
  );
}

export function SectionHead({ title, count, actions }: Pick<Props, "title" | "count" | "actions">) {
  const t = useT();
  const narrow = useNarrow();
  return (
    <header className={narrow ? "top back" : "top"}>
      {narrow && (
        <Link href="/settings" className="ib" aria-label={t("nav.settings")} title={t("nav.settings")}>
          <Icon name="left" />
        </Link>
      )}
      <h1>{title}</h1>
      {count !== undefined && <span className="mut">{count.toLocaleString("en-US")}</span>}
      <span className="sp" />
      {actions}
    </header>
  );
}
