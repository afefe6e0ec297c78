"""Words of comparing: what changed between two dates; plans, packs and outbreaks side by side."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    "changes": ("两个日期之间的变化", "Changes between two dates"),
    "changes_since": ("自", "Since"),
    "changes_then": ("按当时所知", "as known then"),
    "changes_to": ("至{day}", "to {day}"),
    "changes_none": ("{from}至{to}没有变化。", "Nothing changed from {from} to {to}."),
    "changes_all": ("全部", "All"),
    "changes_more": ("再显示 {n} 项", "Show {n} more"),
    "changes_failed": ("变化未能读取：{what}", "The changes could not be read: {what}"),
    "changes_loading": ("正在比较两个日期…", "Comparing the two dates…"),
    "changes_people": ("人数 {a} → {b}", "people {a} → {b}"),
    "changes_lift": ("最早解除 {a} → {b}", "earliest lift {a} → {b}"),
    "changes_because": ("因{why}", "because of {why}"),
    "download_as": ("下载 {form}", "Download {form}"),
    "change_opened": ("新划定", "opened"),
    "change_lifted": ("解除", "lifted"),
    "change_ended": ("终止", "ended"),
    "change_merged": ("并入", "merged"),
    "change_split": ("分出", "split off"),
    "change_class": ("改变等级", "class changed"),
    "change_grown": ("扩大", "grown"),
    "change_shrunk": ("缩小", "shrunk"),
    "change_status": ("状态变化", "other status"),
    "change_dates": ("日期变化", "other dates"),
    "nothing": ("无", "none"),
}
