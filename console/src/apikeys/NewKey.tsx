import type { ApiKey } from "../api/schema";
import { useT } from "../i18n/translate";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";

/** A key that was just made, with its token, which no page shows again. */
export function NewKey({ of, onClose }: { of: ApiKey; onClose: () => void }) {
  const t = useT();
  const { token } = of;
  const copy = (text: string) => {
    void navigator.clipboard.writeText(text).then(() => toast(t("action.copied")));
  };
  return (
    <Dialog title={t("keys.made", { name: of.name })} width={520} onClose={onClose}>
      {token === null ? (
        <p className="note w" role="alert" style={{ marginTop: 16 }}>
          <Icon name="alert" />
          {t("keys.lost")}
        </p>
      ) : (
        <>
          <p className="note w" role="status" style={{ marginTop: 16 }}>
            <Icon name="alert" />
            {t("keys.once")}
          </p>
          <div className="row g8" style={{ marginTop: 12 }}>
            <input className="in sp" readOnly aria-label={t("keys.token")} value={token} onFocus={(event) => event.target.select()} />
            <Button icon="copy" look="primary" onClick={() => copy(token)}>
              {t("action.copy")}
            </Button>
          </div>
        </>
      )}
      <div className="dlg-foot">
        <Button onClick={onClose}>{t("action.close")}</Button>
      </div>
    </Dialog>
  );
}
