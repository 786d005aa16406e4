import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { usePhone } from "../ui/hooks";
import type { Stage } from "./stages";

interface Props {
  won: Stage | undefined;
  lost: Stage | undefined;
  onMove: (stage: Stage) => void;
}

/** On the phone, where the head has no room for buttons: as items of its menu. */
export function useEndItems({ won, lost, onMove }: Props, isOpen: boolean) {
  const t = useT();
  const phone = usePhone();
  if (!phone || !isOpen || !won || !lost) return [];
  return [
    { icon: "win" as const, label: t("deal.win"), act: () => onMove(won) },
    { icon: "lost" as const, label: t("deal.lose"), act: () => onMove(lost) },
  ];
}

export function EndButtons({ won, lost, onMove }: Props) {
  const t = useT();
  if (!won || !lost) return null;
  return (
    <>
      <Button className="hide-phone" icon="win" onClick={() => onMove(won)}>
        {t("deal.win")}
      </Button>
      <Button className="hide-phone" icon="lost" onClick={() => onMove(lost)}>
        {t("deal.lose")}
      </Button>
    </>
  );
}
