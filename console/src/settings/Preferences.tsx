import { useT } from "../i18n/translate";
import { prefer, usePreferences } from "../state/preferences";
import { Segments } from "../ui/Button";

/** How this browser shows the console. */
export function Preferences() {
  const t = useT();
  const { language, theme, density } = usePreferences();
  return (
    <dl>
      <div className="kv">
        <dt>{t("settings.language")}</dt>
        <dd>
          <Segments
            label={t("settings.language")}
            value={language}
            options={[
              { value: "zh", label: "简体中文" },
              { value: "en", label: "English" },
            ]}
            onChange={(value) => prefer({ language: value })}
          />
        </dd>
      </div>
      <div className="kv">
        <dt>{t("settings.theme")}</dt>
        <dd>
          <Segments
            label={t("settings.theme")}
            value={theme}
            options={[
              { value: "light", label: t("settings.light") },
              { value: "dark", label: t("settings.dark") },
              { value: "system", label: t("settings.system") },
            ]}
            onChange={(value) => prefer({ theme: value })}
          />
        </dd>
      </div>
      <div className="kv hide-phone">
        <dt>{t("settings.density")}</dt>
        <dd>
          <Segments
            label={t("settings.density")}
            value={density}
            options={[
              { value: "comfortable", label: t("settings.comfortable") },
              { value: "compact", label: t("settings.compact") },
            ]}
            onChange={(value) => prefer({ density: value })}
          />
        </dd>
      </div>
    </dl>
  );
}
