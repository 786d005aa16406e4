import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type Ref, useCallback } from "react";

import { create, whoami } from "../api/resources";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { useChildren } from "../records/useRecord";
import { useIntent } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { FormFault } from "../ui/States";
import { NextStep } from "./NextStep";

const ICONS: Record<string, IconName> = { call: "phone", visit: "pin", wechat: "chat", meeting: "users", email: "mail", other: "pen" };

interface Note {
  kind: string;
  text: string;
  contactId: string;
  dealId: string;
  next: string;
}
const EMPTY: Note = { kind: "call", text: "", contactId: "", dealId: "", next: "" };

interface Props {
  customerId: string;
  name: string;
  onSaved?: () => void;
  area?: Ref<HTMLTextAreaElement>;
  autoFocus?: boolean;
}

/** The follow-up and its next step, under one intent: a retry saves neither twice. */
function useSaveNote(customerId: string, name: string, onSaved?: () => void) {
  const t = useT();
  const queries = useQueryClient();
  const { data: caller } = useQuery(whoami);
  const draft = useIntent<Note>(`follow-up.${customerId}`, EMPTY);
  const { intent, finish } = draft;
  const saving = useMutation({
    mutationFn: async () => {
      const { kind, text, contactId, dealId, next } = intent.values;
      const about = { customerId, ...(contactId && { contactId }), ...(dealId && { opportunityId: dealId }) };
      const saved = await create("follow_up", intent.requestId, { ...about, content: text.trim(), followUpType: kind });
      if (next) {
        const task = { title: t("follow.task", { name }).slice(0, 200), dueOn: next, kind: "call", followUpId: saved.row["followUpId"] };
        const assignee = caller?.user ? { assigneeId: caller.user } : {};
        await create("task", `${intent.requestId}-next`, { ...about, ...task, ...assignee });
      }
    },
    onSuccess: () => {
      finish();
      void queries.invalidateQueries();
      toast(t("follow.saved"));
      onSaved?.();
    },
  });
  return { draft, saving };
}

export function Composer({ customerId, name, onSaved, area, autoFocus = false }: Props) {
  const t = useT();
  const label = useLabel();
  const { fields } = useFields("follow_up");
  const { draft, saving } = useSaveNote(customerId, name, onSaved);
  const { intent, change } = draft;
  const note = intent.values;
  const set = useCallback((next: Partial<Note>) => change({ ...note, ...next }), [change, note]);
  const kinds = fields.find((each) => each.name === "followUpType")?.options ?? [];
  const ready = note.text.trim() !== "" && !saving.isPending;
  const save = () => ready && saving.mutate();
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  return (
    <section className="comp" aria-label={t("action.logFollowUp")}>
      <div className="row g4" style={{ padding: "8px 8px 4px", overflowX: "auto" }} role="group" aria-label={t("type.follow_up")}>
        {kinds
          .filter((each) => each.value !== "other")
          .map((each) => (
            <button
              key={String(each.value)}
              type="button"
              className={`ty${note.kind === each.value ? " on" : ""}`}
              aria-pressed={note.kind === each.value}
              onClick={() => set({ kind: String(each.value) })}
            >
              <Icon name={ICONS[String(each.value)] ?? "pen"} size={14} />
              {label(each.label)}
            </button>
          ))}
        <span className="sp" />
        <span className="sm mut nw" role="status">
          {note.text ? t("form.draft") : ""}
        </span>
      </div>
      <textarea
        ref={area}
        autoFocus={autoFocus}
        aria-label={t("action.logFollowUp")}
        placeholder={t("follow.placeholder")}
        value={note.text}
        rows={2}
        onChange={(event) => set({ text: event.target.value })}
        onKeyDown={onKey}
      />
      <div className="row g6 wrap" style={{ padding: "4px 12px 10px" }}>
        <About resource="contact" label="follow.contact" icon="user" customerId={customerId} value={note.contactId} onChange={(contactId) => set({ contactId })} />
        <About resource="opportunity" label="follow.deal" icon="deal" customerId={customerId} value={note.dealId} onChange={(dealId) => set({ dealId })} />
      </div>
      <FormFault error={saving.error} />
      <div className="row g6 wrap" style={{ padding: "8px 8px 8px 14px", borderTop: "1px solid var(--line)" }}>
        <NextStep value={note.next} onChange={(next) => set({ next })} />
        <span className="sp" />
        <Button look="primary" disabled={note.text.trim() === ""} busy={saving.isPending} onClick={save} hint="Ctrl ↵">
          {t("follow.save")}
        </Button>
      </div>
    </section>
  );
}

interface AboutProps {
  resource: "contact" | "opportunity";
  label: Key;
  icon: IconName;
  customerId: string;
  value: string;
  onChange: (id: string) => void;
}

/** Of this customer only: nobody looks for a contact among the whole company's. */
function About({ resource, label, icon, customerId, value, onChange }: AboutProps) {
  const t = useT();
  const { data } = useChildren(resource, { customerId });
  const ids = { contact: "contactId", opportunity: "opportunityId" };
  const titles = { contact: "name", opportunity: "title" };
  if (!data || data.data.length === 0) return null;
  return (
    <label className="chip q">
      <Icon name={icon} size={14} />
      <span className="sr">{t(label)}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t(label)}</option>
        {data.data.map((row) => (
          <option key={row[ids[resource]] as string} value={row[ids[resource]] as string}>
            {row[titles[resource]] as string}
          </option>
        ))}
      </select>
      <Icon name="down" size={14} />
    </label>
  );
}
