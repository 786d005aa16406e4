import { useState } from "react";

import type { Field, Resource } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { toast } from "../state/toasts";
import { IconButton } from "../ui/Button";
import { RevealDialog } from "./RevealButton";
import { dial, useNumber } from "./useNumber";

interface Props {
  resource: Resource;
  id: string;
  field: Field;
  /** Masked, as the API returns it. */
  masked: string;
}

/** The number to show, to copy and to dial: each of them reveals it first. */
export function PhoneCard({ resource, id, field, masked }: Props) {
  const t = useT();
  const label = useLabel();
  const { number, setNumber, use, busy } = useNumber(resource, id, field.name);
  const [asking, setAsking] = useState(false);
  const copy = (full: string) => void navigator.clipboard.writeText(full).then(() => toast(t("action.copied")));
  return (
    <div className="card phc">
      <span className="md mut">{label(field.label)}</span>
      <div className="row">
        <b className="sp">{number ?? masked}</b>
        {number === null && <IconButton small icon="eye" label={t("action.reveal")} onClick={() => setAsking(true)} />}
        <IconButton small icon="copy" label={t("action.copyNumber")} disabled={busy} onClick={() => use(copy)} />
        <IconButton small icon="phone" className="teal" label={t("action.call")} disabled={busy} onClick={() => use(dial)} />
      </div>
      {asking && <RevealDialog resource={resource} id={id} field={field.name} onFound={(found) => {
        setNumber(found);
        setAsking(false);
      }} onClose={() => setAsking(false)} />}
    </div>
  );
}
