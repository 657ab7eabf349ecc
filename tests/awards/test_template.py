"""The template check: what domain.md rules out, its evasions, and what only looks like it."""

from dataclasses import replace

import pytest

from incentives.awards.template import (
    Finding,
    ItemDraft,
    findings_of,
    refuse_what_is_ruled_out,
    sentence_of,
    template_items,
)
from incentives.awards.template.plain import plain
from incentives.awards.template.ruled_out import GAP, Effect, Topic, listed, words
from incentives.errors import RuleNotAllowed

RULED_OUT = (
    "听党话、跟党走表现突出",
    "参加宗教活动",
    "积极参加寺庙念经",
    "思想觉悟高",
    "落实计划生育",
    "不上访、不信访",
    "按时接种疫苗",
    "婚事简办",
    "独自制止斗殴",
    "见义勇为",
    "扑救山火",
    "聽黨話",
    "听 党 话",
    "听·党·话",
    "听-党-话",
    "ＰＲＡＹ at dawn",
    "听\u200b党话",
    "宗　教活动",
    "信．仰登记",
    "宗教氛围",
    "轉經一圈",
    "p r a y",
    "p.r.a.y",
    "Prayér group",
    "join the Party",
    "独自扑救山火并报告",
    "未经村组织扑救山火",
    "制止两人打架",
    "抓小偷",
    "参与打架",
    "扑救山火后报告",
    "每户基础分 100 分",
    "不打扫扣5分",
    "列入黑名单",
    "主动献血",
    "孝敬父母",
    "戒酒一个月",
    "不举报邻居",
    "举报邻居",
    "生二胎",
    "维稳值守",
    "参加升旗仪式",
    "党员先锋",
    "学习强国打卡",
    "家庭和睦",
    "Stop a fight",
    "put out a forest fire",
    "chase a thief",
    "Attend church",
    "use contraception",
    "loyal to the county",
    "not petitioning",
    "quit smoking",
    "སྤྱི་ཚོགས་ དགོན་པ",
    "མི་ཆོས་ལུགས",
    "设立场地并念经",
    "信用积分加分",
    "下水救人",
    "追捕逃犯",
    "Blacklist those absent",
    "deduct for litter",
)
ALLOWED = (
    "健康步道清洁",
    "消防演练",
    "参加消防灭火演练",
    "党员活动室打扫",
    "在村组织安排下参与扑救山火",
    "及时报告有人打架",
    "爱国卫生运动大扫除",
    "诚信教育讲座",
    "与同居民小组一起清扫",
    "纪念经典诵读会",
    "学生育苗实践",
    "行政治理培训",
    "设立场地标识",
    "参加普法会",
    "晚上访视独居老人",
    "给牛羊打防疫疫苗",
    "动物疫苗接种登记",
    "礼拜天清扫",
    "果树嫁接种植培训",
    "统计生产数据",
    "团结扎实修路",
    "季节育苗",
    "发布施工公告",
    "解放生产力培训",
    "隐患清零行动",
    "排查火灾隐患",
    "保养灭火器",
    "防火宣传",
    "捡拾烟头",
    "清理酒瓶",
    "家庭垃圾分类",
    "登山火炬接力",
    "接送邻居就医或陪护",
    "参加法治、安全、医疗知识讲座",
    "义务植树",
    "帮扶独居老人",
    "清理河道垃圾",
    "修路一天",
    "调解邻里纠纷",
    "参加锅庄排练",
    "Protect the drinking-water source",
    "Check fire extinguishers",
    "Join a fire drill",
    "Report a fistfight",
    "Spray the orchard",
    "Purchase seeds together",
    "Carry livestock vaccines",
    "As organised by the village, help put out a wildfire",
    "回收啤酒瓶",
    "夜间值守",
    "农忙互助",
    "拾金不昧",
    "追赶走失牲畜",
    "搬运救灾物资",
    "书法会布置",
    "网上访谈活动记录",
    "清洁公共厕所",
    "周转经营场地清扫",
)
DOUBTFUL = {
    "帮助老人办理医保": Topic.HEALTH,
    "参加政策宣讲": Topic.POLITICS,
    "协助选举会务": Topic.POLITICS,
    "家风故事会布置": Topic.PRIVATE_LIFE,
    "清扫神山步道": Topic.BELIEF,
    "给参加者拍照": Topic.PEOPLE,
    "清理小庙周边垃圾": Topic.BELIEF,
    "Help with the election": Topic.POLITICS,
}


def item(name: str) -> ItemDraft:
    """A rule of these words: Latin ones in English, any other in Chinese."""
    first = template_items()[0]
    if name.isascii():
        return replace(first, name_zh="甲", name_en=name)
    return replace(first, name_zh=name, name_en=None)


def refused(name: str) -> list[Finding]:
    """What rules these words out."""
    return [finding for finding in findings_of(item(name)) if finding.refused]


@pytest.mark.parametrize("name", RULED_OUT)
def test_what_is_ruled_out_is_found_however_it_is_written(name: str) -> None:
    assert refused(name)


@pytest.mark.parametrize("name", ALLOWED)
def test_what_only_looks_like_it_passes_without_a_word(name: str) -> None:
    assert findings_of(item(name)) == []


@pytest.mark.parametrize(("name", "topic"), DOUBTFUL.items())
def test_a_doubt_passes_and_is_shown(name: str, topic: Topic) -> None:
    (finding,) = findings_of(item(name))
    assert (finding.topic, finding.refused) == (topic, False)


def test_every_shipped_item_passes_without_a_doubt() -> None:
    items = template_items()
    assert len(items) == 35
    assert [found for each in items for found in findings_of(each)] == []


@pytest.mark.parametrize("field", ["name_zh", "name_en", "unit"])
def test_every_text_of_a_rule_is_read(field: str) -> None:
    bad = replace(template_items()[0], **{field: "听党话"})
    assert [(each.field, each.refused) for each in findings_of(bad)] == [(field, True)]


def test_a_committee_is_shown_its_own_words() -> None:
    (finding,) = refused("积极參加宗　·　教活动")
    assert (finding.words, finding.topic) == ("宗　·　教", Topic.BELIEF)


def test_a_doubt_does_not_hide_a_refusal() -> None:
    assert [each.topic for each in refused("政策宣讲时念经")] == [Topic.BELIEF]


def test_a_kind_that_does_not_exist_is_refused() -> None:
    (finding,) = findings_of(replace(template_items()[0], category="politics"))
    assert (finding.field, finding.words, finding.topic) == ("category", "politics", None)


@pytest.mark.parametrize("topic", Topic)
def test_each_topic_has_words_and_says_what_may_stand_instead(topic: Topic) -> None:
    listed = [found for effect in (Effect.REFUSE, Effect.ACT) for found, _p in words()[effect]]
    assert topic in listed
    text = str(sentence_of(Finding("XX01", "name_zh", "这些字", topic, refused=True)))
    assert "XX01" in text
    assert "“这些字”" in text
    assert len(text) > 25


def test_each_bad_rule_is_named() -> None:
    items = template_items()
    items[3] = replace(items[3], name_zh="主动信教登记")
    items[7] = replace(items[7], name_en="Attend church")
    with pytest.raises(RuleNotAllowed) as found:
        refuse_what_is_ruled_out(items)
    named = {error.pointer: str(error.detail) for error in found.value.errors}
    assert list(named) == ["/items/3/name_zh", "/items/7/name_en"]
    assert items[3].code in named["/items/3/name_zh"]
    assert items[7].code in named["/items/7/name_en"]


def test_no_word_of_the_list_is_hidden_by_another() -> None:
    """A word to allow that swallows one to refuse as a whole would make it useless."""
    for effect, _topic, word in listed():
        if effect in (Effect.REFUSE, Effect.ACT):
            assert refused(word.replace(GAP, " ")), word


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("听 党·话", "听党话"),
        ("ＰＲＡＹ", "pray"),
        ("p r a y", "pray"),
        ("a b", "a b"),
        ("Prayér, twice", "prayer twice"),
        ("聽黨話", "听党话"),
        ("听\u200b党\u2060话", "听党话"),
        ("དགོན་པ", "དགོནཔ"),
        ("", ""),
        ("···", ""),
    ],
)
def test_a_text_is_made_plain(typed: str, read: str) -> None:
    assert plain(typed).text == read


def test_letters_keep_their_places() -> None:
    text = plain("到 党 ㎏ 话")
    assert text.text == "到党kg话"
    assert text.as_typed(1, 4) == "党 ㎏"


@pytest.mark.parametrize(
    "name",
    [
        "陪低保老人办理低保手续",
        "协助残疾人办理低保手续",
        "清理寺庙外公共道路垃圾",
        "清扫寺院外的公路",
        "为救灾搬运物资",
        "救灾转运帐篷等物资",
    ],
)
def test_service_beside_what_is_ruled_out_passes(name: str) -> None:
    assert findings_of(item(name)) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("陪老人办理低保手续的可评低保", "低保"),
        ("协助邻居办理低保手续，加分者优先", "低保"),
        ("参加清洁者办理低保手续", "低保"),
        ("帮老人申请低保者优先", "优先"),
        ("清理寺庙", "寺庙"),
        ("清理寺庙外公路后到寺庙念经", "寺庙"),
        ("清扫寺庙外公路并转经", "转经"),
        ("清扫寺庙外公路并捐布施", "布施"),
        ("独自救灾搬运物资", "救灾"),
        ("为寺庙外公路捐布施", "寺庙"),
        ("参加救灾", "救灾"),
        ("救灾搬运物资并进山扑火", "扑火"),
    ],
)
def test_such_service_excuses_nothing_else(name: str, words: str) -> None:
    assert words in {finding.words for finding in refused(name)}
