"""Part of the demo city: names in Chinese and in Latin letters, put together from syllables, not taken from a list."""

import numpy as np
import pandas as pd

_FIRST = (
    "临Lin 榕Rong 荔Li 澄Cheng 棠Tang 岚Lan 鹭Lu 禾He 砚Yan 云Yun 松Song 柏Bai 竹Zhu 桐Tong 枫Feng 莲Lian 桂Gui 杏Xing "
    "槐Huai 梧Wu 鸣Ming 曦Xi 霁Ji 沐Mu 泊Bo 清Qing 碧Bi 翠Cui 丹Dan 素Su 锦Jin 书Shu 墨Mo 知Zhi 望Wang 远Yuan "
    "启Qi 景Jing 朗Lang 阅Yue 善Shan 仁Ren 葵Kui 萤Ying 槿Jin 芷Zhi"
)
_SECOND = (
    "水shui 汀ting 洲zhou 湾wan 岸an 浦pu 溪xi 泽ze 渚zhu 澜lan 屿yu 岭ling 峰feng 坡po 坪ping 谷gu 原yuan 野ye "
    "林lin 轩xuan 阁ge 桥qiao 渡du 坊fang 月yue 星xing 霞xia 露lu 韵yun 韶shao 和he 宁ning 川chuan 海hai "
    "帆fan 歌ge 麓lu 津jin"
)
_VILLAGE_FIRST = (
    "葵Kui 荻Di 蓼Liao 菱Ling 芦Lu 茅Mao 樟Zhang 榄Lan 柚You 蕉Jiao 稻Dao 耕Geng 渔Yu 盐Yan 蚝Hao 磨Mo 磐Pan 缆Lan"
)
_VILLAGE_LAST = "涌chong 围wei 岗gang 头tou 埔bu 塘tang 坑keng 田tian 背bei 洲zhou 厦sha"
# Endings by what is named: Chinese and English.
ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "slab": (("花园", "Garden"), ("新村", "New Village"), ("小区", "Estate"), ("大院", "Compound"), ("家园", "Homes")),
    "tower": (("雅苑", "Court"), ("公馆", "Mansions"), ("华庭", "Grand Court"), ("府", "Manor"), ("台", "Terrace")),
    "perimeter": (("居", "Residence"), ("里", "Yard"), ("苑", "Close")),
    "primary": (("大道", "Avenue"),),
    "trunk": (("快速路", "Expressway"),),
    "secondary": (("路", "Road"),),
    "tertiary": (("街", "Street"),),
    "residential": (("巷", "Lane"),),
    "community": (("社区", "Community"),),
    "subdistrict": (("街道", "Sub-district"),),
    "district": (("区", "District"),),
    "park": (("公园", "Park"),),
    "hill": (("山", "Hill"),),
    "river": (("河", "River"),),
    "bay": (("湾", "Bay"),),
    "hospital": (("医院", "Hospital"),),
    "school": (("小学", "Primary School"), ("中学", "Middle School"), ("学校", "School")),
    "office": (("大厦", "Tower"), ("中心", "Centre")),
    "works": (("工业园", "Industrial Park"), ("产业园", "Works")),
    "mall": (("广场", "Plaza"), ("购物中心", "Mall")),
    "market": (("市场", "Market"), ("菜场", "Food Market")),
    "restaurant": (("酒楼", "Restaurant"), ("食堂", "Canteen"), ("茶餐厅", "Diner")),
    "teahouse": (("茶楼", "Teahouse"), ("棋牌室", "Chess Room")),
    "gym": (("健身馆", "Gym"), ("游泳馆", "Pool")),
    "hotel": (("酒店", "Hotel"),),
    "metro": (("站", "Station"),),
    "bar": (("歌厅", "Song Hall"), ("酒吧", "Bar")),
}
_SIDES = (("", ""), ("东", " East"), ("西", " West"), ("南", " South"), ("北", " North"), ("中", " Middle"))
VILLAGE_SIDES = (
    ("东", " East"),
    ("西", " West"),
    ("南", " South"),
    ("北", " North"),
    ("上", " Upper"),
    ("下", " Lower"),
)
# How many of one ending a district may use before it would take its neighbour's names.
QUOTA = 400


def _pairs(first: str, second: str, key: int) -> list[tuple[str, str]]:
    words = [(a[0] + b[0], a[1:] + b[1:]) for a in first.split() for b in second.split() if a[0] != b[0]]
    return [words[i] for i in np.random.default_rng(key).permutation(len(words))]


def make_names(kinds: list[str], district: int, taken: str = "") -> pd.DataFrame:
    """Name things: no name twice for one ending, in one district or in two.

    Parameters
    ----------
    kinds : for each thing one of the keys of ENDINGS.
    district : number of the district.
    taken : what is named, where one kind of ending serves several (estates and places).

    Returns
    -------
    name, name_en; in the order of `kinds`.
    """
    rank: dict[tuple[str, str], int] = {}
    rows = []
    for number, kind in enumerate(kinds):
        choices = ENDINGS[kind]
        ending = choices[(number * 7 + number // 3) % len(choices)]
        stems = _stems(ending[0] + taken)
        place = district * QUOTA + rank.get(ending, 0)
        rank[ending] = rank.get(ending, 0) + 1
        side, (stem, latin) = _SIDES[place // len(stems) % len(_SIDES)], stems[place % len(stems)]
        rows.append((f"{stem}{side[0]}{ending[0]}", f"{latin}{side[1]} {ending[1]}"))
    return pd.DataFrame(rows, columns=["name", "name_en"], dtype="str")


_STEMS: dict[str, list[tuple[str, str]]] = {}


def _stems(key: str) -> list[tuple[str, str]]:
    if key not in _STEMS:
        _STEMS[key] = _pairs(_FIRST, _SECOND, sum(map(ord, key)))
    return _STEMS[key]


def name_villages(group: list[int], district: int) -> pd.DataFrame:
    """Name villages: those of one old core share its name and differ by their side.

    Parameters
    ----------
    group : for each village the number of its core.
    district : number of the district.

    Returns
    -------
    name, name_en; in the order of `group`.
    """
    stems, order = _pairs(_VILLAGE_FIRST, _VILLAGE_LAST, 7), {g: i for i, g in enumerate(dict.fromkeys(group))}
    seen: dict[int, int] = {}
    rows = []
    for core in group:
        stem, latin = stems[(district * 14 + order[core]) % len(stems)]
        side = VILLAGE_SIDES[seen.get(core, 0) % len(VILLAGE_SIDES)]
        more = seen.get(core, 0) // len(VILLAGE_SIDES)
        seen[core] = seen.get(core, 0) + 1
        rows.append(
            (f"{stem}{side[0]}村{more + 1 if more else ''}", f"{latin}{side[1]} Village{more + 1 if more else ''}")
        )
    return pd.DataFrame(rows, columns=["name", "name_en"], dtype="str")
