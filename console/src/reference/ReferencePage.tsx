import { useT } from "../i18n/translate";

/** The reference of the API, whose calls are made with the token of this session. */
export default function ReferencePage() {
  const t = useT();
  return (
    <>
      <header className="top">
        <h1 className="sp">{t("nav.docs")}</h1>
        <a className="btn hide-phone" href="../redoc" target="_blank" rel="noreferrer">
          {t("reference.print")}
        </a>
      </header>
      <p className="bar ink2">{t("reference.hint")}</p>
      <iframe className="frame" title={t("nav.docs")} src="../docs" />
    </>
  );
}
