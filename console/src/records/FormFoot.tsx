import type { Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";

interface Props {
  resource: Resource;
  another: boolean;
  onAnother: (another: boolean) => void;
  dirty: boolean;
  onDiscard: () => void;
  busy: boolean;
  /** A reason is missing. */
  blocked: boolean;
  /** Something like it is there already. */
  anyway: boolean;
}

export function FormFoot({ resource, another, onAnother, dirty, onDiscard, busy, blocked, anyway }: Props) {
  const t = useT();
  const person = resource === "customer" || resource === "contact";
  return (
    <footer className="pf">
      <label className="row g8 md ink2 sp hide-phone">
        <input type="checkbox" className="cb" checked={another} onChange={(event) => onAnother(event.target.checked)} />
        {t(person ? "form.another" : "form.anotherOne")}
      </label>
      <Button onClick={onDiscard}>{t(dirty ? "form.discard" : "action.cancel")}</Button>
      <Button type="submit" look="primary" busy={busy} disabled={blocked}>
        {anyway ? t("form.anyway") : t("form.create")}
      </Button>
    </footer>
  );
}
