"""One sheet that the payees of a list signed is kept from the list's page, once for all of them."""

import io

import pytest

from tests.factories import VILLAGE
from tests.fund.test_http import FUND, INCOME, jpeg
from tests.site import make_site


@pytest.fixture
def site(bare_app):
    return make_site(bare_app, publicity_days=0)


def paid_list(site) -> str:
    """A list of three payees, paid; its id."""
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    lines = []
    for door, name in (("1", "扎西彭措"), ("2", "格绒次仁"), ("3", "尼玛泽仁")):
        body = {"door": door, "head": {"name": name}}
        home = site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body).json
        lines.append({"payee": {"household_id": home["id"]}, "amount_fen": 10_000})
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选", "lines": lines}
    sent = site.call("cadre", "POST", f"{FUND}/disbursement-lists", asked).json
    path = f"{FUND}/disbursement-lists/{sent['id']}"
    for who, action in (("reviewer", "evaluation"), ("supervisor", "approval")):
        site.call(who, "POST", f"{path}/{action}", {"decision": "approve"})
    payment = {"method": "cash", "paid_on": "2026-03-02", "voucher": "ZC-1"}
    assert site.call("treasurer", "POST", f"{path}/payment", payment).json["by_status"]
    return sent["id"]


def test_one_signed_sheet_is_brought_once(site):
    list_id = paid_list(site)
    page = f"/fund/lists/{list_id}"
    assert "Keep the receipt" not in site.open("cadre", page)

    def bring(*lines: str):
        sheet = {"file": (jpeg(), "sheet.jpg")} | ({"lines": list(lines)} if lines else {})
        return site.send("treasurer", f"{page}/receipt", on=page, **sheet)

    missing = bring()
    assert (missing.status_code, "Tick who signed it" in missing.text) == (422, True)
    assert bring("1", "4").status_code == 404
    nothing = {"file": (io.BytesIO(b"no picture"), "sheet.txt"), "lines": ["1"]}
    refused = site.send("treasurer", f"{page}/receipt", on=page, **nothing)
    assert (refused.status_code, "band-refused" in refused.text) == (415, True)
    # What was ticked stays ticked, and no more.
    assert ['value="1" checked' in refused.text, 'value="3" checked' in refused.text] == [
        True,
        False,
    ]
    done = bring("1", "3")
    assert done.status_code == 303, done.text
    found = site.call("treasurer", "GET", f"{FUND}/disbursement-lists/{list_id}").json
    assert found["by_status"] == {"received": 2, "paid": 1}
    files = [each["receipt_file_id"] for each in found["lines"]]
    assert (files[0] == files[2], files[1]) == (True, None)
    assert bring("2").status_code == 303
    assert "Keep the receipt" not in site.open("treasurer", page)
