import type { ReactNode } from "react";

import { type ApiError, asApiError } from "../api/errors";
import { useT } from "../i18n/translate";
import { toast } from "../state/toasts";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

export function Empty({ icon, title, hint, children }: { icon?: IconName; title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="state">
      {icon && <Icon name={icon} size={20} />}
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children && <div className="row g8 wrap">{children}</div>}
    </div>
  );
}

function copy(text: string, done: string): void {
  void navigator.clipboard.writeText(text).then(() => toast(done));
}

export function RequestId({ error }: { error: ApiError }) {
  const t = useT();
  if (!error.requestId) return null;
  return (
    <button type="button" className="sm mut" title={t("error.details")} onClick={() => copy(error.report, t("action.copied"))}>
      {t("error.requestId", { id: error.requestId })}
    </button>
  );
}

/** In place of the region that failed. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useT();
  const found = asApiError(error);
  const missing = found.status === 404;
  const forbidden = found.status === 403;
  return (
    <div className="state" role="alert">
      <Icon name="alert" size={20} />
      <h2>{missing ? t("record.missing") : forbidden ? t("error.forbidden") : t("error.title")}</h2>
      <p>{missing ? t("record.missingHint") : found.message}</p>
      {forbidden && <p>{t("error.whoToAsk")}</p>}
      <RequestId error={found} />
      {retry && !missing && !forbidden && <Button onClick={retry}>{t("action.retry")}</Button>}
    </div>
  );
}

/** Above the buttons of a form. */
export function FormFault({ error, known = [] }: { error: unknown; known?: string[] }) {
  const t = useT();
  if (!error) return null;
  const found = asApiError(error);
  if (found.faults.length > 0 && found.faults.every((each) => known.includes(each.field))) return null;
  return (
    <div className="note d" role="alert">
      <Icon name="alert" />
      <span className="col">
        {found.message}
        {found.faults.length === 0 && found.details && <span>{found.details}</span>}
        {found.status === 403 && <span>{t("error.whoToAsk")}</span>}
        {found.offline && <span>{t("form.waiting")}</span>}
        <RequestId error={found} />
      </span>
    </div>
  );
}

const WIDTHS = ["58%", "72%", "64%", "80%", "52%"];

export function SkeletonLines({ lines = 5 }: { lines?: number }) {
  return (
    <div className="col g12" aria-busy="true">
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} className="skel" style={{ width: WIDTHS[at % WIDTHS.length] }} />
      ))}
    </div>
  );
}
