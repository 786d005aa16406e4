import { useT } from "../i18n/translate";
import { Icon } from "../ui/Icon";

export function AskAdmin() {
  const t = useT();
  return (
    <p className="note n" style={{ marginBottom: 12 }}>
      <Icon name="info" />
      {t("org.ask")}
    </p>
  );
}
