import { useEffect, useRef } from "react";

import { useT } from "../i18n/translate";
import { useCall } from "../reveal/useCall";
import { type About, open, useLayers } from "../state/layers";
import { Button } from "../ui/Button";

interface Props {
  about: About;
  /** Whether there is a number to dial. */
  call: boolean;
}

/** The second tap of two that were meant for the sheet. */
const SECOND_TAP = 400;

/** What a thumb reaches on the page of a record: a call, and what was said in it. */
export function RecordFoot({ about, call: callable }: Props) {
  const t = useT();
  const call = useCall();
  const { follow } = useLayers();
  const closed = useRef(0);
  useEffect(() => {
    if (follow === null) return;
    return () => {
      closed.current = performance.now();
    };
  }, [follow]);
  return (
    <footer className="pfoot only-phone">
      {callable && (
        <Button icon="phone" onClick={() => call(about.customerId)}>
          {t("action.call")}
        </Button>
      )}
      <Button icon="pen" look="primary" onClick={() => performance.now() - closed.current > SECOND_TAP && open({ follow: about })}>
        {t("action.logFollowUp")}
      </Button>
    </footer>
  );
}
