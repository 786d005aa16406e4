import { Link } from "wouter";

import { monthName } from "../format/dates";
import { type Translate, useT } from "../i18n/translate";
import { pathOf } from "../palette/entries";
import { usePreferences } from "../state/preferences";
import { Company } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { alike } from "./alike";
import type { Duplicate } from "./useDuplicates";

interface Props {
  matches: Duplicate[];
  spent: string | null;
  /** Of the name: the characters that are alike are marked. */
  typed: string;
}

/** Below the name while it is typed, never a dialog. */
export function DuplicateHint({ matches, spent, typed }: Props) {
  const t = useT();
  if (matches.length === 0) return spent ? <p className="sm mut" role="status">{spent}</p> : null;
  return (
    <div className="dupc" style={{ marginTop: 8 }} role="status">
      <div className="row g6 amber" style={{ fontWeight: 600 }}>
        <Icon name="alert" />
        {t("form.similar")}
      </div>
      <Matches matches={matches} typed={typed} />
    </div>
  );
}

export function Matches({ matches, typed = "" }: { matches: Duplicate[]; typed?: string }) {
  return matches.map((match, at) => <Match key={match.id ?? at} match={match} typed={typed} />);
}

function Match({ match, typed }: { match: Duplicate; typed: string }) {
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
        <span className="el" title={name}>
          {alike(name, typed).map((part, at) => (part.same ? <mark key={at}>{part.text}</mark> : part.text))}
        </span>
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
