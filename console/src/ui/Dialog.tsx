import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

import { useT } from "../i18n/translate";
import { IconButton } from "./Button";
import { usePhone, useReturnFocus } from "./hooks";
import { Sheet } from "./Sheet";

interface Props {
  title: string;
  /** Without it, the dialog cannot be closed. */
  onClose?: () => void;
  width?: number;
  children: ReactNode;
}

/** In the middle of a desk, and above the keyboard of a phone. */
export function Dialog(props: Props) {
  if (!usePhone()) return <Centred {...props} />;
  const { title, onClose, children } = props;
  return (
    <Sheet title={title} onClose={onClose} held>
      <div className="sheet-body">{children}</div>
    </Sheet>
  );
}

function Centred({ title, onClose, width = 480, children }: Props) {
  const t = useT();
  useReturnFocus();
  return (
    <Modal.Root
      opened
      onClose={onClose ?? (() => undefined)}
      size={width}
      centered
      closeOnEscape={onClose !== undefined}
      closeOnClickOutside={false}
      transitionProps={{ duration: 120 }}
      zIndex={300}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <div className="dlg-body">
            <div className="row">
              {/* It names the element with the role of a dialog. */}
              <Modal.Title className="sp">{title}</Modal.Title>
              {onClose && <IconButton icon="x" label={t("action.close")} onClick={onClose} />}
            </div>
            {children}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A layer at the top of the page without a head of its own. */
export function Overlay({ label, onClose, width, children }: Omit<Props, "title"> & { label: string }) {
  useReturnFocus();
  return (
    <Modal.Root opened onClose={onClose ?? (() => undefined)} size={width ?? 680} yOffset={96} transitionProps={{ duration: 80 }} zIndex={300}>
      <Modal.Overlay />
      <Modal.Content aria-label={label}>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
