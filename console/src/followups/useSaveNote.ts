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
  contactId: string;
  dealId: string;
  next: string;
  /** When it was first saved: a note that is sent late says when it happened. */
  at?: string;
}
const EMPTY: Note = { kind: "call", text: "", contactId: "", dealId: "", next: "" };

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
export function useSaveNote(customerId: string, name: string, onSaved?: () => void) {
  const t = useT();
  const queries = useQueryClient();
  const draft = useIntent<Note>(`follow-up.${customerId}`, EMPTY);
  const { intent, change, finish, failed } = draft;
  const saving = useMutation({
    mutationFn: () => {
      const at = intent.values.at ?? serviceTime();
      change({ ...intent.values, at });
      const content = contentOf(intent.values, at, customerId, t("follow.task", { name }));
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
