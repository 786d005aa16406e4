import { Component, type ReactNode } from "react";

import { t } from "../i18n/translate";

/** The error boundary of the page. Drafts are in the tab's session storage and survive a reload. */
export class Boundary extends Component<{ children: ReactNode }, { failed: string | null }> {
  override state: { failed: string | null } = { failed: null };

  static getDerivedStateFromError(error: unknown): { failed: string } {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.failed === null) return this.props.children;
    return (
      <div className="state" role="alert">
        <h2>{t("error.again")}</h2>
        <p className="sm mut">{this.state.failed}</p>
        <button type="button" className="btn p" onClick={() => window.location.reload()}>
          {t("action.retry")}
        </button>
      </div>
    );
  }
}
