import type { ApiKey } from "../api/schema";
import { shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Button } from "../ui/Button";
import { inOrder, wordsOf } from "./useKeys";

const LOOKS = { active: "o", expired: "n", revoked: "n" };
const SELF = "key:";

export function KeyRow({ of, onRevoke }: { of: ApiKey; onRevoke: () => void }) {
  const t = useT();
  const names = useNames();
  const { language } = usePreferences();
  const day = (time: string) => shortDay(time, language);
  const may = inOrder(of.scopes).map((scope) => {
    const words = wordsOf(scope);
    return words === null ? scope : t(words);
  });
  const ends = of.expiresAt === null ? t("keys.never") : t(of.status === "expired" ? "keys.ended" : "keys.ends", { day: day(of.expiresAt) });
  const facts = [
    of.userId.startsWith(SELF) ? t("keys.itself") : t("keys.actsAs", { name: names(of.userId) }),
    t("keys.created", { day: day(of.createdAt) }),
    of.revokedAt === null ? ends : t("keys.revokedOn", { day: day(of.revokedAt) }),
  ];
  return (
    <li className="li">
      <span className="col g4 sp" style={{ minWidth: 0 }}>
        <span className="row g6 wrap">
          <b className="el">{of.name}</b>
          <span className={`tag ${LOOKS[of.status]}`}>{t(`keys.${of.status}`)}</span>
          <code className="sm mut el">{of.tokenPrefix}…</code>
        </span>
        <span className="md">{may.join(t("today.comma"))}</span>
        <span className="sm mut">{facts.join(" · ")}</span>
      </span>
      {of.status !== "revoked" && (
        <Button small look="danger" aria-label={`${t("keys.revoke")}: ${of.name}`} onClick={onRevoke}>
          {t("keys.revoke")}
        </Button>
      )}
    </li>
  );
}
