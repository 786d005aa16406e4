import { useRef, useState } from "react";

import { type Field, idOf, type Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { toast } from "../state/toasts";
import { Icon } from "../ui/Icon";
import { isMoney } from "./fields";
import { RegionPicker } from "./RegionPicker";
import { isRegion } from "./regions";
import type { Saving } from "./save";
import { TagEditor } from "./TagEditor";
import { draftOf, isPicked, valueOf, WRONG } from "./values";

/** What there is to choose from; nothing where the value is typed. */
function useOptions(field: Field, current: unknown): { value: string; text: string }[] {
  const t = useT();
  const label = useLabel();
  const colleagues = useColleagues();
  if (field.type === "boolean") return [true, false].map((each) => ({ value: String(each), text: t(each ? "value.yes" : "value.no") }));
  if (field.type === "user" && colleagues.length > 0) {
    return [{ value: "", text: "—" }, ...colleagues.map((each) => ({ value: each.userId, text: each.name }))];
  }
  const empty = field.nullable && field.options.length > 0 ? [{ value: "", text: "—" }] : [];
  const usable = field.options.filter((each) => each.active || each.value === current);
  return [...empty, ...usable.map((each) => ({ value: String(each.value), text: label(each.label) }))];
}

interface Props {
  field: Field;
  row: Row;
  saving: Saving;
  onDone: () => void;
}

/** What was typed before a conflict is not masked. */
function typedBefore(field: Field, row: Row, saving: Saving): string | null {
  const { kept } = saving;
  if (kept?.id !== idOf(saving.resource, row) || !(field.name in kept.changes)) return null;
  return textOf({ ...field, masked: false }, kept.changes);
}

function textOf(field: Field, row: Row): string {
  const draft = draftOf(field, row);
  return isPicked(draft) ? draft.id : String(draft ?? "");
}

function focusFirst(box: HTMLDivElement | null): void {
  if (box && !box.contains(document.activeElement)) box.querySelector("input")?.focus();
}

/** In place of the value: Enter and leaving save, Escape reverts. Where a text has lines, Enter breaks one, and Ctrl Enter
 * saves. */
export function InlineEditor({ field, row, saving, onDone }: Props) {
  const t = useT();
  const label = useLabel();
  const before = textOf(field, row);
  const [value, setValue] = useState(typedBefore(field, row, saving) ?? before);
  const finished = useRef(false);

  const finish = (save: boolean, next = value) => {
    if (finished.current) return;
    if (save && next !== before) {
      const written = field.type === "boolean" ? next === "true" : valueOf(field, next);
      const refused = written === WRONG ? "form.amount" : written === null && !field.nullable ? "form.required" : null;
      if (refused) {
        toast(t(refused), { tone: "danger" });
        return;
      }
      void saving.save(row, { [field.name]: written });
    }
    finished.current = true;
    saving.release();
    onDone();
  };
  const hasLines = field.type === "multilineText";
  const keys = {
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.nativeEvent.isComposing) return;
      if (event.key === "Enter" && (!hasLines || event.ctrlKey || event.metaKey)) finish(true);
      if (event.key === "Escape") finish(false);
      event.stopPropagation();
    },
    onBlur: () => finish(true),
    onClick: (event: React.MouseEvent) => event.stopPropagation(),
    autoFocus: true,
    className: "cell-edit",
    "aria-label": label(field.label),
  };
  const options = useOptions(field, row[field.name]);
  const leave = (event: React.FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) finish(true);
  };
  if (isRegion(field)) {
    return (
      <div className="cell-box" onKeyDown={keys.onKeyDown} onBlur={leave} onClick={keys.onClick}>
        <RegionPicker control={{ id: `cell-${field.name}`, "aria-label": label(field.label) }} autoFocus value={value} onChange={setValue} />
      </div>
    );
  }
  if (field.type === "tags") {
    return (
      // The first box has the focus, so that leaving all of them saves.
      <div className="cell-tags" ref={focusFirst} onKeyDown={keys.onKeyDown} onBlur={leave} onClick={keys.onClick}>
        <TagEditor field={field} value={value ? value.split("\n") : []} onChange={(ids) => setValue(ids.join("\n"))} />
      </div>
    );
  }
  if (options.length > 0) {
    return (
      <span className="sel">
      <select {...keys} value={value} onChange={(event) => finish(true, event.target.value)}>
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.text}
          </option>
        ))}
      </select>
      <Icon name="down" />
      </span>
    );
  }
  if (hasLines) return <textarea {...keys} className="cell-edit lines" rows={3} value={value} onChange={(event) => setValue(event.target.value)} />;
  const type = ["date", "dateOrTime"].includes(field.type) ? "date" : "text";
  return <input {...keys} type={type} inputMode={keyboardOf(field)} enterKeyHint="done" value={value} onChange={(event) => setValue(event.target.value)} />;
}

/** The keyboard that a phone shows. */
function keyboardOf(field: Field): "decimal" | "tel" | "email" | "text" {
  if (isMoney(field)) return "decimal";
  if (field.type === "phone") return "tel";
  return field.type === "email" ? "email" : "text";
}
