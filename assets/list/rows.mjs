/* The zone list as the server sends it, a column a field, read into one record a zone; how it is filtered and sorted. */

const FLAGS = ["proposed", "pending", "void", "noGround", "watch"];
const FINE = 1e5;
const LAST = Number.MAX_SAFE_INTEGER;

export function readColumns({ classes, statuses, asks, areas, tests, origin, columns }) {
  const plain = classes.map((of) => ({ ...of }));
  return columns.id.map((id, k) => {
    const row = { id, order: k, zh: columns.zh[k], en: columns.en[k], of: plain[columns.class[k]], people: columns.people[k], day: columns.day[k], days: columns.days[k] };
    row.status = statuses[columns.status[k]];
    row.asks = asks[columns.ask[k]] || null;
    row.area = areas[columns.area[k]] || null;
    row.tests = tests[columns.tests[k]] || [];
    FLAGS.forEach((name, bit) => (row[name] = Boolean(columns.flags[k] & (1 << bit))));
    row.start = columns.start[k];
    row.test = columns.test[k];
    row.lift = columns.lift[k];
    const box = columns.box[k];
    row.box = box && [origin[0] + box[0] / FINE, origin[1] + box[1] / FINE, origin[0] + (box[0] + box[2]) / FINE, origin[1] + (box[1] + box[3]) / FINE];
    return row;
  });
}

export function nameOf(row, lang) {
  return (lang === "en" ? row.en || row.zh : row.zh || row.en) || row.id;
}

/* Orders of the list by text key; what has no figure comes last, and the urgent first among equals. */
export const SORTS = {
  sort_urgency: (row) => row.order,
  sort_people: (row) => (row.people === null ? LAST : -row.people),
  sort_test: (row) => (row.test === null || row.test < 0 ? LAST : row.test),
  sort_lift: (row) => row.lift ?? LAST,
  sort_new: (row) => (row.day === null ? 0 : row.day),
};

export function sortRows(rows, by) {
  const of = SORTS[by] || SORTS.sort_urgency;
  return by === "sort_urgency" ? rows : [...rows].sort((a, b) => of(a) - of(b) || a.order - b.order);
}

const searched = (row) => (row.searched ??= [row.zh, row.en, row.id, row.of.class.zh, row.of.class.en, row.area?.zh, row.area?.en].join(" ").toLowerCase());

/* `want`: looks (set), text (lower case), status ("asks", or a status in Chinese), area (id), tests (days from the list's
   day on which a round is due, or null). */
export function matches(row, want) {
  return (
    (!want.looks.size || want.looks.has(row.of.look)) &&
    (!want.status || (want.status === "asks" ? Boolean(row.asks) : row.status.zh === want.status)) &&
    (!want.area || row.area?.id === want.area) &&
    (want.tests === null || row.tests.includes(want.tests - row.start + 1)) &&
    (!want.text || searched(row).includes(want.text))
  );
}
