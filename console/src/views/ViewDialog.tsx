import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { create, type Resource, type Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { useRequestId } from "../state/intent";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";

interface Props {
  resource: Resource;
  content: Row;
  onClose: () => void;
  onSaved: (id: string) => void;
}

export function ViewDialog({ resource, content, onClose, onSaved }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const { requestId, failed } = useRequestId();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const saving = useMutation({
    mutationFn: () => create("view", requestId, { ...content, resource, name: name.trim(), visibility: shared ? "tenant" : "private" }),
    onSuccess: async ({ row }) => {
      await queries.invalidateQueries({ queryKey: ["view"] });
      onSaved(row["viewId"] as string);
      onClose();
    },
    onError: failed,
  });
  return (
    <Dialog title={t("view.saveAs")} width={400} onClose={onClose}>
      <form
        className="col g12"
        style={{ marginTop: 12 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() && !saving.isPending) saving.mutate();
        }}
      >
        <Field label={t("view.name")}>{(control) => <Text {...control} autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <label className="row g8">
          <input type="checkbox" className="cb" checked={shared} onChange={(event) => setShared(event.target.checked)} />
          {t("view.shared")}
        </label>
        <FormFault error={saving.error} />
        <div className="dlg-foot">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={name.trim() === ""}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
