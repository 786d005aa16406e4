"""API keys, as administrators create and revoke them in the console."""

from crm_cell.identity.api_keys.tokens import FORM
from tests.console.conftest import Api, Open, faults, settle


def test_a_key_is_created_shown_once_and_revoked(opened: Open, api: Api, axe: str) -> None:
    page = opened("me")
    page.get_by_role("link", name="API keys").click()
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Purpose").fill("ERP sync")
    dialog.get_by_label("The records of the whole tenant").check()
    dialog.get_by_role("button", name="Never expires").click()
    assert faults(page, axe) == []
    dialog.get_by_role("button", name="Create key").dblclick()

    shown = page.get_by_role("dialog", name='Key "ERP sync"')
    token = shown.get_by_label("Token").input_value()
    assert FORM.fullmatch(token)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token
    assert faults(page, axe) == []
    shown.get_by_role("button", name="Close").last.click()
    [key] = api.get("/api-keys")["data"]
    assert (key["name"], key["scopes"], key["expiresAt"]) == (
        "ERP sync",
        ["crm:all", "crm:read"],
        None,
    )
    # Nothing of the page has it any more.
    secret = token.rpartition("_")[2]
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert secret not in page.content() + page.evaluate(stored)

    page.get_by_role("button", name="Revoke: ERP sync").click()
    ask = page.get_by_role("dialog", name='Revoke "ERP sync"')
    assert faults(page, axe) == []
    ask.get_by_role("button", name="Revoke").click()
    page.get_by_text("Revoked", exact=True).wait_for()
    settle(page)
    assert faults(page, axe) == []
    assert api.get(f"/api-keys/{key['apiKeyId']}")["status"] == "revoked"


def test_who_is_no_administrator_reads_whom_to_ask(opened: Open) -> None:
    page = opened("me/api-keys", user="alice", language="zh")
    page.get_by_text("只有能看到整个租户的管理员可以修改").wait_for()
    assert page.get_by_role("button", name="新建密钥").count() == 0
