import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { type Resource, reveal } from "../api/resources";
import { useT } from "../i18n/translate";
import { useRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";

interface Props {
  resource: Resource;
  id: string;
  field: string;
  /** A word on the button; without it an icon is enough. */
  call?: boolean;
}

/** The full number, for a reason that goes to the audit log. It is shown, and never stored. */
export function RevealButton({ resource, id, field, call = false }: Props) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <>
      {call ? (
        <Button icon="phone" onClick={() => setOpen(true)}>
          {t("action.call")}
        </Button>
      ) : (
        <IconButton small icon="eye" label={t("action.reveal")} onClick={() => setOpen(true)} />
      )}
      {open && <RevealDialog resource={resource} id={id} field={field} onClose={() => setOpen(false)} />}
    </>
  );
}

const REASONS = ["reveal.callback", "reveal.visit", "reveal.contract"] as const;

interface DialogProps {
  resource: Resource;
  id: string;
  field: string;
  /** Gets the number, for the place where it was asked for. */
  onFound?: (number: string) => void;
  onClose: () => void;
}

export function RevealDialog({ resource, id, field, onFound, onClose }: DialogProps) {
  const t = useT();
  const { requestId, failed } = useRequestId();
  const [reason, setReason] = useState<string>(t(REASONS[0]));
  const asking = useMutation({
    mutationFn: () => reveal(resource, id, requestId, [field], reason),
    onSuccess: (revealed) => typeof revealed[field] === "string" && onFound?.(revealed[field]),
    onError: failed,
  });
  const found = asking.data?.[field] as string | undefined;
  const isPhone = !field.toLowerCase().includes("mail");
  return (
    <Dialog title={t("reveal.title")} width={400} onClose={onClose}>
      {found ? (
        <div className="row g8" style={{ marginTop: 16 }}>
          <a className="name sp link" href={`${isPhone ? "tel" : "mailto"}:${found}`}>
            {found}
          </a>
          <Button icon="copy" onClick={() => void navigator.clipboard.writeText(found).then(() => toast(t("action.copied")))}>
            {t("action.copy")}
          </Button>
        </div>
      ) : (
        <form
          className="col g12"
          style={{ marginTop: 12 }}
          onSubmit={(event) => {
            event.preventDefault();
            asking.mutate();
          }}
        >
          <div className="row g6 wrap">
            {REASONS.map((each) => (
              <button key={each} type="button" className={`chip q${reason === t(each) ? " on" : ""}`} aria-pressed={reason === t(each)} onClick={() => setReason(t(each))}>
                {t(each)}
              </button>
            ))}
          </div>
          <Field label={t("reveal.reason")}>
            {(control) => <Text {...control} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Field>
          <p className="sm mut">{t("reveal.note")}</p>
          <FormFault error={asking.error} />
          <Button type="submit" look="primary" busy={asking.isPending} disabled={reason.trim() === ""}>
            {t("reveal.show")}
          </Button>
        </form>
      )}
    </Dialog>
  );
}
