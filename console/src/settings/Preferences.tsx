import type { ReactNode } from "react";

import { useT } from "../i18n/translate";
import { prefer, usePreferences } from "../state/preferences";
import { Segments } from "../ui/Button";

/** How this browser shows the console. */
export function Preferences() {
  const t = useT();
  const { language, theme, density } = usePreferences();
  return (
    <div className="setc">
      <Preference label={t("settings.language")} hint={t("settings.languageHint")}>
        <Segments
          label={t("settings.language")}
          value={language}
          options={[
            { value: "zh", label: "简体中文" },
            { value: "en", label: "English" },
          ]}
          onChange={(value) => prefer({ language: value })}
        />
      </Preference>
      <Preference label={t("settings.theme")} hint={t("settings.themeHint")}>
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
      </Preference>
      <Preference label={t("settings.density")} hint={t("settings.densityHint")} deskOnly>
        <Segments
          label={t("settings.density")}
          value={density}
          options={[
            { value: "comfortable", label: t("settings.comfortable") },
            { value: "compact", label: t("settings.compact") },
          ]}
          onChange={(value) => prefer({ density: value })}
        />
      </Preference>
    </div>
  );
}

function Preference({ label, hint, deskOnly, children }: { label: string; hint: string; deskOnly?: boolean; children: ReactNode }) {
  return (
    <div className={deskOnly ? "setr hide-phone" : "setr"}>
      <span className="col">
        <span>{label}</span>
        <span className="md">{hint}</span>
      </span>
      {children}
    </div>
  );
}
