import { useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";

import type { ApiError } from "../api/errors";
import { ZONE } from "../api/http";
import type { User } from "../api/schema";
import { useT } from "../i18n/translate";
import { toast } from "../state/toasts";
import { useDialogForm } from "../state/useDialogForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";
import { addUser, changeUser } from "./useOrganisation";

interface Draft {
  userId: string;
  name: string;
  email: string;
  locale: "zh" | "en";
  timeZone: string;
  status: "active" | "left";
}

const KNOWN = ["user_id", "userId", "name", "email", "timeZone", "locale"];

const draftOf = (user: User | null): Draft =>
  user
    ? { userId: user.userId, name: user.name, email: user.email ?? "", locale: user.locale, timeZone: user.timeZone, status: user.status }
    : { userId: "", name: "", email: "", locale: "zh", timeZone: ZONE, status: "active" };

function Status({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const t = useT();
  return (
    <Field label={t("org.status")} wide>
      {(control) => (
        <Choice {...control} value={draft.status} onChange={(event) => onChange({ ...draft, status: event.target.value as Draft["status"] })}>
          <option value="active">{t("org.active")}</option>
          <option value="left">{t("org.left")}</option>
        </Choice>
      )}
    </Field>
  );
}

const faultsOf = (refused: ApiError | null, name: keyof Draft, path = name as string) => refused?.faultOf(name) ?? refused?.faultOf(path);

/** Provisions a person under the id that their tokens have, or changes one. */
export function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const { draft, set, saving, refused, complete, submit, close } = useDialogForm<Draft>({
    key: `user.${user?.userId ?? ""}`,
    start: () => draftOf(user),
    isComplete: (draft) => draft.name.trim() !== "" && draft.userId.trim() !== "",
    save: ({ userId, email, ...rest }, requestId) => {
      const content = { ...rest, name: rest.name.trim(), email: email.trim() || null };
      return user ? changeUser(user.userId, requestId, content) : addUser(userId.trim(), requestId, content);
    },
    onSaved: (draft) => {
      toast(t(user ? "record.saved" : "form.created", { name: draft.name }));
      void queries.invalidateQueries({ queryKey: ["people"] });
    },
    onClose,
  });
  const taken = refused?.status === 412;
  return (
    <Dialog title={user ? user.name : t("org.addUser")} onClose={close}>
      <form onSubmit={submit} noValidate>
        <div className="form" style={{ margin: "16px 0" }}>
          <Field label={t("org.userId")} hint={t("org.userIdHint")} wide fault={taken ? t("org.taken") : (faultsOf(refused, "userId", "user_id"))}>
            {(control) => <Text {...control} autoFocus={user === null} readOnly={user !== null} value={draft.userId} onChange={(event) => set({ userId: event.target.value })} />}
          </Field>
          <Field label={t("org.name")} fault={faultsOf(refused, "name")}>
            {(control) => <Text {...control} value={draft.name} onChange={(event) => set({ name: event.target.value })} />}
          </Field>
          <Field label={t("org.email")} hint={t("signin.optional")} fault={faultsOf(refused, "email")}>
            {(control) => <Text {...control} type="email" value={draft.email} onChange={(event) => set({ email: event.target.value })} />}
          </Field>
          <Field label={t("settings.language")} fault={faultsOf(refused, "locale")}>
            {(control) => (
              <Choice {...control} value={draft.locale} onChange={(event) => set({ locale: event.target.value as Draft["locale"] })}>
                <option value="zh">简体中文</option>
                <option value="en">English</option>
              </Choice>
            )}
          </Field>
          <Field label={t("org.timeZone")} fault={faultsOf(refused, "timeZone")}>
            {(control) => <Text {...control} value={draft.timeZone} onChange={(event) => set({ timeZone: event.target.value })} />}
          </Field>
          {user && <Status draft={draft} onChange={set} />}
        </div>
        {!taken && <FormFault error={saving.error} known={KNOWN} />}
        {user && refused?.status === 409 && (
          <p style={{ marginTop: 8 }}>
            <Link href={`/settings/handover?from=${encodeURIComponent(user.userId)}`} className="link" onClick={close}>{t("org.handOver")}</Link>
          </p>
        )}
        <div className="dlg-foot">
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("action.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
