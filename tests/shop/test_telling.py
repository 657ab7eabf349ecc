"""What a household's statement says of goods: in English by their English names."""

import pytest
from flask import Flask

from incentives.extensions import db
from incentives.shop.models import Good
from tests.factories import VILLAGE
from tests.shop.scenes import make_counter, make_shopper
from tests.site import make_site
from tests.web.sheets import sheet_of


@pytest.mark.parametrize("language", ["en", "zh-CN", "bo"])
def test_goods_are_named_in_english_where_they_have_such_a_name(
    bare_app: Flask, language: str
) -> None:
    site = make_site(bare_app, users=("shopkeeper", "cadre"), pin_above=1000)
    counter, shopper = make_counter(site), make_shopper(site)
    with bare_app.app_context():
        good = db.session.get_one(Good, counter.goods["soap"])
        good.name_en = "Soap"
        db.session.commit()
    counter.sold(shopper, oil=1, soap=2)
    path = f"/api/v1/villages/{VILLAGE}/households/{shopper.household}/statement"
    asked = {"Authorization": f"Bearer {site.token('cadre')}", "Accept-Language": language}
    reader = bare_app.test_client()
    said = reader.get(path, headers=asked).json["items"][0]["title"]
    between = {"en": ", ", "zh-CN": "、", "bo": "། "}[language]
    soap = "Soap×2" if language == "en" else "香皂×2"
    assert sorted(said.split(between)) == sorted(["菜油", soap])
    rows = sheet_of(reader.get(f"{path}.xlsx", headers=asked))
    assert said in rows[1]
