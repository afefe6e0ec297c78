"""Words of drafts: tools, consequences, what is refused; and in Chinese what the engine refuses in English."""

import re

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    # refused
    "no_desk": ("此服务器只供查看，不能起草。", "This server only shows; drafts cannot be made."),
    "no_desk_do": ("请在有工作区的服务器上操作。", "Use a server that has the workspace."),
    "no_undo_more": ("没有可撤销的笔画。", "There is nothing to undo."),
    "no_undo_more_do": ("草稿已回到起点。", "The draft is as it began."),
    "no_redo_more": ("没有可重做的笔画。", "There is nothing to redo."),
    "no_redo_more_do": ("撤销之后才能重做。", "Undo something first."),
    "no_inside": ("所选全部在限定范围之外，未改动。", "All of it lies outside the bound; nothing was changed."),
    "no_inside_do": ("请取消限定，或在范围内涂画。", "Take the bound away, or paint within it."),
    "no_pick": ("没有选中任何范围，未改动。", "No ground is chosen; nothing was changed."),
    "no_pick_do": ("请先在地图上选择。", "Choose some on the map first."),
    "no_zone_bare": ("该分区在草稿中已没有范围。", "That zone has no ground in this draft."),
    "no_zone_bare_do": ("请选择另一个分区。", "Choose another zone."),
    "no_class": ("规则包中没有分级“{name}”。", "The pack has no class “{name}”."),
    "no_class_do": ("请从图例中选择。", "Take one of the legend."),
    "no_steps": ("草稿已在另一窗口中改动，此笔未保存。", "The draft changed in another window; this was not saved."),
    "no_steps_do": ("草稿将重新载入；此笔保留，可再画。", "The draft loads again; the stroke stays, to be redone."),
    "no_foreign_form": ("不能读取 {ending} 文件。", "Files of {ending} cannot be read."),
    "no_foreign_form_do": ("可用：{known}。", "These can: {known}."),
    "no_foreign_large": ("文件超过 {n} MB，未读取。", "The file is larger than {n} MB; nothing was read."),
    "no_foreign_large_do": ("请分成几份。", "Give it in parts."),
    "no_foreign_gone": ("该文件的预览已不在服务器上。", "The look at that file is gone from the server."),
    "no_foreign_gone_do": ("请重新选择文件。", "Choose the file again."),
    "no_draft_old": (
        "你起草期间，他人已改动其中一些范围。未保存，内容未丢失。",
        "Others changed some of this ground while you drew. Nothing was saved, nothing is lost.",
    ),
    "no_draft_old_do": (
        "请选择：叠加我的、保留他人的、或两份都作草稿。",
        "Choose: put mine on theirs, keep theirs, or keep both as drafts.",
    ),
    "no_draft_decided": ("该草稿已提交。", "That draft was submitted already."),
    "no_draft_decided_do": ("请另起一份。", "Begin another one."),
    "no_draft_discarded": ("该草稿已弃置。", "That draft was discarded."),
    "no_draft_discarded_do": ("请先恢复。", "Bring it back first."),
}

# What the engine says, as a pattern, and the same in Chinese: names and figures stay as they are.
SAID: tuple[tuple[str, str], ...] = (
    (r"no atom is chosen; .*", "没有选中任何范围，未改动：请在地图上选择"),
    (
        r"(?:about )?([\d,]+) atoms are more than one stroke may hold \(([\d,]+)\).*",
        "一笔约 {0} 处，超过上限 {1}，未改动：请分次画，或逐个选取整片区域",
    ),
    (r"all ([\d,]+) atoms are locked; .*", "所选 {0} 处均已锁定，未改动：请解锁该分区、该级别或全部"),
    (r"zone '(.+)' is not in this draft; .*", "草稿中没有分区“{0}”，请从清单中选择"),
    (r"zone '(.+)' is (\w+), not (\w+); .*", "分区“{0}”的级别不符，请换用其级别涂画，或画入其他分区"),
    (
        r"(none|all) of the ([\d,]+) atoms of zone '(.+)' are on the side.*",
        "分割线未穿过分区“{2}”，未改动",
    ),
    (r"one zone alone cannot be merged; .*", "只选了一个分区，无法合并：请选两个以上"),
    (r"zones of several classes cannot be merged .*", "不同级别的分区不能合并，未改动：请先改为同一级别"),
    (r"zone '(.+)' is (\w+) already; .*", "分区“{0}”已是该级别，未改动"),
    (r"zone '(.+)' has no ground in this draft; .*", "分区“{0}”在草稿中已没有范围，未改动"),
    (r"'?(.*?)'? cannot be locked; .*", "“{0}”不能锁定"),
    (r"nothing is named to lock; .*", "没有指明要锁定什么"),
    (r"class '(.+)' is not in the pack; .*", "规则包中没有分级“{0}”"),
    (r"cells of resolution (\d+) are needed here; .*", "需要 {0} 级的格子，未改动"),
    (
        r"(?:all of it|the shape) lies beyond the loaded ground; .*",
        "所画在已加载的底图之外，未改动：请先导入底图",
    ),
    (
        r"the shape holds no cell's centre and no building; .*",
        "所画太小，不含格子中心或楼栋，未改动：请画大些",
    ),
    (r"a polygon is needed: .*", "请画至少有三个不共线顶点的多边形"),
    (r"the shape leaves the map .*", "所画范围超出地图（经度 ±180、纬度 ±85）"),
    (r"the shape spans the edge of the map .*", "所画范围跨越 180° 经线，请在两侧各画一块"),
    (r"the shape crosses itself at (.+); .*", "多边形在 {0} 处自相交，未改动：请移动该顶点"),
    (r"a radius of (.+) m is none; .*", "半径 {0} 米无效，请填 0 至 1,000,000 米之间的数"),
    (r"area '(.+)' is not in the loaded ground; .*", "底图中没有区域“{0}”"),
    (r"unit '(.+)' is not in the loaded ground; .*", "底图中没有单元“{0}”"),
    (r"unit '(.+)' stands in no (\w+); .*", "单元“{0}”没有上一级，请直接选它，或手画"),
    (r"(.+): not inside '(.+)'; .*", "{0} 不在“{1}”内，请只减去其中的部分"),
    (r"nothing is left of '(.+)' without .*", "“{0}”减去所列之后已无剩余，请少减一些"),
    (r"road '(.+)' is not in the loaded ground; .*", "底图中没有道路“{0}”"),
    (r"one road alone closes no block; .*", "一条路围不成街区，请依次点选四周的路"),
    (r"these roads close no block: (.+); .*", "这些路围不成街区：{0}。请点选四周的路"),
    (r"these roads close (\d+) blocks: (.+); .*", "这些路围成 {0} 个街区：{1}。请再选一条，或在所指街区内点一下"),
    (r"no road is picked; .*", "没有选中道路，未改动：请点选穿过分区的路"),
    (r"a line is needed: .*", "请画至少两个不同点的线"),
    (r"all of the zone lies on one side of the line; .*", "整个分区都在线的一侧，未改动：请让线穿过分区"),
    (r"(.+) rings are none; .*", "圈数 {0} 无效，请填 1 至 20，缩小填负数"),
    (r"(.+) m are none; .*", "{0} 米无效，请填不超过 2,000 米，缩小填负数"),
    (r"no atom is named; .*", "没有写出任何单元或格子"),
    (r"([\d,]+) of ([\d,]+) names are no unit, atom or cell .*", "{1} 个名称中有 {0} 个不是此处的单元或格子，未改动"),
    (r".+ / (.+)", "{0}"),
    (r"the draft changed in another window: .*", "草稿已在另一窗口中改动，未保存：请重新载入"),
    (r"a reason is needed: .*", "请填写理由：每项改动都附有理由；未保存"),
    (r"the draft changes nothing against its base; .*", "草稿与其底稿相同，无可保存"),
    (r"draft '(.+)' is not there; .*", "没有草稿“{0}”"),
    (r"the edit would end at .*", "失效时间早于生效时间，请改晚一些"),
    (r"(.+): the draft cannot be kept \((.*)\); .*", "草稿无法写入磁盘（{1}），此笔未保存：请清理磁盘后重发"),
    (r".*others wrote \d+ times .*", "他人正在连续保存，请稍后重试"),
)


def said_in_chinese(said: str) -> str:
    """Return in Chinese what a selection or a draft refused; empty where it is none of these."""
    for pattern, zh in SAID:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return zh.format(*found.groups(""))
    return ""
