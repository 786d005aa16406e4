import { useMutation } from "@tanstack/react-query";

import type { OptionCreate, TenantOption } from "../api/schema";
import { useLabel, useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { useDialogForm } from "../state/useDialogForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";
import { ColorField } from "./ColorField";
import { addOption, changeOption, deleteOption, useRefresh } from "./useChoices";

interface Draft {
  optionId: string;
  zh: string;
  en: string;
  color: string;
  position: string;
  active: boolean;
}

const KNOWN = ["optionId", "label", "position"];

const draftOf = (option: TenantOption | null): Draft => ({
  optionId: option?.optionId ?? "",
  zh: option?.label.zh ?? "",
  en: option?.label.en ?? "",
  color: option?.color ?? "gray",
  position: option ? String(option.position) : "",
  active: option?.active ?? true,
});

function contentOf(draft: Draft) {
  const label: Record<string, string> = {};
  if (draft.zh.trim()) label["zh"] = draft.zh.trim();
  if (draft.en.trim()) label["en"] = draft.en.trim();
  const color = draft.color as NonNullable<OptionCreate["color"]>;
  return { label, color, active: draft.active, ...(draft.position.trim() && { position: Number(draft.position) }) };
}

/** Adds an option to a field, or changes one. */
export function OptionDialog({ field, option, onClose }: { field: string; option: TenantOption | null; onClose: () => void }) {
  const t = useT();
  const label = useLabel();
  const refresh = useRefresh();
  const nameOf = (draft: Draft) => draft.zh || draft.en;
  const { draft, set, saving, refused, complete, submit, close } = useDialogForm<Draft>({
    key: `option.${field}.${option?.optionId ?? ""}`,
    start: () => draftOf(option),
    isComplete: (draft) => nameOf(draft).trim() !== "" && draft.optionId.trim() !== "",
    save: (draft, requestId) =>
      option
        ? changeOption(option, requestId, contentOf(draft))
        : addOption(requestId, { field, optionId: draft.optionId.trim(), ...contentOf(draft) }),
    onSaved: (draft) => {
      toast(t(option ? "record.saved" : "form.created", { name: nameOf(draft) }));
      refresh();
    },
    onClose,
  });
  const erasing = useMutation({
    mutationFn: (of: TenantOption) => deleteOption(of, newRequestId()),
    onSuccess: () => {
      toast(t("record.deleted", { name: nameOf(draft) }));
      refresh();
      close();
    },
  });
  return (
    <Dialog title={option ? label(option.label) : t("choices.addOption")} onClose={close}>
      <form onSubmit={submit} noValidate>
        <div className="form" style={{ margin: "16px 0" }}>
          <Field label={t("choices.optionId")} hint={t("choices.optionIdHint")} wide fault={refused?.faultOf("optionId")}>
            {(control) => <Text {...control} autoFocus={option === null} readOnly={option !== null} value={draft.optionId} onChange={(event) => set({ optionId: event.target.value })} />}
          </Field>
          <Field label={t("choices.zh")} fault={refused?.faultOf("label")}>
            {(control) => <Text {...control} value={draft.zh} onChange={(event) => set({ zh: event.target.value })} />}
          </Field>
          <Field label={t("choices.en")} hint={t("signin.optional")}>
            {(control) => <Text {...control} value={draft.en} onChange={(event) => set({ en: event.target.value })} />}
          </Field>
          <Field label={t("choices.position")} hint={t("signin.optional")} fault={refused?.faultOf("position")}>
            {(control) => <Text {...control} inputMode="numeric" value={draft.position} onChange={(event) => set({ position: event.target.value })} />}
          </Field>
          <label className="row g8 pick wide">
            <input type="checkbox" className="cb" checked={draft.active} onChange={(event) => set({ active: event.target.checked })} />
            {t("choices.active")}
          </label>
        </div>
        <ColorField value={draft.color} onChange={(color) => set({ color })} />
        <FormFault error={saving.error ?? erasing.error} known={KNOWN} />
        <div className="dlg-foot">
          {option && <Button look="danger" busy={erasing.isPending} onClick={() => erasing.mutate(option)}>{t("action.delete")}</Button>}
          <span className="sp" />
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("action.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
