import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";

/** In the address of a customer to which the address of another one has led. */
export const MERGED = "merged";

/** Why another customer is shown than the one that was asked for. */
export function MergedNote() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  if (!params.has(MERGED)) return null;
  const close = () => {
    params.delete(MERGED);
    setParams(params, { replace: true });
  };
  return (
    <div className="banner" role="status">
      <Icon name="merge" />
      <span className="sp">{t("record.merged")}</span>
      <IconButton small icon="x" label={t("action.close")} onClick={close} />
    </div>
  );
}
