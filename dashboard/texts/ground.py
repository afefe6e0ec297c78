"""Words of what stands on the ground: kinds and fields of reference rows, kinds of sites."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    # kinds and fields of reference rows
    "estates": ("小区", "Estate"),
    "buildings": ("楼栋", "Building"),
    "units": ("单元", "Unit"),
    "areas": ("行政区域", "Area"),
    "places": ("场所", "Place"),
    "roads": ("道路", "Road"),
    "water": ("水域", "Water"),
    "green": ("绿地", "Green"),
    "cells": ("格子", "Cell"),
    "kind": ("类别", "kind"),
    "level": ("级别", "level"),
    "capacity": ("容量", "capacity"),
    "floors": ("层数", "floors"),
    "floor_from": ("起始楼层", "from floor"),
    "floor_to": ("终止楼层", "to floor"),
    "open": ("开放", "open"),
    "zone_id": ("分区编号", "zone"),
    "hours": ("病例停留（人时）", "person-hours of cases"),
    "risk": ("风险分级（0-4）", "risk class (0-4)"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    # site kinds
    "sampling": ("采样点", "sampling"),
    "clinic": ("社康中心", "clinic"),
    "hospital": ("医院", "hospital"),
    "fever_clinic": ("发热门诊", "fever clinic"),
    "school": ("学校", "school"),
    "pharmacy": ("药店", "pharmacy"),
    "doctors": ("诊所", "doctors"),
    "supply": ("物资配送", "supply"),
    "quarantine": ("隔离点", "quarantine"),
}
