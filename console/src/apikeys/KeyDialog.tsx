import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { whoami } from "../api/resources";
import type { ApiKey } from "../api/schema";
import { dayPlus, endOfDay, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { useDialogForm } from "../state/useDialogForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";
import { NewKey } from "./NewKey";
import { ScopeChoice } from "./ScopeChoice";
import { addKey, type Scope, useRefresh } from "./useKeys";

interface Draft {
  name: string;
  scopes: Scope[];
  userId: string;
  /** Its last day; empty: it never ends. */
  until: string;
}

const DAYS = [30, 90, 365];
const KNOWN = ["name", "scopes", "userId", "expiresAt"];
const NEW: Draft = { name: "", scopes: ["crm:read"], userId: "", until: "" };

/** Asks what a key is for and what it may do; then shows it, this once. */
export function KeyDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const refresh = useRefresh();
  const { data: me } = useQuery(whoami);
  const colleagues = useColleagues();
  const [made, setMade] = useState<ApiKey | null>(null);
  const { draft, set, saving, refused, complete, submit, close } = useDialogForm<Draft>({
    key: "api-key",
    start: () => ({ ...NEW, until: dayPlus(90) }),
    isComplete: ({ name, scopes }) => name.trim() !== "" && scopes.length > 0,
    save: async ({ name, scopes, userId, until }, requestId) =>
      setMade(await addKey(requestId, { name: name.trim(), scopes, userId: userId || null, expiresAt: until === "" ? null : endOfDay(until) })),
    onSaved: refresh,
    // The key is still to be shown.
    onClose: () => undefined,
  });
  const leave = () => {
    close();
    onClose();
  };
  if (made) return <NewKey of={made} onClose={onClose} />;
  return (
    <Dialog title={t("keys.add")} width={520} onClose={leave}>
      <form onSubmit={submit} noValidate className="col g16" style={{ marginTop: 16 }}>
        <Field label={t("keys.name")} fault={refused?.faultOf("name")}>
          {(control) => <Text {...control} autoFocus maxLength={100} placeholder={t("keys.nameHint")} value={draft.name} onChange={(event) => set({ name: event.target.value })} />}
        </Field>
        <ScopeChoice held={me?.scopes ?? []} value={draft.scopes} onChange={(scopes) => set({ scopes })} />
        <Field label={t("keys.user")} hint={draft.userId === "" && !draft.scopes.includes("crm:all") ? t("keys.onlyOwn") : ""} fault={refused?.faultOf("userId")}>
          {(control) => (
            <Choice {...control} value={draft.userId} onChange={(event) => set({ userId: event.target.value })}>
              <option value="">{t("keys.itself")}</option>
              {colleagues.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
            </Choice>
          )}
        </Field>
        <Until value={draft.until} onChange={(until) => set({ until })} />
        <FormFault error={saving.error} known={KNOWN} />
        <div className="dlg-foot" style={{ marginTop: 0 }}>
          <Button onClick={leave}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("keys.make")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Until({ value, onChange }: { value: string; onChange: (day: string) => void }) {
  const t = useT();
  const { language } = usePreferences();
  const chip = (day: string, words: string) => (
    <button key={words} type="button" className={`chip q${value === day ? " on" : ""}`} aria-pressed={value === day} onClick={() => onChange(day)}>
      {words}
    </button>
  );
  return (
    <div role="group" aria-label={t("keys.until")}>
      <span className="lab">
        {t("keys.until")}
        {value !== "" && <span className="mut">{shortDay(value, language)}</span>}
      </span>
      <div className="row g6 wrap">
        {DAYS.map((days) => chip(dayPlus(days), t("keys.days", { n: days })))}
        {chip("", t("keys.never"))}
      </div>
    </div>
  );
}
