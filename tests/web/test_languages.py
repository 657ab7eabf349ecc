"""Names in the reader's language."""

from flask_babel import force_locale

from incentives.web.languages import in_language
from incentives.web.sheets import for_the_wall


def test_a_name_is_in_the_readers_language_and_on_the_wall_in_chinese(app):
    with app.test_request_context():
        assert in_language("大米", "Rice") == "大米"
        for language, name in (("en", "Rice"), ("bo", "大米"), ("zh_Hans_CN", "大米")):
            with force_locale(language):
                assert in_language("大米", "Rice") == name
                assert in_language("大米", None) == in_language("大米", "") == "大米"
        with force_locale("en"), for_the_wall():
            assert in_language("大米", "Rice") == "大米"
