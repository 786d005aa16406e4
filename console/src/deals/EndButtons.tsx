import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import type { Stage } from "./stages";

interface Props {
  won: Stage | undefined;
  lost: Stage | undefined;
  onMove: (stage: Stage) => void;
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
