import { type Key, useT } from "../i18n/translate";
import { open } from "../state/layers";
import { Dialog } from "../ui/Dialog";

const KEYS: [string, Key][] = [
  ["Ctrl K", "key.palette"],
  ["/", "key.search"],
  ["N", "key.new"],
  ["F", "key.filter"],
  ["S", "key.sort"],
  ["V", "key.views"],
  ["J  K", "key.rows"],
  ["X", "key.select"],
  ["Shift X", "key.range"],
  ["Ctrl A", "key.all"],
  ["Enter", "key.open"],
  ["O", "key.page"],
  ["E", "key.edit"],
  ["L", "key.follow"],
  ["M", "key.done"],
  ["T", "key.transfer"],
  ["[  ]", "key.stage"],
  ["G  T C D P L R", "key.go"],
  ["G  B E H U A", "key.goMore"],
  ["Esc", "key.escape"],
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
