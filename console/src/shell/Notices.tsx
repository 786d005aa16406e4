import { useEffect, useState } from "react";

import { useT } from "../i18n/translate";
import { useWaiting } from "../outbox/outbox";
import { open } from "../state/layers";
import { useNotices } from "../state/notices";
import { Icon } from "../ui/Icon";

function useSecondsUntil(time: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (time === null) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [time]);
  return time === null ? 0 : Math.max(0, Math.ceil((time - now) / 1000));
}

/** Said once for the whole page. */
export function Notices() {
  const t = useT();
  const { offline, waitingUntil, updated } = useNotices();
  const waiting = useWaiting();
  const seconds = useSecondsUntil(waitingUntil);
  const refused = waiting.filter((each) => each.problem !== null).length;
  const said = offline ? t("notice.offline") : waitingUntil !== null ? t("notice.wait", { n: seconds }) : updated ? t("notice.updated") : "";
  if (said === "" && waiting.length === 0) return null;
  return (
    <div className="banner" role="status">
      <Icon name="alert" />
      {said && <span>{said}</span>}
      {waiting.length > 0 && (
        <button type="button" className="link" onClick={() => open({ outbox: true })}>
          {refused > 0 ? t("outbox.refusedCount", { n: refused }) : t("outbox.count", { n: waiting.length })}
        </button>
      )}
      {updated && !offline && waitingUntil === null && (
        <button type="button" className="link" onClick={() => window.location.reload()}>
          {t("notice.reload")}
        </button>
      )}
    </div>
  );
}
