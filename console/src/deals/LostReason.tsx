import "./deal.css";

import { type KeyboardEvent, useState } from "react";

import type { Field, Row } from "../api/resources";
import { money } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { Beside } from "../ui/Beside";
import { Button, IconButton } from "../ui/Button";
import { Area, Field as Labelled, Text } from "../ui/Field";
import { Icon } from "../ui/Icon";

interface Losing {
  title: string;
  customer: string | null | undefined;
  amountCents: number;
  currency: string;
}

interface Props {
  deal: Losing;
  place: DOMRect;
  fields: Field[];
  /** Below its place rather than beside it. */
  below?: boolean;
  onLose: (why: Row) => void;
  onClose: () => void;
}

const KEYS = 9;

/** Why a deal was lost, before it is; leaving puts the card back. Digits choose a reason, Enter saves. */
export function LostReason({ deal, place, fields, below, onLose, onClose }: Props) {
  const t = useT();
  const label = useLabel();
  const [reason, setReason] = useState<string | null>(null);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const why = fields.find((each) => each.name === "lostReason");
  const reasons = why?.options.filter((each) => each.active) ?? [];
  const asked = ["competitor", "lostNote"].flatMap((name) => fields.filter((each) => each.name === name));
  const lacks = reason === null && reasons.length > 0;
  const lose = () => {
    const given = Object.entries(texts).flatMap(([name, text]) => (text.trim() ? [[name, text.trim()]] : []));
    onLose({ ...(reason && { lostReason: reason }), ...(Object.fromEntries(given) as Row) });
  };
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const at = event.target as HTMLElement;
    const chosen = reasons[Number(event.key) - 1];
    // On a button Enter is that button, but on a reason when one has been chosen.
    if (event.key === "Enter" && !event.shiftKey && (!at.matches("button") || (at.matches(".chip") && !lacks))) {
      event.preventDefault();
      if (!lacks) lose();
    } else if (!at.matches("input, textarea") && chosen) setReason(String(chosen.value));
  };
  return (
    <Beside label={`${t("deal.lose")}: ${deal.title}`} place={place} below={below} onClose={onClose}>
      <div className="why col g12" onKeyDown={key}>
        <header className="row g8" style={{ alignItems: "flex-start" }}>
          <span className="red" style={{ paddingTop: 2 }}><Icon name="lost" /></span>
          <div className="sp col">
            <h2 style={{ fontSize: 14, overflowWrap: "anywhere" }}>{`${t("deal.lose")}: ${deal.title}`}</h2>
            <span className="md ink2">
              {deal.customer} <span className="nw">· {money(deal.amountCents, deal.currency)}</span>
            </span>
          </div>
          <IconButton small icon="x" label={t("action.close")} onClick={onClose} />
        </header>
        {why && (
          <div>
            <div className="lab">{label(why.label)}</div>
            <div className="row g6 wrap" role="group" aria-label={label(why.label)}>
              {reasons.map((each, at) => (
                <button
                  key={String(each.value)}
                  type="button"
                  className={`chip q${reason === String(each.value) ? " on" : ""}`}
                  aria-pressed={reason === String(each.value)}
                  data-autofocus={at === 0 || undefined}
                  onClick={() => setReason(String(each.value))}
                >
                  {label(each.label)}
                  {at < KEYS && <kbd className="hide-phone" aria-hidden="true">{at + 1}</kbd>}
                </button>
              ))}
            </div>
          </div>
        )}
        {asked.map((field) => {
          const Input = field.type === "multilineText" ? Area : Text;
          return (
            <Labelled key={field.name} label={label(field.label)} hint={t("signin.optional")}>
              {(control) => <Input {...control} value={texts[field.name] ?? ""} onChange={(event) => setTexts({ ...texts, [field.name]: event.target.value })} />}
            </Labelled>
          );
        })}
        <footer className="row g8" style={{ justifyContent: "flex-end" }}>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" disabled={lacks} onClick={lose}>
            {t("deal.markLost")}
          </Button>
        </footer>
      </div>
    </Beside>
  );
}
