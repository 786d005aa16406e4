import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { Row } from "../api/resources";
import { serviceTime } from "../format/clock";
import { useT } from "../i18n/translate";
import { sendOrKeep } from "../outbox/send";
import { useIntent } from "../state/intent";
import { toast } from "../state/toasts";

export interface Note {
  kind: string;
  text: string;
  /** Null as long as the reader leaves the guess. */
  contactId: string | null;
  dealId: string | null;
  next: string;
  /** When it happened, where the reader says so. */
  when?: string;
  /** When it was first saved: a note that is sent late says when it happened. */
  at?: string;
}
const EMPTY: Note = { kind: "call", text: "", contactId: null, dealId: null, next: "" };

/** The follow-up with its next step, in one write: neither is saved without the other, or twice. */
function contentOf(note: Note, at: string, customerId: string, task: string): Row {
  const { kind, text, contactId, dealId, next } = note;
  return {
    customerId,
    content: text.trim(),
    followUpType: kind,
    followedAt: at,
    ...(contactId && { contactId }),
    ...(dealId && { opportunityId: dealId }),
    ...(next && { next: { at: next, title: task.slice(0, 200) } }),
  };
}

/** What was typed, of a write that has been refused. */
export function noteOf(content: Row): Note {
  const text = (name: string) => (content[name] as string | undefined) ?? "";
  const next = content["next"] as { at: string } | undefined;
  return { kind: text("followUpType"), text: text("content"), contactId: text("contactId"), dealId: text("opportunityId"), next: next?.at ?? "", at: text("followedAt") };
}

/** Saves the note, or keeps it until the connection is back. */
export function useSaveNote(customerId: string, name: string, guess: { contactId: string; dealId: string }, onSaved?: () => void) {
  const t = useT();
  const queries = useQueryClient();
  const draft = useIntent<Note>(`follow-up.${customerId}`, EMPTY);
  const { intent, change, finish, failed } = draft;
  const saving = useMutation({
    mutationFn: () => {
      const { values } = intent;
      const at = values.when ?? values.at ?? serviceTime();
      // What is sent again is the same: another guess would be another note.
      const note = { ...values, at, contactId: values.contactId ?? guess.contactId, dealId: values.dealId ?? guess.dealId };
      change(note);
      const content = contentOf(note, at, customerId, t("follow.task", { name }));
      return sendOrKeep({ requestId: intent.requestId, resource: "follow_up", content, title: name, customerId });
    },
    onSuccess: (saved) => {
      finish();
      if (saved) void queries.invalidateQueries();
      toast(t(saved ? "follow.saved" : "outbox.kept"));
      onSaved?.();
    },
    onError: failed,
  });
  return { draft, saving };
}
