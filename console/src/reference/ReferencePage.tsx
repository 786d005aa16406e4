import { useT } from "../i18n/translate";
import { SectionHead } from "../settings/Section";

/** The reference of the API, whose calls are made with the token of this session. */
export default function ReferencePage() {
  const t = useT();
  const print = (
    <a className="btn hide-phone" href="../redoc" target="_blank" rel="noreferrer">
      {t("reference.print")}
    </a>
  );
  return (
    <>
      <SectionHead title={t("nav.docs")} actions={print} />
      <p className="bar ink2 md">{t("reference.hint")}</p>
      <iframe className="frame" title={t("nav.docs")} src="../docs" />
    </>
  );
}
