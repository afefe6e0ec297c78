"""Words of the frame, of what may go wrong, and of the map."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    # frame
    "workspace": ("工作区", "Workspace"),
    "pack": ("规则包", "Policy pack"),
    "as_of": ("截至", "As of"),
    "revision": ("版本", "Revision"),
    "date": ("日期", "Date"),
    "day_back": ("前一天", "Day back"),
    "day_on": ("后一天", "Day forward"),
    "theme": ("深色", "Dark"),
    "computing": ("正在推算分区…", "Working out the zones…"),
    # map
    "layers": ("图层", "Layers"),
    "map": ("地图", "Map"),
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
