import { Link } from "wouter";

import { useT } from "../i18n/translate";
import { Drop } from "../ui/Drop";
import { usePhone } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { NotificationList } from "./NotificationList";
import { useHasBell, useUnread } from "./useNotifications";

/** At a desk, with a list below it. */
export function Bell() {
  return useHasBell() ? <Ringing phone={false} /> : null;
}

/** On the phone, where it leads to the page of them. */
export function PhoneBell() {
  const phone = usePhone();
  if (!useHasBell() || !phone) return null;
  return <Ringing phone />;
}

function Ringing({ phone }: { phone: boolean }) {
  const t = useT();
  const unread = useUnread();
  const many = unread?.unread ?? 0;
  const label = many > 0 ? t("bell.label", { n: many }) : t("bell.title");
  const inside = (
    <>
      <Icon name="bell" />
      {many > 0 && <b className="bdg">{many > 99 ? "99+" : many}</b>}
    </>
  );
  if (phone) {
    return (
      <Link href="/notifications" className="ib bell" aria-label={label}>
        {inside}
      </Link>
    );
  }
  return (
    <Drop
      label={t("bell.title")}
      button={({ open, toggle }) => (
        <button type="button" className="ib bell" aria-label={label} title={label} aria-expanded={open} onClick={toggle}>
          {inside}
        </button>
      )}
    >
      {(close) => (
        <div className="bellbox scroll">
          <NotificationList close={close} />
        </div>
      )}
    </Drop>
  );
}
