import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useEffect, useMemo, useState } from "react";
import { useLocation } from "wouter";

import { ApiError } from "../api/errors";
import { create, type Field, type Resource, type Row } from "../api/resources";
import { Suspected } from "../duplicates/Suspected";
import { warnOf } from "../duplicates/warnings";
import { useLabel, useT } from "../i18n/translate";
import { useIntent } from "../state/intent";
import { toast } from "../state/toasts";
import { IconButton } from "../ui/Button";
import { Field as Labelled } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { FormFault } from "../ui/States";
import { Editor } from "./Editor";
import { titleField, titleOf, useFields } from "./fields";
import { contentOf, isDirty, isWide } from "./form";
import { FormFoot } from "./FormFoot";
import type { Draft } from "./values";

interface Props {
  resource: Resource;
  /** The members to ask for first; the others are behind 更多字段. */
  first: string[];
  initial?: Draft;
  /** Below the title, while it is typed: what may be the same record. */
  hint?: ReactNode;
  onTyped?: (values: Draft) => void;
  similar?: boolean;
  onCreated: (row: Row, etag: string | null) => void;
  onClose: () => void;
}

const EMPTY: Draft = {};
const NAMED = 3;

export function RecordForm({ resource, first, initial = EMPTY, hint, onTyped, similar, onCreated, onClose }: Props) {
  const t = useT();
  const label = useLabel();
  const queries = useQueryClient();
  const { fields } = useFields(resource);
  const [all, setAll] = useState(false);
  const [wrong, setWrong] = useState<string[]>([]);
  const [another, setAnother] = useState(false);
  // Another record begins with the cursor in its first field.
  const [round, setRound] = useState(0);
  const { intent, change, finish, failed, restored } = useIntent<Draft>(`new.${resource}`, initial);
  const values = useMemo(() => ({ ...initial, ...intent.values }), [initial, intent.values]);
  useEffect(() => onTyped?.(values), [onTyped, values]);
  const writable = fields.filter((each) => each.writable !== "never");
  const asked = first.flatMap((name) => writable.filter((each) => each.name === name));
  const rest = writable.filter((each) => !first.includes(each.name));

  const [reason, setReason] = useState("");
  const [, go] = useLocation();
  const saving = useMutation({
    mutationFn: ({ content, allow }: { content: Row; allow: string }) => create(resource, intent.requestId, content, allow),
    onSuccess: ({ row, etag }) => {
      finish();
      void queries.invalidateQueries();
      toast(t("form.created", { name: titleOf(resource, row) }));
      warnOf(row, go);
      if (!another) onCreated(row, etag);
      else setRound(round + 1);
    },
    onError: failed,
  });
  const refused = saving.error instanceof ApiError ? saving.error : null;
  const suspected = refused?.code === "DUPLICATE_SUSPECTED" ? refused : null;
  const faultOf = (field: Field): string | undefined =>
    wrong.includes(field.name) ? t("form.amount") : refused?.faultOf(field.name);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (saving.isPending) return;
    const found = contentOf(writable, values);
    setWrong(found.wrong);
    if (found.wrong.length === 0) saving.mutate({ content: found.content, allow: suspected ? reason.trim() : "" });
  };
  const dirty = isDirty(intent.values, initial);
  const leave = () => {
    if (!dirty) finish();
    onClose();
  };
  const discard = () => {
    finish();
    onClose();
  };
  const row = (field: Field, at: number) => (
    <div key={field.name} className={isWide(field) || field.name === titleField(resource) ? "wide" : ""}>
      <Labelled label={label(field.label)} fault={faultOf(field)} {...(field.required ? {} : { hint: t("signin.optional") })}>
        {(control) => (
          <Editor chips field={field} value={values[field.name]} control={control} autoFocus={at === 0} onChange={(value) => change({ ...intent.values, [field.name]: value })} />
        )}
      </Labelled>
      {field.name === titleField(resource) && (suspected ? <Suspected error={suspected} reason={reason} onReason={setReason} /> : hint)}
    </div>
  );
  const names = rest.slice(0, NAMED).map((each) => label(each.label)).join(t("form.comma"));
  return (
    <form className="col" style={{ flex: 1, minHeight: 0 }} onSubmit={submit} noValidate>
      <header className="ph">
        <h2 className="sp" style={{ fontSize: 14, paddingLeft: 8 }}>
          {t("form.new", { what: t(`type.${resource}` as "type.customer") })}
        </h2>
        <span className="sm mut" role="status">
          {restored && dirty ? t("form.restored") : dirty ? t("form.draft") : ""}
        </span>
        <IconButton icon="x" label={t("action.close")} onClick={leave} />
      </header>
      <div className="pb">
        <div className="form" key={round}>
          {asked.map(row)}
          {all && rest.map((each) => row(each, -1))}
        </div>
        {!all && rest.length > 0 && (
          <button type="button" className="row g6 more" onClick={() => setAll(true)}>
            <span className="link row g6 nw">
              <Icon name="plus" />
              {t("form.more")}
            </span>
            <span className="mut md el">{t(rest.length > NAMED ? "form.moreNamed" : "form.moreFew", { names, n: rest.length })}</span>
          </button>
        )}
        <FormFault error={suspected ? null : saving.error} known={writable.map((each) => each.name)} />
      </div>
      <FormFoot
        resource={resource}
        another={another}
        onAnother={setAnother}
        dirty={dirty}
        onDiscard={discard}
        busy={saving.isPending}
        blocked={suspected !== null && !reason.trim()}
        anyway={similar === true || suspected !== null}
      />
    </form>
  );
}
