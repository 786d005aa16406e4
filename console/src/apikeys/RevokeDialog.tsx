import { useMutation } from "@tanstack/react-query";

import type { ApiKey } from "../api/schema";
import { useT } from "../i18n/translate";
import { useRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FormFault } from "../ui/States";
import { revokeKey, useRefresh } from "./useKeys";

/** It cannot be taken back, so it is asked. */
export function RevokeDialog({ of, onClose }: { of: ApiKey; onClose: () => void }) {
  const t = useT();
  const refresh = useRefresh();
  const { requestId, failed } = useRequestId();
  const revoking = useMutation({
    mutationFn: () => revokeKey(of.apiKeyId, requestId),
    onSuccess: () => {
      toast(t("keys.revokedNow", { name: of.name }));
      refresh();
      onClose();
    },
    onError: failed,
  });
  return (
    <Dialog title={t("keys.revokeTitle", { name: of.name })} width={440} onClose={onClose}>
      <p style={{ marginTop: 12 }}>{t("keys.revokeHint")}</p>
      <p className="sm mut" style={{ marginTop: 8 }}>
        <code>{of.tokenPrefix}…</code>
      </p>
      <FormFault error={revoking.error} />
      <div className="dlg-foot">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button look="danger" busy={revoking.isPending} onClick={() => revoking.mutate()}>{t("keys.revoke")}</Button>
      </div>
    </Dialog>
  );
}
