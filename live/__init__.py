"""Publishing what was decided, and serving it: a process of its own that sees nothing but the folder of publications.

The folder (`python -m live publish WORKSPACE FOLDER --by NAME`), which any file server can serve as well:

    current.json                 what is current; ask for it with its ETag, it is small and moved atomically
        format, seq (grows with each publish and withdrawal), snapshot (id, or null after all was withdrawn),
        published_at (UTC ISO), note (text for everybody), source; after a withdrawal also withdrew_at
    history.json                 publications: seq, snapshot, published_at, note, as_of (local ISO; the first ones have
                                 none), withdrawn_at, withdrawn_seq (or null)
    snapshots/<id>/              never changes; <id> is the hash of its manifest; texts are also there as `<name>.gz`
        manifest.json            format, as_of, time_zone, files: name, bytes, sha256
        list.json                all that a phone lists, without outlines (see below)
        zones.geojson, .parquet  the zones of list.json with outlines; properties are the fields of list.json's zones
        gates.geojson            points: id, zone (id of its zone), kind (road, entrance), name, open (null: undecided)
        sites.geojson            points: id, kind, name, name_en, zones (zone, metres, by_road: those it is nearest for)
        days.json                k; rounds: zone, day, date, phase, people_due; done: zone, date, due_at_least,
                                 tested_at_least (floors of k)
        counts.json              resolution, k, total_at_least, cells: cell (H3), at_least (multiples of k)
        changes.json             since (snapshot, published_at, or null: the first), changes: change (opened, announced,
                                 held, class, outline, watch, lifted, gone, dates, kind, name), id, number, name,
                                 name_en, area, at, box, from, and class, kind, look, people each `_before` and `_after`
        zones.pmtiles            vector tiles, layers `zones` and `zone_points` (where the letter stands), zoom 6 to 14:
                                 id, number, kind, class, look, rank, name, name_en, shown_from, shown_until,
                                 in_force_from
        ground.pmtiles           layers areas, area_names, estates, buildings, estate_names, building_names, roads,
                                 green, water, water_names: name, name_en, kind, level; as the analysts' map names them
        overview-zh.svg, -en     the zones over the ground as a picture, 720 px wide, with its own style
        notices/<zone id>.html   the notice of each zone in Chinese and English, for zones whose `notice` is true

list.json: format, as_of (local ISO), time_zone (IANA), title, issuer (zh, en), hotline;
classes: class, rank, look (token name: `--zone-<look>-fill` ...), letter (zh, en), names (zh, en), strictest first, the
watch after release last with class ""; rules: rule id -> cite, grade; areas: id, name, name_en, level, parent, box;
zones, one object a VERSION of a zone, a zone has several over time:
    id, number (on paper, such as C-11a40032), aliases (ids under which it was published before), kind (zone; hold:
    temporary, no class is in force; watch: after release), class, look, rank, name, name_en,
    typed (pinyin and initials of the name),
    shown_from, shown_until (null: open): show the version at time t when shown_from <= t < shown_until,
    in_force_from (upcoming while t < in_force_from; null for a hold), earliest_lift_at (null: not by the calendar),
    hold_until, ended_at, watch_until, decided_on (date), day_one (date of day 1: day n = date of t - day_one + 1),
    test_dates (local dates: a test is due today if the local date of t is among them), phases (id, zh, en, from: date),
    people, area_m2, rules (rule ids), area (id of the smallest area that holds it, or null), at (lng, lat of a point
    inside), box (west, south, east, north), outline (hash: another one means that the ground changed), notice (bool)
All times are local ISO text with their offset, `null` where there is none. Nothing in a snapshot says 'now': day n, due
today, upcoming, in force, opened or lifted since yesterday are computed from these dates by whoever shows them; a plan
whose as_of is over two days from its publication is an exercise, whose time runs on from as_of.

Served by `python -m live FOLDER` (server.py), all with GET: the files above under the same names; `/events` pushes the
body of current.json as server-sent messages (the header X-Events of current.json says so); `/ogc` is OGC API Features
(zones, zones_now, gates, sites), described by `/ogc/api`; vector tiles are `/tiles/zones/{z}/{x}/{y}.pbf` and
`/tiles/zones.json`, the same for `ground`; `/changes.atom`; `/cap/<seq>/<zone>.xml`; `/calendar/<zone>.ics?lang=zh|en`;
`/health`. A damaged publication is refused, and the last good one stays. The page (site.py) lies in the same folder as
`index.html` and `page/`, so that any file server shows it.
"""
