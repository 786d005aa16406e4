import "./deal.css";

import { type SyntheticEvent, useState } from "react";

import { useLabel, useT } from "../i18n/translate";
import { Editor } from "../records/Editor";
import { contentOf } from "../records/form";
import type { Draft } from "../records/values";
import { Beside } from "../ui/Beside";
import { Button, IconButton } from "../ui/Button";
import { Field as Labelled } from "../ui/Field";
import { Icon } from "../ui/Icon";
import type { Attempt, Gate } from "./useMove";

/** Of the layer, which would else begin with the button that closes it. */
const FIRST = { "data-autofocus": true };

interface Props {
  gate: Gate;
  below?: boolean;
  onMove: (attempt: Attempt) => Promise<boolean>;
  onClose: () => void;
}

/** What the stage requires, asked for before the deal moves there; leaving lets it stay where it was. */
export function StageGate({ gate, below, onMove, onClose }: Props) {
  const t = useT();
  const label = useLabel();
  const { deal, stage, place, missing, error, more = {} } = gate;
  const [values, setValues] = useState<Draft>({});
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const { content, wrong } = contentOf(missing, values);
  const complete = missing.every((each) => each.name in content || wrong.includes(each.name));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!complete || busy || wrong.length > 0) return;
    setBusy(true);
    void onMove({ deal, stage, place, more: { ...more, ...content } }).finally(() => setBusy(false));
  };
  const title = t("deal.moveTo", { name: deal.title, stage: stage.name });
  return (
    <Beside label={title} place={place} below={below} onClose={onClose}>
      <form className="why col g12" onSubmit={submit} noValidate>
        <header className="row g8" style={{ alignItems: "flex-start" }}>
          <span className="amber" style={{ paddingTop: 2 }}><Icon name="alert" /></span>
          <div className="sp col">
            <h2 style={{ fontSize: 14, overflowWrap: "anywhere" }}>{title}</h2>
            <span className="md ink2">{t("deal.required")}</span>
          </div>
          <IconButton small icon="x" label={t("action.close")} onClick={onClose} />
        </header>
        {missing.map((field, at) => (
          <Labelled key={field.name} label={label(field.label)} fault={tried && wrong.includes(field.name) ? t("form.amount") : field.name in more ? error.faultOf(field.name) : undefined}>
            {(control) => <Editor chips field={field} value={values[field.name]} control={at === 0 ? { ...control, ...FIRST } : control} onChange={(value) => setValues({ ...values, [field.name]: value })} />}
          </Labelled>
        ))}
        <footer className="row g8" style={{ justifyContent: "flex-end" }}>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={busy} disabled={!complete}>
            {t("deal.moveNow", { stage: stage.name })}
          </Button>
        </footer>
      </form>
    </Beside>
  );
}
