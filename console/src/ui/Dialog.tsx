import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

import { useT } from "../i18n/translate";
import { IconButton } from "./Button";

interface Props {
  title: string;
  /** Without it, the dialog cannot be left. */
  onClose?: () => void;
  width?: number;
  children: ReactNode;
}

export function Dialog({ title, onClose, width = 480, children }: Props) {
  const t = useT();
  return (
    <Modal
      opened
      onClose={onClose ?? (() => undefined)}
      size={width}
      centered
      withCloseButton={false}
      closeOnEscape={onClose !== undefined}
      closeOnClickOutside={false}
      aria-label={title}
      transitionProps={{ duration: 120 }}
      zIndex={300}
    >
      <div className="dlg-body">
        <div className="row">
          <h2 className="sp">{title}</h2>
          {onClose && <IconButton icon="x" label={t("action.close")} onClick={onClose} />}
        </div>
        {children}
      </div>
    </Modal>
  );
}

/** A layer at the top of the page without a head of its own. */
export function Overlay({ label, onClose, width, children }: Omit<Props, "title"> & { label: string }) {
  return (
    <Modal
      opened
      onClose={onClose ?? (() => undefined)}
      size={width ?? 680}
      yOffset={96}
      withCloseButton={false}
      aria-label={label}
      transitionProps={{ duration: 80 }}
      zIndex={300}
    >
      {children}
    </Modal>
  );
}
