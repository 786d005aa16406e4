import { type Key, useT } from "../i18n/translate";
import { open } from "../state/layers";
import { Dialog } from "../ui/Dialog";

const KEYS: [string, Key][] = [
  ["Ctrl K", "key.palette"],
  ["N", "key.new"],
  ["F", "key.filter"],
  ["J  K", "key.rows"],
  ["X", "key.select"],
  ["Enter", "key.open"],
  ["O", "key.page"],
  ["L", "key.follow"],
  ["G  T C D P L R", "key.go"],
  ["?", "key.help"],
];

export default function Shortcuts() {
  const t = useT();
  return (
    <Dialog title={t("settings.shortcuts")} width={400} onClose={() => open({ keys: false })}>
      <dl>
        {KEYS.map(([keys, label]) => (
          <div key={keys} className="kv">
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
