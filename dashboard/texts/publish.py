"""Words of publishing: what is out, what would change, what must be confirmed, what came of it."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    "publish": ("发布", "Publish"),
    # what is out
    "pub_now": ("当前已发布", "Published now"),
    "pub_none": (
        "尚未发布。决定的分区只有这里能看到。",
        "Nothing is published yet: what was decided is seen only here.",
    ),
    "pub_none_left": ("全部已撤回，公众页面上没有分区。", "All was withdrawn: the live page shows no zones."),
    "pub_seq": ("第 {n} 号", "no. {n}"),
    "pub_open": ("打开公众页面", "Open the live page"),
    "pub_age_s": ("{n} 秒前", "{n} s ago"),
    "pub_age_min": ("{n} 分钟前", "{n} min ago"),
    "pub_age_h": ("{n} 小时前", "{n} h ago"),
    "pub_age_d": ("{n} 天前", "{n day|days} ago"),
    # what would change
    "pub_would": ("将要发布", "What would be published"),
    "pub_reading": ("正在核对将有哪些变化…", "Working out what would change…"),
    "pub_offline": ("未能连接服务器，未发布任何内容。", "The server cannot be reached; nothing was published."),
    "pub_undecided": (
        "还没有作出任何决定。建议不会发布：请先决定分区。",
        "Nothing is decided yet. Proposals are never published: decide zones first.",
    ),
    "pub_same": (
        "分区与已发布的相同。仍可发布：病例数和检测日历会更新。",
        "The zones are as published. Publishing again renews counts and test days.",
    ),
    "pub_empty": ("没有要公布的分区。", "There are no zones to show."),
    "pub_old": ("此后又有新的登记或决定。", "More was entered or decided since."),
    "pub_look": ("重新核对", "Look again"),
    "pub_past": (
        "您正在查看另一天；发布的总是现在的状态。",
        "You are looking at another day; what is published is always how things stand now.",
    ),
    "pub_sentence": ("发布 r {n}：{what}。", "Publish r {n}: {what}."),
    "pub_zones": ("{n} 个分区：{what}", "{n zone|zones} {what}"),
    "pub_n_opened": ("新划 {n} 个", "{n} opened"),
    "pub_n_announced": ("预告 {n} 个", "{n} announced"),
    "pub_n_held": ("临时管理 {n} 个", "{n} put on hold"),
    "pub_n_class": ("调整等级 {n} 个", "{n} of another class"),
    "pub_n_outline": ("调整范围 {n} 个", "{n} with other ground"),
    "pub_n_watch": ("转入健康监测 {n} 个", "{n} released to watch"),
    "pub_n_lifted": ("解除 {n} 个", "{n} lifted"),
    "pub_n_gone": ("不再显示 {n} 个", "{n} shown no more"),
    "pub_n_dates": ("调整日期 {n} 个", "{n} with other dates"),
    "pub_n_kind": ("调整性质 {n} 个", "{n} of another kind"),
    "pub_n_name": ("更名 {n} 个", "{n} renamed"),
    "pub_more": ("增加 {n} 人", "{n more person|more people}"),
    "pub_fewer": ("减少 {n} 人", "{n fewer person|fewer people}"),
    "pub_of_opened": ("新划定", "opened"),
    "pub_of_announced": ("预告", "announced"),
    "pub_of_held": ("临时管理", "put on hold"),
    "pub_of_class": ("等级改变", "other class"),
    "pub_of_outline": ("范围改变", "other ground"),
    "pub_of_watch": ("转入健康监测", "released to watch"),
    "pub_of_lifted": ("解除", "lifted"),
    "pub_of_gone": ("不再显示", "shown no more"),
    "pub_of_dates": ("日期改变", "other dates"),
    "pub_of_kind": ("性质改变", "other kind"),
    "pub_of_name": ("更名", "renamed"),
    "pub_hold": ("临时管理", "on hold"),
    "pub_show_all": ("显示全部 {n} 项", "Show all {n}"),
    "pub_rest": ("另有 {n} 项", "and {n} more"),
    # what must be confirmed
    "pub_moved": (
        "{n} 个分区的范围与决定时不同，请逐一确认",
        "{n} zones have other ground than was decided: confirm each",
    ),
    "pub_moved_one": ("1 个分区的范围与决定时不同，请确认", "One zone has other ground than was decided: confirm it"),
    "pub_moved_what": (
        "更正个案或地图后范围变了。勾选即按现在的范围发布；否则请重新决定该分区。",
        "Corrected facts or map data moved it. Tick a zone to publish it as it is now, or decide it anew.",
    ),
    "pub_see": ("在地图上查看", "See it on the map"),
    "pub_tick": ("还有 {n} 个未确认", "{n} not confirmed yet"),
    # the form
    "pub_note": ("发布说明", "Note"),
    "pub_note_hint": ("所有人都能看到；可不填", "everybody can read it; may be left empty"),
    "pub_running": ("正在发布…", "Publishing…"),
    "pub_running_first": (
        "首次发布一座城市约需一分钟。可以关闭此面板继续工作，发布不会中断。",
        "A first publication of a city can take a minute. You can close this panel and work on: it goes on.",
    ),
    "pub_running_what": (
        "可以关闭此面板继续工作，发布不会中断。",
        "You can close this panel and work on: it goes on.",
    ),
    "pub_seconds": ("{n} 秒", "{n} s"),
    "pub_done": (
        "已发布，第 {n} 号。打开着的公众页面会自行更新。",
        "Published as no. {n}. Live pages that are open renew themselves.",
    ),
    "pub_clash": (
        "{by} 已于 {when} 发布。您的内容没有发布，填写的都保留着；下面是现在还会有的变化。",
        "{by} published at {when}. Nothing of yours was published, and what you typed is kept; below is what would "
        "still change.",
    ),
    "pub_clash_withdrawn": (
        "{by} 已于 {when} 撤回发布。您的内容没有发布，填写的都保留着；请再核对一次。",
        "{by} withdrew the publication at {when}. Nothing of yours was done, and what you typed is kept: look again.",
    ),
    "pub_clash_moved": (
        "又有分区的范围变了，未发布任何内容；填写的都保留着，请确认下列分区。",
        "The ground of more zones moved; nothing was published. What you typed is kept: confirm the zones below.",
    ),
    "pub_clash_decided": (
        "您核对之后又有人作出决定，未发布任何内容；填写的都保留着。下面是现在会有的变化。",
        "Something was decided after you looked; nothing was published. What you typed is kept; below is what would "
        "change now.",
    ),
    # taking it back
    "pub_withdraw": ("撤回发布", "Withdraw"),
    "pub_withdraw_title": ("撤回发布", "Withdraw the publication"),
    "pub_withdraw_what": (
        "公众页面立即不再显示这次发布，其文件会删除；决定本身不变。",
        "The live page stops showing it at once and its files are deleted; what was decided stays decided.",
    ),
    "pub_after": (
        "之后显示的是 {by} 于 {when} 的发布。",
        "What {by} published at {when} is shown again.",
    ),
    "pub_after_nothing": ("之后公众页面上没有分区。", "The live page then shows no zones."),
    "pub_why": ("撤回原因", "Reason"),
    "pub_why_hint": ("记录在日志中，不对外公布", "kept in the log, not published"),
    "pub_withdrawn": ("已撤回。", "Withdrawn."),
    "pub_back": ("返回", "Back"),
    # history
    "pub_history": ("发布记录", "History"),
    "pub_act_publish": ("发布", "published"),
    "pub_act_withdraw": ("撤回", "withdrawn"),
}
