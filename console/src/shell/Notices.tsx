import { useEffect, useState } from "react";

import { useT } from "../i18n/translate";
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
  const { offline, waitingUntil } = useNotices();
  const seconds = useSecondsUntil(waitingUntil);
  if (!offline && waitingUntil === null) return null;
  return (
    <div className="banner" role="status">
      <Icon name="alert" />
      {offline ? t("notice.offline") : t("notice.wait", { n: seconds })}
    </div>
  );
}
