import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { create, type Resource, type Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Editor } from "../records/Editor";
import { useFields } from "../records/fields";
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
  const label = useLabel();
  const field = useFields("view").fields.find((each) => each.name === "visibility");
  const queries = useQueryClient();
  const { requestId, failed } = useRequestId();
  const [name, setName] = useState("");
  const [visibility, setVisibility] = useState("private");
  const saving = useMutation({
    mutationFn: () => create("view", requestId, { ...content, resource, name: name.trim(), visibility }),
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
        {field && (
          <Field label={label(field.label)}>
            {(control) => <Editor field={field} value={visibility} onChange={(value) => setVisibility(value as string)} control={control} />}
          </Field>
        )}
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
