import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { bulk, type BulkChange, type Field, type Resource } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { newRequestId, useRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field as Labelled } from "../ui/Field";
import { FormFault } from "../ui/States";
import { ADD_TAGS, bulkFields, bulkSet } from "./bulk";
import { Editor } from "./Editor";
import { type Draft, valueOf, WRONG } from "./values";

export type BulkKind = "transfer" | "edit" | "tags" | "delete";

interface Props {
  resource: Resource;
  fields: Field[];
  kind: BulkKind;
  target: { ids: string[] } | { filter: unknown };
  onClose: (done: boolean) => void;
}

/** First what would happen, then the change: never optimistic. */
export function BulkDialog({ resource, fields, kind, target, onClose }: Props) {
  const t = useT();
  const queries = useQueryClient();
  const { requestId, failed } = useRequestId();
  const [owner, setOwner] = useState("");
  const [choice, setChoice] = useState<{ name: string; value: Draft[string] }>({ name: kind === "tags" ? ADD_TAGS : "", value: "" });
  const usable = bulkFields(resource, fields);
  const field = usable.find((each) => each.name === choice.name);
  const ownerField = fields.find((each) => each.name === "ownerId");

  const change = (dryRun: boolean): BulkChange => {
    if (kind === "delete") return { ...target, action: "delete", dryRun };
    if (kind === "transfer") return { ...target, set: { ownerId: owner.trim() || null }, dryRun };
    return { ...target, set: field ? bulkSet(field, choice.value) : {}, dryRun };
  };
  const check = useMutation({ mutationFn: () => bulk(resource, newRequestId(), change(true)) });
  const run = useMutation({
    mutationFn: () => bulk(resource, requestId, change(false)),
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: [resource] });
      const text = t(kind === "delete" ? "bulk.doneDelete" : "bulk.done", { n: done.updated + done.deleted });
      const undo = { label: t("action.undo"), run: () => void bringBack() };
      toast(text, kind === "delete" && "ids" in target ? { actions: [undo] } : {});
      const failure = done.failures[0];
      if (failure) toast(t("bulk.partly", { n: done.failed, why: failure.message }), { tone: "danger" });
      onClose(true);
    },
    onError: failed,
  });
  const bringBack = async () => {
    await bulk(resource, newRequestId(), { ...target, action: "restore", dryRun: false });
    await queries.invalidateQueries({ queryKey: [resource] });
  };
  /** Another change needs another check. */
  const changed = (act: () => void) => {
    act();
    check.reset();
  };
  const found = check.data;
  const ready = kind !== "edit" || (field !== undefined && valueOf(field, choice.value) !== WRONG);
  const title = t(kind === "delete" ? "action.delete" : `bulk.${kind}`);
  const changing = found ? found.updated + found.deleted : 0;
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      <div className="col g12" style={{ marginTop: 12 }}>
        {kind === "transfer" && (
          <Labelled label={t("bulk.newOwner")}>
            {(control) =>
              ownerField && <Editor field={ownerField} value={owner} control={control} onChange={(value) => changed(() => setOwner(typeof value === "string" ? value : ""))} />
            }
          </Labelled>
        )}
        {(kind === "edit" || kind === "tags") && <Edit usable={usable} choice={choice} onChange={(next) => changed(() => setChoice(next))} />}
        {found && (
          <p className="note n" role="status">
            {t(kind === "delete" ? "bulk.previewDelete" : "bulk.preview", { n: changing, same: found.unchanged, failed: found.failed })}
          </p>
        )}
        <FormFault error={check.error ?? run.error} />
      </div>
      <div className="dlg-foot">
        <Button onClick={() => onClose(false)}>{t("action.cancel")}</Button>
        {found ? (
          <Button look={kind === "delete" ? "danger" : "primary"} busy={run.isPending} disabled={changing === 0} onClick={() => run.mutate()}>
            {t(kind === "delete" ? "bulk.runDelete" : "bulk.run", { n: changing })}
          </Button>
        ) : (
          <Button look="primary" busy={check.isPending} disabled={!ready} onClick={() => check.mutate()}>
            {t("bulk.check")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

interface EditProps {
  usable: Field[];
  choice: { name: string; value: Draft[string] };
  onChange: (choice: { name: string; value: Draft[string] }) => void;
}

function Edit({ usable, choice, onChange }: EditProps) {
  const t = useT();
  const label = useLabel();
  const field = usable.find((each) => each.name === choice.name);
  return (
    <>
      <Labelled label={t("bulk.field")}>
        {(control) => (
          <Choice {...control} value={choice.name} onChange={(event) => onChange({ name: event.target.value, value: "" })}>
            <option value="" />
            {usable.map((each) => (
              <option key={each.name} value={each.name}>
                {label(each.label)}
              </option>
            ))}
          </Choice>
        )}
      </Labelled>
      {field && (
        <Labelled label={t("bulk.value")}>
          {(control) => <Editor field={field} value={choice.value} control={control} onChange={(value) => onChange({ ...choice, value })} />}
        </Labelled>
      )}
    </>
  );
}
