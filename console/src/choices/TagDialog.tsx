import { useState } from "react";

import type { Tag, TagCreate } from "../api/schema";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { useDialogForm } from "../state/useDialogForm";
import { useMutationOnce } from "../state/useMutationOnce";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";
import { ColorField } from "./ColorField";
import { addTag, changeTag, mergeTag, useRefresh } from "./useChoices";

interface Draft {
  name: string;
  color: string;
  active: boolean;
}

/** Creates a tag, or changes one. */
export function TagDialog({ tag, tags, onClose }: { tag: Tag | null; tags: Tag[]; onClose: () => void }) {
  const t = useT();
  const refresh = useRefresh();
  const { draft, set, saving, refused, complete, submit, close } = useDialogForm<Draft>({
    key: `tag.${tag?.tagId ?? ""}`,
    start: () => ({ name: tag?.name ?? "", color: tag?.color ?? "gray", active: tag?.active ?? true }),
    isComplete: (draft) => draft.name.trim() !== "",
    save: (draft, requestId) => {
      const content = { name: draft.name.trim(), color: draft.color as NonNullable<TagCreate["color"]>, active: draft.active };
      return tag ? changeTag(tag.tagId, requestId, content) : addTag(requestId, content);
    },
    onSaved: (draft) => {
      toast(t(tag ? "record.saved" : "form.created", { name: draft.name }));
      refresh();
    },
    onClose,
  });
  const merged = (text: string) => {
    toast(text);
    refresh();
    close();
  };
  return (
    <Dialog title={tag ? tag.name : t("choices.addTag")} onClose={close}>
      <form onSubmit={submit} noValidate>
        <div className="form" style={{ margin: "16px 0" }}>
          <Field label={t("choices.name")} wide fault={refused?.faultOf("name")}>
            {(control) => <Text {...control} autoFocus value={draft.name} onChange={(event) => set({ name: event.target.value })} />}
          </Field>
          <label className="row g8 pick wide">
            <input type="checkbox" className="cb" checked={draft.active} onChange={(event) => set({ active: event.target.checked })} />
            {t("choices.active")}
          </label>
        </div>
        <ColorField value={draft.color} onChange={(color) => set({ color })} />
        <FormFault error={saving.error} known={["name"]} />
        <div className="dlg-foot">
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("action.save")}</Button>
        </div>
      </form>
      {tag && tags.length > 1 && <Merge tag={tag} others={tags.filter((each) => each.tagId !== tag.tagId)} onDone={merged} />}
    </Dialog>
  );
}

function Merge({ tag, others, onDone }: { tag: Tag; others: Tag[]; onDone: (text: string) => void }) {
  const t = useT();
  const [into, setInto] = useState("");
  const merging = useMutationOnce({
    mutationFn: () => mergeTag(tag.tagId, newRequestId(), into),
    onSuccess: (kept) => onDone(t("choices.merged", { name: tag.name, into: kept.name })),
  });
  return (
    <section style={{ marginTop: 16 }}>
      <h3 className="h">{t("choices.merge")}</h3>
      <div className="row g8 wrap">
        <Choice aria-label={t("choices.into")} style={{ width: 240 }} value={into} onChange={(event) => setInto(event.target.value)}>
          <option value="" />
          {others.map((each) => <option key={each.tagId} value={each.tagId}>{each.name}</option>)}
        </Choice>
        <Button look="danger" busy={merging.isPending} disabled={!into} onClick={() => merging.mutate()}>{t("choices.mergeNow")}</Button>
      </div>
      <FormFault error={merging.error} known={[]} />
    </section>
  );
}
