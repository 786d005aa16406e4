import type { ReactNode } from "react";
import { Link } from "wouter";

import { clock, fullTime, shortDay } from "../format/dates";
import { usePreferences } from "../state/preferences";

interface Props {
  at: string;
  who: string;
  more?: string;
  to?: string;
  children?: ReactNode;
}

/** Who or what in bold, what was done, and when, always whole. */
export function Line({ at, who, more, to, children }: Props) {
  const { language } = usePreferences();
  return (
    <div className="tln">
      <span className="sp">
        {to ? <Link href={to}><b>{who}</b></Link> : <b>{who}</b>} {more && <span className="ink2">{more}</span>}
        {children}
      </span>
      <time className="sm mut nw" dateTime={at} title={fullTime(at, language)}>
        {shortDay(at, language)} {clock(at)}
      </time>
    </div>
  );
}
