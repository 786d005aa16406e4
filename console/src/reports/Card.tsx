import { type ReactNode, useRef } from "react";
import { Link } from "wouter";

import { asApiError } from "../api/errors";
import { useT } from "../i18n/translate";
import { toast } from "../state/toasts";
import { IconButton } from "../ui/Button";
import { Failed, SkeletonLines } from "../ui/States";
import { downloadCsv, type Sheet } from "./csv";
import { downloadPng } from "./png";

interface Props {
  title: string;
  hint?: ReactNode;
  name: string;
  tools?: ReactNode;
  /** What is downloaded; null while there is nothing. */
  sheet: Sheet | null;
  error: unknown;
  loading: boolean;
  dim?: boolean;
  /** Its title is for screen readers. */
  bare?: boolean;
  retry: () => void;
  children: ReactNode;
}

/** One report with a head, its own states, and its table as a file. */
export function Card({ title, hint, name, tools, sheet, error, loading, dim, bare, retry, children }: Props) {
  const t = useT();
  const tile = useRef<HTMLElement>(null);
  const draw = (file: string) =>
    tile.current && void downloadPng(tile.current, file).then(toast, (problem: unknown) => toast(asApiError(problem).message, { tone: "danger" }));
  return (
    <section ref={tile} className={`card rep ${name}`} aria-label={title}>
      <header className={bare ? "sr" : "rh"}>
        <h2>{title}</h2>
        <span className="mut sp el">{hint}</span>
        {tools}
        {sheet && !bare && <IconButton small className="hide-phone" icon="image" label={t("report.png", { name: title })} onClick={() => draw(sheet.name)} />}
        {sheet && <IconButton small icon="download" label={t("report.csv", { name: title })} onClick={() => toast(downloadCsv(sheet))} />}
      </header>
      {error ? <Failed error={error} retry={retry} /> : loading ? <SkeletonLines lines={bare ? 2 : 6} /> : <div className={dim ? "dim" : ""}>{children}</div>}
    </section>
  );
}

/** A figure that opens the list behind it. */
export function Figure({ to, title, children }: { to: string; title?: string; children: ReactNode }) {
  return (
    <Link href={to} className="fig" title={title}>
      {children}
    </Link>
  );
}
