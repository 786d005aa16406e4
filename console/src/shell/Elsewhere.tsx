import { Redirect, useLocation, useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { Empty } from "../ui/States";
import { MOVED } from "./places";

/** A path that was moved, or one that never was. */
export function Elsewhere() {
  const t = useT();
  const [path] = useLocation();
  const [params] = useSearchParams();
  const within = MOVED[`${path}?${params.get("tab") ?? ""}`];
  const to = within ?? MOVED[path];
  if (to === undefined) return <Empty icon="search" title={t("record.missing")} />;
  const kept = new URLSearchParams(params);
  if (within !== undefined) kept.delete("tab");
  return <Redirect to={kept.size > 0 ? `${to}?${kept.toString()}` : to} replace />;
}
