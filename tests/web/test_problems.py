"""What is refused, and how: problem details in the caller's language, and strict reading."""

import json

import psycopg
import pytest

from tests.factories import OTHER_VILLAGE, VILLAGE
from tests.shop.scenes import problem

ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HOUSEHOLDS = f"/api/v1/villages/{VILLAGE}/households"
GOOD = {"door": "12", "head": {"name": "扎西彭措"}}
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n\r\n'
TOO_LARGE = {
    "data": HEAD + b"x" * (10 * 1024 * 1024) + b"\r\n--x--\r\n",
    "content_type": "multipart/form-data; boundary=x",
}
UNKNOWN = "0190f3a0-0000-7000-8000-000000000001"


@pytest.fixture
def ask(site):
    """Send one request as the cadre, with what a test changes of it."""

    def send(method="POST", path=HOUSEHOLDS, **options):
        headers = {
            "Authorization": f"Bearer {site.token('cadre')}",
            "Idempotency-Key": "0123456789abcdef",
        } | options.pop("headers", {})
        return site.app.test_client().open(path, method=method, headers=headers, **options)

    return send


@ONLY_SQLITE
def test_a_problem_is_told_in_chinese_unless_the_caller_asks_otherwise(ask):
    answer = ask(json={})
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert (answer.json["type"], answer.json["status"]) == ("/problems/invalid", 422)
    assert answer.json["title"] == "请改正标出的地方"
    assert {each["pointer"] for each in answer.json["errors"]} == {"/door", "/head"}
    english = ask(json={}, headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert english.json["title"] == "Please correct what is marked"
    for other in ("fr", "zh-TW,zh;q=0.5", "*"):
        assert ask(json={}, headers={"Accept-Language": other}).json["title"] == "请改正标出的地方"
    assert ask("PUT", "/api/v1/me/language", json={"language": "en"}).status_code == 204
    assert ask(json={}).json["title"] == "Please correct what is marked"
    chinese = ask(json={}, headers={"Accept-Language": "zh-CN"})
    assert chinese.json["title"] == "请改正标出的地方"


@ONLY_SQLITE
def test_what_one_may_not_know_of_answers_as_what_isn_t_there(site, ask):
    opened = site.call("administrator", "POST", f"/divisions/{OTHER_VILLAGE}/opening", {})
    assert opened.status_code in (200, 201), opened.text
    there = site.call("administrator", "GET", f"/villages/{OTHER_VILLAGE}/policy")
    assert there.status_code == 200
    paths = [
        f"/api/v1/villages/{OTHER_VILLAGE}/households",
        "/api/v1/villages/513336101999/households",
        "/api/v1/villages/nowhere/households",
        f"/api/v1/villages/{VILLAGE}/households/{UNKNOWN}",
        f"/api/v1/villages/{OTHER_VILLAGE}/households/{UNKNOWN}",
        f"/api/v1/shops/{UNKNOWN}/goods",
        "/api/v1/nothing/here",
        f"{HOUSEHOLDS}/not-an-id",
        "/api/v1/villages/a%00b/households",
    ]
    answers = [ask("GET", path) for path in paths]
    assert {(each.status_code, each.content_type) for each in answers} == {
        (404, "application/problem+json")
    }
    assert len({each.data for each in answers}) == 1


@ONLY_SQLITE
def test_another_method_is_told_which_there_are(ask):
    answer = ask("DELETE")
    assert (answer.status_code, problem(answer)) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@ONLY_SQLITE
def test_another_kind_of_content_is_not_read(ask):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = ask(data=json.dumps(GOOD), content_type=kind)
        assert (answer.status_code, problem(answer)) == (415, "unsupported_media_type"), kind
    assert ask(data=json.dumps(GOOD)).status_code == 415
    answer = ask("POST", f"/api/v1/villages/{VILLAGE}/files", json={})
    assert problem(answer) == "unsupported_media_type"
    answer = ask("GET", headers={"Accept": "image/png"})
    assert (answer.status_code, problem(answer)) == (406, "not_acceptable")
    assert ask("GET", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200


@ONLY_SQLITE
def test_bodies_past_their_limit_are_not_read(ask):
    answer = ask(json=GOOD | {"door": "x" * (1024 * 1024)})
    assert (answer.status_code, problem(answer)) == (413, "too_large")
    answer = ask(path=f"/api/v1/villages/{VILLAGE}/files", **TOO_LARGE)
    assert (answer.status_code, problem(answer)) == (413, "too_large")


@ONLY_SQLITE
def test_a_page_says_how_large_a_file_may_be(site):
    headers = {"Accept-Language": "zh-CN"}
    path = f"/v/{VILLAGE}/calls/new"
    answer = site.app.test_client().post(path, headers=headers, **TOO_LARGE)
    assert answer.status_code == 413
    assert "一个文件最多 10 MB" in answer.text


NO_JSON = [
    b"",
    b"{",
    b'{"door": NaN}',
    b"{'door': 1}",
    b'{"door": "12",}',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"door": ' + b"1" * 5000 + b"}",
]


@ONLY_SQLITE
def test_what_is_no_json_is_malformed(ask):
    for body in NO_JSON:
        answer = ask(data=body, content_type="application/json")
        assert (answer.status_code, problem(answer)) == (400, "malformed"), body[:40]


BAD_FIELDS = [
    ('{"door": "12", "head": {"name": "扎西"}, "score": 1}', "/score"),
    ('{"door": "12", "head": {"name": "扎西", "belief": "x"}}', "/head/belief"),
    ('{"door": "1", "door": "2", "head": {"name": "扎西"}}', "/door"),
    ('{"door": "12", "head": {"name": "扎\\u0000西"}}', "/head/name"),
    ('{"door": "12", "head": {"name": "扎\\ud800"}}', "/head/name"),
    (
        '{"door": "12", "head": {"name": "扎西", "birth_year": 9007199254740993}}',
        "/head/birth_year",
    ),
    ('{"door": "12", "head": {"name": "扎西", "birth_year": 1e400}}', "/head/birth_year"),
    ('{"door": "12", "head": {"name": "扎西", "birth_year": "1980"}}', "/head/birth_year"),
    ('{"door": "12", "head": {"name": "扎西", "birth_year": 1980.5}}', "/head/birth_year"),
    ('{"door": "12", "head": {"name": "扎西", "birth_year": true}}', "/head/birth_year"),
    ('{"door": "12", "head": "扎西"}', "/head"),
    ("[]", ""),
    ("null", ""),
    ('"text"', ""),
]


@ONLY_SQLITE
def test_what_a_field_can_t_be_is_named(ask):
    for body, pointer in BAD_FIELDS:
        answer = ask(data=body, content_type="application/json")
        assert (answer.status_code, problem(answer)) == (422, "invalid"), answer.text
        assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
        assert all(each["detail"] for each in answer.json["errors"])


@ONLY_SQLITE
def test_a_whole_number_is_one_however_it_is_written(ask):
    body = '{"door": "12", "head": {"name": "扎西", "birth_year": 1980.0}}'
    answer = ask(data=body, content_type="application/json")
    assert answer.status_code == 201, answer.text


BAD_QUERIES = [
    ("limit=0", "/limit"),
    ("limit=501", "/limit"),
    ("limit=x", "/limit"),
    ("limit=", "/limit"),
    ("limit=9007199254740993", "/limit"),
    ("limit=5&limit=5", "/limit"),
    ("page=2", "/page"),
    ("q=%00", "/q"),
]


@ONLY_SQLITE
def test_a_query_is_read_as_strictly(ask):
    for query, pointer in BAD_QUERIES:
        answer = ask("GET", f"{HOUSEHOLDS}?{query}")
        assert (answer.status_code, problem(answer)) == (422, "invalid")
        assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


@ONLY_SQLITE
def test_a_fault_of_ours_gives_an_id_and_no_more(site, bare_app):
    def broken():
        raise RuntimeError("the secret of the house")

    bare_app.config["PROPAGATE_EXCEPTIONS"] = False
    bare_app.testing = False
    bare_app.view_functions["access.get_me"] = broken
    answer = site.call("cadre", "GET", "/me")
    assert (answer.status_code, problem(answer)) == (500, "unexpected")
    assert len(answer.json["id"]) == 32
    assert "secret" not in answer.text


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_went_away_is_said_to_be_unavailable(site, ask, postgresql):
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert ask("GET").status_code == 200
    with psycopg.connect(postgresql.superuser, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [site.app.config["SQLALCHEMY_DATABASE_URI"].rpartition("/")[2]],
        )
    away = ask("GET")
    assert (away.status_code, problem(away)) == (503, "unavailable")
    assert away.headers["Retry-After"] == "1"
    assert ask("GET").status_code == 200
