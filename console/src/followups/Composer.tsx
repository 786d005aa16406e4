import { type KeyboardEvent, type Ref, useCallback, useEffect } from "react";

import { useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { FormFault } from "../ui/States";
import { About } from "./About";
import { NextStep } from "./NextStep";
import { useGuess } from "./useGuess";
import { type Note, useSaveNote } from "./useSaveNote";
import { WhenChip } from "./WhenChip";

const ICONS: Record<string, IconName> = { call: "phone", visit: "pin", wechat: "chat", meeting: "users", email: "mail", other: "pen" };

interface Props {
  customerId: string;
  name: string;
  onSaved?: () => void;
  area?: Ref<HTMLTextAreaElement>;
  autoFocus?: boolean;
  /** What the page is about, where that is one deal. */
  dealId?: string | undefined;
  /** Whether there is text that is not saved yet. */
  onTyped?: (typed: boolean) => void;
}

/** A time that was taken back is no time. */
function without(note: Note): Note {
  const { when, ...rest } = note;
  return when ? note : rest;
}

export function Composer({ customerId, name, onSaved, area, autoFocus = false, dealId, onTyped }: Props) {
  const t = useT();
  const label = useLabel();
  const { fields } = useFields("follow_up");
  const found = useGuess(customerId);
  const guess = dealId === undefined ? found : { ...found, dealId };
  const { draft, saving } = useSaveNote(customerId, name, guess, onSaved);
  const { intent, change } = draft;
  const note = intent.values;
  const set = useCallback((next: Partial<Note>) => change({ ...note, ...next }), [change, note]);
  const kinds = fields.find((each) => each.name === "followUpType")?.options ?? [];
  const typed = note.text.trim() !== "";
  const ready = typed && !saving.isPending;
  useEffect(() => onTyped?.(typed), [onTyped, typed]);
  const save = () => ready && saving.mutate();
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  return (
    <section className="comp" aria-label={t("action.logFollowUp")} onKeyDown={onKey}>
      <div className="row g4 types" role="group" aria-label={t("type.follow_up")}>
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
        <span className="sm mut nw hide-phone" role="status">
          {note.text ? t("form.draft") : ""}
        </span>
      </div>
      <textarea
        ref={area}
        autoFocus={autoFocus}
        data-autofocus={autoFocus || undefined}
        enterKeyHint="enter"
        aria-label={t("action.logFollowUp")}
        placeholder={t("follow.placeholder")}
        value={note.text}
        rows={2}
        onChange={(event) => set({ text: event.target.value })}
      />
      <div className="row g6 wrap ctx">
        <WhenChip value={note.when} onChange={(when) => change(without({ ...note, when: when ?? "" }))} />
        <About resource="contact" label="follow.contact" icon="user" customerId={customerId} value={note.contactId ?? guess.contactId} onChange={(contactId) => set({ contactId })} />
        <About resource="opportunity" label="follow.deal" icon="deal" customerId={customerId} value={note.dealId ?? guess.dealId} onChange={(chosen) => set({ dealId: chosen })} />
      </div>
      <FormFault error={saving.error} />
      <div className="row g6 wrap save">
        <NextStep value={note.next} onChange={(next) => set({ next })} />
        <span className="sp" />
        <Button look="primary" disabled={!typed} busy={saving.isPending} onClick={save} hint="Ctrl ↵">
          {t("follow.save")}
        </Button>
      </div>
    </section>
  );
}
