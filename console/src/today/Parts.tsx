import { type Key, useT } from "../i18n/translate";
import type { Section } from "./useToday";

/** On the phone: one part of the day at a time, for those who want it. */
export function Parts({ sections, part, onPart }: { sections: Section[]; part: string | null; onPart: (part: string | null) => void }) {
  const t = useT();
  const all = sections.filter((each) => each.section === "overdue" || each.section === "today").reduce((sum, each) => sum + each.count, 0);
  const chips = [
    { name: null, label: `${t("today.everything")} ${all}` },
    ...sections.filter((each) => each.count > 0 && each.section !== "today" && each.section !== "week").map((each) => ({ name: each.section, label: `${t(`today.${each.section}` as Key)} ${each.count}` })),
  ];
  if (chips.length === 1) return null;
  return (
    <div className="qs" role="group" aria-label={t("today.parts")}>
      {chips.map(({ name, label }) => (
        <button key={name} type="button" className={`chip q${part === name ? " on" : ""}`} aria-pressed={part === name} onClick={() => onPart(name)}>
          {label}
        </button>
      ))}
    </div>
  );
}
