"""Words of the frame, of what may go wrong, and of the map."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    # frame
    "workspace": ("工作区", "Workspace"),
    "pack": ("规则包", "Policy pack"),
    "as_of": ("截至", "As of"),
    "revision": ("版本", "Revision"),
    "outbreak": ("疫情", "Outbreak"),
    "drawer": ("检测负荷", "Testing load"),
    "author": ("操作人", "Your name"),
    "author_hint": ("记录在每项操作上，保存在此浏览器", "goes with each act; kept in this browser"),
    "field_required": ("必填", "needed"),
    "saving": ("正在保存…", "Saving…"),
    "offline_kept": (
        "未能连接服务器，尚未保存；所填内容保留在此，请稍后再试。",
        "The server cannot be reached; nothing was saved yet. What you typed stays here: try again in a moment.",
    ),
    "day_now": ("回到现在", "Back to now"),
    "now": ("现在", "now"),
    "play": ("逐日播放", "Play day by day"),
    "pause": ("暂停", "Pause"),
    "as_known_then": ("按当时所知", "as known then"),
    "as_known_then_hint": (
        "只按所选日期之前已登记的内容显示",
        "Show only what had been recorded by the chosen day",
    ),
    "outbreak_first": ("本次疫情", "this outbreak"),
    "more_actions": ("更多操作", "More actions"),
    "keys": ("快捷键", "Keys"),
    "search_all": ("全局搜索", "Search everywhere"),
    "search_hint": ("地址、场所、格子或经纬度", "Address, place, cell, or lng,lat"),
    "search_none": ("没有找到“{q}”。", "Nothing is called “{q}”."),
    "offline_short": ("未能连接服务器", "the server cannot be reached"),
    "line_lost": ("连接已中断 {n} 秒", "Connection lost {n} s ago"),
    "line_lost_kept": ("当前画面与所填内容均保留。", "What you see and what you typed stays."),
    "try_now": ("立即重试", "Try now"),
    "point": ("坐标点", "Point"),
    "day_back": ("前一天", "Day back"),
    "day_on": ("后一天", "Day forward"),
    "theme": ("深色", "Dark"),
    "computing": ("正在推算分区…", "Working out the zones…"),
    # map
    "layers": ("图层", "Layers"),
    "map": ("地图", "Map"),
    "legend": ("图例", "Legend"),
    "zoom_in": ("放大", "Zoom in"),
    "zoom_out": ("缩小", "Zoom out"),
    "fit": ("全部分区", "All zones"),
    "no_webgl": (
        "此浏览器没有 WebGL2，无法绘制地图。清单与依据照常可用；请启用硬件加速或换用其他浏览器。",
        "The map cannot be drawn: this browser has no WebGL2. The list and the reasons work; "
        "turn hardware acceleration on, or use another browser.",
    ),
    "no_vendor": (
        "地图程序 {file} 未安装。请运行 make install，再刷新页面。",
        "The map's program {file} is not installed. Run make install, then reload the page.",
    ),
    "map_failed": ("地图有一处未能绘制：{what}", "Something on the map could not be drawn: {what}"),
    # errors
    "error_what": ("出错：{what}", "Error: {what}"),
    "error_fix": ("处理：{fix}", "What to do: {fix}"),
}
