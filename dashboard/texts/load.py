"""Words of loading files: the steps, what was guessed, what came of it, rejected rows."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    # refusals
    "no_such_file": ("“{name}”不是可读取的文件。", "“{name}” is no file that can be read."),
    "no_such_file_do": ("请选择以下格式之一：{endings}", "Take one of {endings}."),
    "no_more_files": ("已有 {n} 个文件等待导入。", "{n} files wait to be loaded."),
    "no_more_files_do": ("请先导入或移除这些文件。", "Load them, or leave them out, first."),
    "no_disk": ("服务器磁盘空间不足，文件未保存。", "The server's disk has no room; the file was not kept."),
    "no_disk_do": ("请清理磁盘，或将文件拆分。", "Free the disk, or split the file."),
    "no_upload": ("此文件已不在服务器上。", "This file is not on the server any more."),
    "no_upload_do": ("请重新选择文件。", "Choose it again."),
    "no_table": ("{name} 没有第 {at} 张表。", "{name} has no table {at}."),
    "no_table_do": ("请重新打开导入窗口。", "Open the load window again."),
    "no_large_file": (
        "文件不小于 {n} MiB，上限为 {most} MiB。",
        "It has {n} MiB or more; the limit is {most} MiB.",
    ),
    "no_large_file_do": ("请拆分文件，或调高设置 max_file_mb。", "Split it, or raise the setting max_file_mb."),
    "no_job": (
        "服务器已重启，或该次导入已久。",
        "The server was started again during this load, or it was long ago.",
    ),
    "no_job_do": (
        "每个文件要么整体导入，要么完全没有导入：请重新导入，重复导入不会产生变化。",
        "A file is in whole or not at all: load it again; loading twice changes nothing.",
    ),
    "no_workspace": ("此页面没有可导入的工作区。", "This page has no workspace to load into."),
    "no_workspace_do": ("请以 python app.py 文件夹 启动。", "Serve one: python app.py FOLDER."),
    "no_outbreak": ("没有名为“{name}”的疫情。", "There is no outbreak “{name}”."),
    "no_outbreak_do": ("请在顶栏选择疫情。", "Choose one in the bar."),
    "no_free_file": ("{name} 正在导入。", "{name} is being loaded."),
    "no_free_file_do": ("请先停止导入，或等待其结束。", "Stop that load first, or wait for its end."),
    "no_ready_file": ("{name} 目前无法导入。", "{name} cannot be loaded as it stands."),
    "no_ready_file_do": ("请补全所缺内容，或移除该文件。", "See what is missing beside it, or leave it out."),
    "no_rejects": ("{source} 已没有退回的行。", "No row of {source} is rejected any more."),
    "no_rejects_do": ("请刷新列表。", "Look at the list again."),
    "no_drafts": ("尚未更正任何一行。", "No row has been corrected yet."),
    "no_drafts_do": ("请先更正单元格。", "Correct a cell first."),
    "no_readable": ("{why}", "{why}"),
    "no_readable_do": ("请修正文件后重新选择。", "Mend the file, then choose it again."),
}
