import { Link } from "wouter";

import { monthName } from "../format/dates";
import { type Translate, useT } from "../i18n/translate";
import { pathOf } from "../palette/entries";
import { usePreferences } from "../state/preferences";
import { Company } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import type { Duplicate } from "./useDuplicates";

interface Props {
  matches: Duplicate[];
  spent: string | null;
}

/** Below the name while it is typed, never a dialog. */
export function DuplicateHint({ matches, spent }: Props) {
  const t = useT();
  if (matches.length === 0) return spent ? <p className="sm mut" role="status">{spent}</p> : null;
  return (
    <div className="dupc" style={{ marginTop: 8 }} role="status">
      <div className="row g6 amber" style={{ fontWeight: 600 }}>
        <Icon name="alert" />
        {t("form.similar")}
      </div>
      <Matches matches={matches} />
    </div>
  );
}

export function Matches({ matches }: { matches: Duplicate[] }) {
  return matches.map((match, at) => <Match key={match.id ?? at} match={match} />);
}

function Match({ match }: { match: Duplicate }) {
  const t = useT();
  const { language } = usePreferences();
  const kind = t(match.type === "contact" ? "type.contact" : "type.customer");
  const name = match.name ?? t("duplicate.unnamed", { what: kind });
  const path = match.canOpen && match.id ? pathOf(match.type, match.id) : undefined;
  const facts = [
    match.type === "contact" ? kind : "",
    reasonOf(match, t),
    match.ownerName ?? match.ownerId ?? t("duplicate.unowned"),
    t("duplicate.active", { month: monthName(match.lastActiveMonth, language) }),
    path ? "" : t("duplicate.closed"),
  ];
  return (
    <div className="row g12" style={{ marginTop: 8 }}>
      <Company name={name} size="b" />
      <span className="col sp" style={{ minWidth: 0 }}>
        <span className="el">{name}</span>
        <span className="sm ink2">{facts.filter(Boolean).join(" · ")}</span>
      </span>
      {path && (
        <Link href={path} className="btn sm">
          {t("action.open")}
        </Link>
      )}
    </div>
  );
}

/** What a reader cannot see from the name. */
function reasonOf(match: Duplicate, t: Translate): string {
  if (match.matchedBy.includes("uscc")) return t("duplicate.uscc");
  if (match.matchedBy.includes("phone")) return t("duplicate.phone");
  if (match.matchedBy.includes("email")) return t("duplicate.email");
  return "";
}
